using System.Diagnostics;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>
/// Kills a server while it delivers webhooks to receivers with moods, and in the end holds what they got against what was committed. It knows the server by its
/// API alone. What it finds wrong is data (<see cref="Faults"/>), so that a test can show that it finds what was broken on purpose. Source: semantics §10.
/// </summary>
internal sealed class WebhookHarness(LaurelServer server, int seed, int rounds, int events) : IAsyncDisposable
{
    private const int Workers = 16;
    private const int EventsPerParticipant = 25;
    private const string Webhooks = "/api/v1/gamify/admin/webhooks";

    private static readonly string _program =
        """
        {
          "point_rules": [{ "code": "work", "event_name": "worked", "amount": 3 }],
          "badges": [
            { "code": "worker", "name": "Worker", "criteria": { "event_name": "worked", "metric": { "type": "count" }, "target": 1 } },
            { "code": "steady", "name": "Steady", "criteria": { "event_name": "worked", "metric": { "type": "count" }, "target": 8 } }
          ],
          "challenges": [
            { "code": "busy", "name": "Busy", "objectives": [{ "code": "work", "event_name": "worked", "metric": { "type": "count" }, "target": 5 }],
              "rewards": [{ "type": "points", "amount": 10 }] }
          ]
        }
        """;

    /// <summary>
    /// Retries come after 1.2 s at the latest, and pauses of an endpoint begin with 1 s: a server that sends nothing at all for so long has forgotten what is missing.
    /// On a database what a killed server held is another's only when its lease ends, after 36 s.
    /// </summary>
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(server.IsOnPostgres ? 60 : 10);

    /// <summary>A bound all the same, for a server that sends the same for ever.</summary>
    private static readonly TimeSpan _mostDrain = TimeSpan.FromMinutes(15);

    private static readonly WebhookMood[] _moods =
        [WebhookMood.Accept, WebhookMood.Fail, WebhookMood.Hang, WebhookMood.CutBeforeAnswer, WebhookMood.CutInAnswer, WebhookMood.Redirect, WebhookMood.TooMany];

    private readonly Random _random = new(seed);
    private readonly List<SentEvent> _sent = [];
    private readonly List<string> _faults = [];
    private readonly List<WebhookReceiver> _receivers = [];
    private readonly Lock _lock = new();
    private TestTenant? _tenant;
    private WebhookReceiver? _trap;
    private Dictionary<string, CommittedFact> _facts = [];
    private int _acknowledged;

    /// <summary>What is wrong, each a sentence. Empty for a server that keeps its word.</summary>
    public IReadOnlyList<string> Faults => [.. _faults, .. _receivers.SelectMany(receiver => receiver.Faults)];

    /// <summary>Events that a crash left without an answer, before they were sent again.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Messages that were given up, and that a replay made due again.</summary>
    public long Replayed { get; private set; }

    /// <summary>The settings of a server that this harness can wait for.</summary>
    public static void Hasten(LaurelServer server)
    {
        server.Settings["Laurel__Webhooks__RetryDelays"] = "1s";
        server.Settings["Laurel__Webhooks__TimeoutSeconds"] = "1";
        server.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";
    }

    /// <summary>
    /// Starts the server, publishes the rules and registers the receivers. <paramref name="refused"/> messages of two of them are not taken before
    /// <see cref="GiveUpAsync"/>.
    /// </summary>
    public async Task BeginAsync(int refused)
    {
        await server.StartAsync();
        _tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        await _tenant.PublishAsync(_program);
        _trap = await WebhookReceiver.StartAsync("trap", [], trap: null, seed);
        await RegisterAsync("everything", refused, "*");
        await RegisterAsync("badges", refused, "badge.*");
        await RegisterAsync("points", 0, "points.awarded");
        await RegisterAsync("events", 0, "event.processed");
        await RegisterAsync("challenges", 0, "challenge.*", "tier.changed");
    }

