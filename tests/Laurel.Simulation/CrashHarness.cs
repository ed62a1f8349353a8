using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>
/// Kills a server under load, again and again, and holds what it kept against what it acknowledged. It knows the server by its API alone.
/// What it finds wrong is data (<see cref="Faults"/>), so that a test can show that it finds what was broken on purpose.
/// </summary>
internal sealed class CrashHarness(LaurelServer server, int seed)
{
    private const int Workers = 16;
    private const int PointsPerEvent = 3;
    private const int ChallengeTarget = 5;
    private const int ChallengePoints = 10;

    /// <summary>A bound all the same: enough that the last check of a round is among them, however many answers differed before.</summary>
    private const int FaultLimit = 5_000;

    private static readonly string _program =
        $$"""
        {
          "point_rules": [{ "code": "work", "event_name": "worked", "amount": {{PointsPerEvent}} }],
          "badges": [{ "code": "worker", "name": "Worker", "criteria": { "event_name": "worked", "metric": { "type": "count" }, "target": 1 } }],
          "challenges": [
            { "code": "busy", "name": "Busy", "objectives": [{ "code": "work", "event_name": "worked", "metric": { "type": "count" }, "target": {{ChallengeTarget}} }],
              "rewards": [{ "type": "points", "amount": {{ChallengePoints}} }] }
          ]
        }
        """;

    private readonly Random _random = new(seed);
    private readonly List<SentEvent> _sent = [];
    private readonly List<string> _faults = [];
    private readonly Lock _lock = new();
    private Api? _api;
    private long _lastNumber;
    private int _participants;

    /// <summary>What is wrong, each a sentence. Empty for a server that keeps its word.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Events acknowledged in all rounds.</summary>
    public int Acknowledged => _sent.Count(sent => sent.Acknowledged is not null);

    /// <summary>Events that a crash left without an answer, before they were sent again.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Of these, how many were there all the same: the crash came between commit and answer.</summary>
    public int UnansweredButKept { get; private set; }

    /// <summary>Starts the server and publishes the rules.</summary>
    public async Task BeginAsync()
    {
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        await tenant.PublishAsync(_program);
        _api = tenant.Participant;
    }

    /// <summary>Load, <c>kill -9</c>, restart, and a look at all that is there.</summary>
    public Task RunRoundAsync() => RunRoundAsync(server.KillAsync);

    /// <summary>Load, an end of the server by <paramref name="endAsync"/>, restart, and a look at all that is there.</summary>
    public async Task RunRoundAsync(Func<Task> endAsync)
    {
        // New participants in each round, and a few old ones: so histories stay short enough to read whole.
        _participants += 8;
        var killAt = Acknowledged + _random.Next(50, 400);
        var running = Enumerable.Range(0, Workers).Select(_ => WorkAsync(new Random(_random.Next()))).ToList();
        var working = Task.WhenAll(running);
        await Wait.UntilAsync("enough is acknowledged to kill", () => Task.FromResult(AcknowledgedNow() >= killAt || working.IsCompleted));
        await endAsync();
        await working;
        await server.StartAsync();

        var unanswered = _sent.Where(sent => sent.Acknowledged is null).ToList();
        Unanswered += unanswered.Count;
        await CheckHistoryAsync(unanswered);
        await ResendAsync(unanswered);
        await CheckHistoryAsync([]);
    }

    /// <summary>Every grant, every balance, every replay.</summary>
    public async Task CheckGrantsAsync()
    {
        foreach (var participant in _sent.GroupBy(sent => sent.Participant))
        {
            await CheckGrantsAsync(participant.Key, participant.Count());
        }

        foreach (var sent in _sent)
        {
            await SendSingleAsync(sent);
        }
    }