    /// <summary>New moods, load, <c>kill -9</c>, restart; what was not answered is sent again.</summary>
    public async Task RunRoundAsync(int round)
    {
        foreach (var receiver in _receivers)
        {
            receiver.Feel(_moods[_random.Next(_moods.Length)], _random.Next(3) == 0 ? 1 : 0.2);
        }

        var killAt = events * (round + 1) / rounds;
        var working = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync()));
        await Wait.UntilAsync("enough is acknowledged to kill", () => Task.FromResult(Volatile.Read(ref _acknowledged) >= killAt || working.IsCompleted));
        await server.KillAsync();
        await working;
        await server.StartAsync();
        var unanswered = _sent.Where(sent => sent.Acknowledged is null).ToList();
        Unanswered += unanswered.Count;
        foreach (var sent in unanswered)
        {
            await SendAsync(sent);
        }
    }

    /// <summary>
    /// All receivers take everything from now on, but for what they refuse; and what was committed is read. The server is killed once more: so it begins without the
    /// pauses that it gave to those that failed.
    /// </summary>
    public async Task HealAsync()
    {
        foreach (var receiver in _receivers)
        {
            receiver.Feel(WebhookMood.Accept, 0);
        }

        await server.KillAsync();
        await server.StartAsync();
        var read = await Task.WhenAll(_sent.Select(sent => sent.Participant).Distinct().Select(participant => CommittedFact.ReadAllAsync(_tenant!.Participant, participant)));
        _facts = read.SelectMany(facts => facts).ToDictionary(fact => fact.Id, StringComparer.Ordinal);
    }

    /// <summary>Waits until messages were given up, and lets them be taken from now on.</summary>
    public async Task GiveUpAsync()
    {
        if (!await UntilAsync(async () => await DeadLettersAsync() > 0))
        {
            Fault("no message that was refused again and again became a dead letter");
        }

        _receivers.ForEach(receiver => receiver.TakeAll());
    }

    /// <summary>Replays dead letters until all that was committed has arrived, or nothing comes any more; then compares.</summary>
    public async Task CompareAsync()
    {
        var wanted = _receivers.ToDictionary(
            receiver => receiver,
            receiver => _facts.Values.Where(fact => WebhookMessage.IsWanted(fact.Type, receiver.EventTypes)).Select(fact => fact.Id).ToList());
        var isDone = await UntilAsync(async () =>
        {
            await ReplayAsync();
            return wanted.All(pair => pair.Key.HasTaken(pair.Value)) && await DeadLettersAsync() == 0;
        });

        foreach (var receiver in _receivers)
        {
            foreach (var fault in CommittedFact.Compare(_facts, receiver.EventTypes, receiver.Messages()))
            {
                Fault($"{receiver.Name}: {fault}");
            }
        }

        if (isDone)
        {
            await ReplayOneAsync(_receivers[0]);
        }
        else if (_faults.Count == 0)
        {
            Fault($"all was delivered, but {await DeadLettersAsync()} dead letters do not go away");
        }

        if (_trap!.Requests > 0)
        {
            Fault($"{_trap.Requests} requests followed a redirect");
        }
    }

    /// <summary>What happened, for people.</summary>
    public IEnumerable<string> Report()
    {
        yield return $"seed {seed}: {_acknowledged} events acknowledged, {Unanswered} left without an answer, {_facts.Count} facts committed, {Replayed} dead letters replayed, {Faults.Count} faults";
        foreach (var receiver in _receivers)
        {
            var messages = receiver.Messages();
            var moods = string.Join(", ", receiver.Answers.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));
            yield return $"{receiver.Name}: {messages.Count} messages, {messages.Sum(message => Math.Max(0, message.Accepted - 1))} taken again, {receiver.Requests} requests ({moods})";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _trap is null ? _receivers : [.. _receivers, _trap])
        {
            await receiver.DisposeAsync();
        }
    }

    private async Task RegisterAsync(string name, int refused, params string[] eventTypes)
    {
        var receiver = await WebhookReceiver.StartAsync(name, eventTypes, _trap!.Url, _random.Next());
        receiver.Refuse(refused);
        _receivers.Add(receiver);
        var types = string.Join(',', eventTypes.Select(Some.Json));
        var created = await _tenant!.Admin.PostAsync(Webhooks, $$"""{"url":{{Some.Json(receiver.Url.ToString())}},"event_types":[{{types}}]}""");
        Assert.True(created.Status == 201, created.ToString());
        receiver.Secret = created["secret"]!;
        receiver.WebhookId = created["webhook_id"]!;
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await SendAsync(NewEvent());
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is gone, which is what this is about.
        }
    }

    private async Task SendAsync(SentEvent sent)
    {
        var reply = await _tenant!.Participant.PostEventAsync(sent.Body);
        if (reply.Status == 200)
        {
            sent.Acknowledged = reply.Text;
            Interlocked.Increment(ref _acknowledged);
        }
        else
        {
            Fault($"event {sent.Number} was answered with {reply}");
        }
    }

    private SentEvent NewEvent()
    {
        lock (_lock)
        {
            // Several participants at a time, so that batches have several.
            var number = _sent.Count + 1;
            var group = number / (EventsPerParticipant * Workers);
            var sent = new SentEvent(number, $"hooked_{(group * Workers) + _random.Next(Workers)}");
            _sent.Add(sent);
            return sent;
        }
    }

    /// <summary>False where <paramref name="condition"/> does not come to hold, and no receiver gets anything any more.</summary>
    private async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        var requests = -1L;
        var whole = Stopwatch.StartNew();
        for (var quiet = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
        {
            var now = _receivers.Sum(receiver => receiver.Requests);
            if (now != requests)
            {
                requests = now;
                quiet.Restart();
            }
            else if (quiet.Elapsed > _patience || whole.Elapsed > _mostDrain)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<long> DeadLettersAsync()
    {
        var dead = 0L;
        foreach (var receiver in _receivers)
        {
            var reply = await _tenant!.Admin.GetAsync($"{Webhooks}/{receiver.WebhookId}/dead-letters?page=1&page_size=1");
            Assert.True(reply.Status == 200, reply.ToString());
            dead += reply.Json.GetProperty("total").GetInt64();
        }

        return dead;
    }

    private async Task ReplayAsync()
    {
        foreach (var receiver in _receivers)
        {
            var reply = await _tenant!.Admin.PostAsync($"{Webhooks}/{receiver.WebhookId}/dead-letters/replay", """{"since":"2020-01-01T00:00:00Z"}""");
            Assert.True(reply.Status == 200, reply.ToString());
            Replayed += reply.Json.GetProperty("replayed").GetInt64();
        }
    }

    /// <summary>One message that was delivered long ago comes again, because a person asked for it.</summary>
    private async Task ReplayOneAsync(WebhookReceiver receiver)
    {
        var id = _facts.Keys.First();
        var before = receiver.RequestsOf(id);
        var reply = await _tenant!.Admin.PostAsync($"{Webhooks}/{receiver.WebhookId}/messages/{id}/replay", "{}");
        Assert.True(reply.Status == 202, reply.ToString());
        if (!await UntilAsync(() => Task.FromResult(receiver.RequestsOf(id) > before)))
        {
            Fault($"{receiver.Name}: message {id} was replayed and did not come again");
        }
    }

    private void Fault(string fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }
}