    private async Task WorkAsync(Random random)
    {
        try
        {
            while (true)
            {
                switch (random.Next(8))
                {
                    case 0:
                        await SendBatchAsync([.. Enumerable.Range(0, 5).Select(_ => NewEvent(random))]);
                        break;
                    case 1 when OldEvent(random) is { } old:
                        await SendSingleAsync(old);
                        break;
                    default:
                        await SendSingleAsync(NewEvent(random));
                        break;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is gone, which is what this is about.
        }
    }

    private async Task SendSingleAsync(SentEvent sent)
    {
        var reply = await _api!.PostEventAsync(sent.Body);
        if (reply.Status == 200)
        {
            Acknowledge(sent, reply.Text);
        }
        else
        {
            Fault($"event {sent.Number} was answered with {reply}");
        }
    }

    private async Task SendBatchAsync(SentEvent[] batch)
    {
        var reply = await _api!.PostBatchAsync(batch.Select(sent => sent.Body));
        if (reply.Status != 200)
        {
            Fault($"a batch was answered with {reply}");
            return;
        }

        foreach (var (sent, result) in batch.Zip(reply.Json.GetProperty("results").EnumerateArray()))
        {
            Acknowledge(sent, result.GetRawText());
        }
    }

    /// <summary>Keeps the first answer, and holds every later one against it.</summary>
    private void Acknowledge(SentEvent sent, string answer)
    {
        lock (_lock)
        {
            if (sent.Acknowledged is null)
            {
                sent.Acknowledged = answer;
            }
            else if (sent.Acknowledged != answer)
            {
                Fault($"event {sent.Number} was answered with {sent.Acknowledged} and then with {answer}");
            }
        }
    }

    private async Task ResendAsync(List<SentEvent> unanswered)
    {
        foreach (var sent in unanswered)
        {
            await SendSingleAsync(sent);
        }
    }

    /// <summary>Every acknowledged event is there once, with the id it was given; one that was not answered at most once.</summary>
    private async Task CheckHistoryAsync(List<SentEvent> unanswered)
    {
        foreach (var participant in _sent.GroupBy(sent => sent.Participant))
        {
            var kept = await ReadHistoryAsync(participant.Key);
            foreach (var sent in participant)
            {
                var ids = kept[sent.Number].ToList();
                if (sent.Acknowledged is { } answer)
                {
                    var id = JsonDocument.Parse(answer).RootElement.GetProperty("event_id").GetString();
                    FaultUnless(ids.Contains(id), $"event {sent.Number} was acknowledged as {id} and is lost");
                }

                FaultUnless(ids.Count <= 1, $"event {sent.Number} is there {ids.Count} times");
            }

            UnansweredButKept += unanswered.Count(sent => sent.Participant == participant.Key && kept.Contains(sent.Number));
        }
    }

    private async Task<ILookup<long, string?>> ReadHistoryAsync(string participant)
    {
        var events = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var reply = await _api!.HistoryAsync(participant, $"?page={page}&page_size=100");
            events.AddRange(reply.Json.GetProperty("events").EnumerateArray());
            if (page * 100 >= reply.Json.GetProperty("total").GetInt32())
            {
                return events.ToLookup(entry => entry.GetProperty("properties").GetProperty("n").GetInt64(), entry => entry.GetProperty("id").GetString());
            }
        }
    }

    /// <summary>What so many events must have earned, no more and no less, by facts and by state.</summary>
    private async Task CheckGrantsAsync(string participant, int events)
    {
        var expected = (events * PointsPerEvent) + (events >= ChallengeTarget ? ChallengePoints : 0);
        var state = (await _api!.StateAsync(participant)).Json;
        var balance = state.GetProperty("points").GetProperty("balance").GetInt64();
        var ledger = await Ledger.SumAsync(_api, participant);
        FaultUnless(balance == expected, $"{participant} has {balance} points for {events} events instead of {expected}");
        FaultUnless(ledger == balance, $"{participant} has {balance} points, but its facts say {ledger}");
        FaultUnless(state.GetProperty("total_events").GetInt32() == events, $"{participant} has {state.GetProperty("total_events")} events instead of {events}");
        await CheckKindAsync(participant, "badge.unlocked", 1);
        await CheckKindAsync(participant, "challenge.completed", events >= ChallengeTarget ? 1 : 0);
    }

    private async Task CheckKindAsync(string participant, string kind, int expected)
    {
        var total = (await _api!.FactsAsync(participant, $"?kind={kind}")).Json.GetProperty("total").GetInt32();
        FaultUnless(total == expected, $"{participant} has {total} facts {kind} instead of {expected}");
    }

    private SentEvent NewEvent(Random random)
    {
        lock (_lock)
        {
            var sent = new SentEvent(++_lastNumber, $"crash_{_participants - random.Next(12)}");
            _sent.Add(sent);
            return sent;
        }
    }

    private SentEvent? OldEvent(Random random)
    {
        lock (_lock)
        {
            return _sent.Count == 0 ? null : _sent[random.Next(_sent.Count)];
        }
    }

    private int AcknowledgedNow()
    {
        lock (_lock)
        {
            return Acknowledged;
        }
    }

    private void FaultUnless(bool holds, string fault)
    {
        if (!holds)
        {
            Fault(fault);
        }
    }

    private void Fault(string fault)
    {
        lock (_lock)
        {
            if (_faults.Count < FaultLimit)
            {
                _faults.Add(fault);
            }
        }
    }
}
