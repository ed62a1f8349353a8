using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Laurel.Harness;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>
/// Three nodes on one PostgreSQL: many clients send keys that they share through whichever node, while nodes are killed and PostgreSQL is crashed. It knows the nodes by
/// their API alone. What it finds wrong is data (<see cref="Faults"/>), so that a test can show that it finds what was broken on purpose.
/// </summary>
internal sealed class NodesHarness(PostgresServer postgres, Func<LaurelServer> create, int seed) : IAsyncDisposable
{
    private const int Nodes = 3;
    private const int Clients = 64;
    private const int Participants = 20;
    private const int PointsPerEvent = 3;
    private const int EventsPerCode = 5;
    private const int Codes = 300;
    private const int FaultLimit = 1_000;

    private static readonly string _program =
        $$"""
        {
          "point_rules": [{ "code": "work", "event_name": "worked", "amount": {{PointsPerEvent}} }],
          "challenges": [
            { "code": "busy", "max_completions": 1000000, "objectives": [{ "code": "o", "event_name": "worked", "metric": { "type": "count" }, "target": {{EventsPerCode}} }],
              "rewards": [{ "type": "reward", "code": "coupon" }] }
          ],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true }]
        }
        """;

    private readonly Random _random = new(seed);
    private readonly List<LaurelServer> _nodes = [];
    private readonly ConcurrentDictionary<int, string?> _answers = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private TestStore? _store;
    private TestTenant? _tenant;
    private int _calls;
    private int _acknowledged;

    /// <summary>What is wrong, each a sentence. Empty for nodes that keep their word.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Distinct keys sent.</summary>
    public int Keys => _answers.Count;

    /// <summary>Calls answered with success, replays among them.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Calls that were answered 503, or not at all.</summary>
    public int Failed { get; private set; }

    /// <summary>Nodes killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Crashes of PostgreSQL.</summary>
    public int Crashes { get; private set; }

    /// <summary>Starts the nodes and publishes the rules. <paramref name="sabotage"/> are statements that are run before any load.</summary>
    public async Task BeginAsync(params IReadOnlyList<string> sabotage)
    {
        _store = await TestStore.CreateAsync(postgres);
        var first = create();
        first.Settings[LaurelServer.StoreSetting] = _store.Setting;
        first.Settings["Laurel__Postgres__CommandTimeoutSeconds"] = "5";
        _nodes.Add(first);
        await first.StartAsync();
        _tenant = await TestTenant.CreateAsync(first.Operator, first.Test);
        await _tenant.PublishAsync(_program);
        var codes = JsonSerializer.Serialize(Enumerable.Range(0, Codes).Select(number => $"CODE-{number}"));
        Assert.Equal(200, (await _tenant.Admin.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", $$"""{"codes":{{codes}}}""")).Status);
        foreach (var statement in sabotage)
        {
            await PostgresServer.ExecuteAsync(_store.Setting, statement);
        }

        _nodes.AddRange(Enumerable.Range(1, Nodes - 1).Select(_ => first.AnotherNode()));
        await Task.WhenAll(_nodes.Skip(1).Select(node => node.StartAsync()));
    }

    /// <summary>
    /// Load for so long, by turns with a killed node and a crashed PostgreSQL, each once at the least; then what had no answer is sent until it has one.
    /// </summary>
    public async Task RunAsync(TimeSpan duration)
    {
        using var stop = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => CallUntilAsync(new Random(_random.Next()), stop.Token), CancellationToken.None)).ToList();
        do
        {
            await ProgressAsync(_random.Next(100, 300));
            await DisturbAsync();
        }
        while (watch.Elapsed < duration || Crashes == 0);

        await ProgressAsync(100);
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        foreach (var key in _answers.Where(answer => answer.Value is null).Select(answer => answer.Key).ToList())
        {
            await Wait.UntilAsync($"key {key} is answered", async () =>
            {
                await CallAsync([key], _random);
                return _answers[key] is not null || _faults.Count >= FaultLimit;
            });
        }
    }

    /// <summary>Each key had one effect, that which it was answered with; facts are balances; each code was given once.</summary>
    public async Task CheckAsync()
    {
        var kept = new List<(int Key, string? Id)>();
        var codes = new List<string?>();
        var wanted = 0;
        foreach (var id in Enumerable.Range(0, Participants).Select(Name))
        {
            var history = await ReadHistoryAsync(id);
            kept.AddRange(history);
            wanted += history.Count / EventsPerCode;
            codes.AddRange(await CheckParticipantAsync(id, history.Count));
        }

        var byKey = kept.ToLookup(entry => entry.Key, entry => entry.Id);
        foreach (var (key, answer) in _answers)
        {
            var effects = byKey[key].ToList();
            if (answer is not null && JsonDocument.Parse(answer).RootElement.GetProperty("event_id").GetString() is var id && !effects.Contains(id))
            {
                Fault($"key {key} was acknowledged as {id} and is lost");
            }

            FaultUnless(effects.Count <= 1, $"key {key} had {effects.Count} effects");
        }

        FaultUnless(kept.Count == Keys, $"{Keys} keys had {kept.Count} effects");
        FaultUnless(codes.Distinct().Count() == codes.Count, "a code was issued twice");
        FaultUnless(codes.Count == Math.Min(wanted, Codes), $"{codes.Count} codes were issued where {wanted} were wanted of {Codes}");
        var issued = (await Api().GetAsync("/api/v1/gamify/admin/rewards/coupon/stock")).Json.GetProperty("issued").GetInt32();
        FaultUnless(issued == codes.Count, $"{codes.Count} codes were issued, but the stock says {issued}");
    }

    /// <summary>The store's own verification, by its command, once no node runs any more.</summary>
    public async Task VerifyAsync()
    {
        foreach (var node in _nodes)
        {
            await node.KillAsync();
        }

        var verified = await ServerCommand.RunAsync(Path.GetTempPath(), "verify", "--store", _store!.Setting);
        FaultUnless(
            verified.ExitCode == 0 && verified.Output.Contains("no differences", StringComparison.Ordinal), $"verify ended with {verified.ExitCode}: {verified.Output}{verified.Errors}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    private async Task DisturbAsync()
    {
        if (Kills > Crashes)
        {
            Crashes++;
            await postgres.StopAsync();
            await postgres.ContinueAsync();
            return;
        }

        Kills++;
        var node = _nodes[_random.Next(Nodes)];
        await node.KillAsync();
        await node.StartAsync();
    }

    private async Task ProgressAsync(int more)
    {
        var target = Acknowledged + more;
        await Wait.UntilAsync("more calls are acknowledged", () => Task.FromResult(Acknowledged >= target || _faults.Count >= FaultLimit));
    }

    private async Task CallUntilAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Two calls to a key, nearly at once; some later ones; and a batch now and then.
            var call = Interlocked.Increment(ref _calls);
            int[] keys = random.Next(10) switch
            {
                0 => [random.Next((call / 2) + 1)],
                1 => [.. Enumerable.Range(call / 2, 5).OrderBy(_ => random.Next())],
                _ => [call / 2],
            };
            if (!await CallAsync(keys, random))
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    // A key may name another participant each time: whoever was first has the effect, and all answers are that one's.
    private async Task<bool> CallAsync(int[] keys, Random random)
    {
        foreach (var key in keys)
        {
            _answers.TryAdd(key, null);
        }

        try
        {
            var api = _nodes[random.Next(Nodes)].Anonymous.With(_tenant!.Participant.Key);
            var bodies = keys.Select(key => Some.Event(Name(random.Next(Participants)), "worked", $$"""{"n":{{key}}}""", key: $"n-{key}"));
            var reply = keys.Length == 1 ? await api.PostEventAsync(bodies.Single()) : await api.PostBatchAsync(bodies);
            switch (reply.Status)
            {
                case 200 when keys.Length == 1:
                    Acknowledge(keys[0], reply.Text);
                    return true;
                case 200:
                    return AcknowledgeBatch(keys, reply);
                case 503:
                    break;
                default:
                    Fault($"key {keys[0]} was answered with {reply}");
                    return true;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The node is gone, which is what this is about.
        }

        Failed++;
        return false;
    }

    // False where an item of it was not kept: a lane of its own may have failed. It is sent again with the others.
    private bool AcknowledgeBatch(int[] keys, Reply reply)
    {
        var areAllKept = true;
        foreach (var (key, result) in keys.Zip(reply.Json.GetProperty("results").EnumerateArray()))
        {
            if (result.GetProperty("event_id").ValueKind == JsonValueKind.String)
            {
                Acknowledge(key, result.GetRawText());
            }
            else
            {
                areAllKept = false;
                var code = result.ToString();
                FaultUnless(code.Contains("UNAVAILABLE", StringComparison.Ordinal) || code.Contains("OUTCOME_UNKNOWN", StringComparison.Ordinal), $"key {key} was answered with {code}");
            }
        }

        return areAllKept;
    }

    private void Acknowledge(int key, string answer)
    {
        Interlocked.Increment(ref _acknowledged);
        if (!_answers.TryUpdate(key, answer, null) && _answers[key] is { } first && first != answer)
        {
            Fault($"key {key} was answered with {first} and then with {answer}");
        }
    }

    private async Task<List<(int Key, string? Id)>> ReadHistoryAsync(string participant)
    {
        var events = new List<(int, string?)>();
        for (var page = 1; ; page++)
        {
            var reply = (await Api().HistoryAsync(participant, $"?page={page}&page_size=100")).Json;
            events.AddRange(reply.GetProperty("events").EnumerateArray().Select(entry =>
                (entry.GetProperty("properties").GetProperty("n").GetInt32(), entry.GetProperty("id").GetString())));
            if (page * 100 >= reply.GetProperty("total").GetInt32())
            {
                return events;
            }
        }
    }

    private async Task<IEnumerable<string?>> CheckParticipantAsync(string id, int events)
    {
        var reply = await Api().StateAsync(id);
        if (reply.Status != 200)
        {
            Fault($"the points of {id} cannot be read: {reply}");
            return [];
        }

        var state = reply.Json;
        var balance = state.GetProperty("points").GetProperty("balance").GetInt64();
        var ledger = await Ledger.SumAsync(Api(), id);
        FaultUnless(ledger == balance, $"{id} has {balance} points, but its facts say {ledger}");
        FaultUnless(balance == events * PointsPerEvent, $"{id} has {balance} points for {events} events");
        FaultUnless(state.GetProperty("total_events").GetInt32() == events, $"{id} counts {state.GetProperty("total_events")} events and has {events}");
        var completed = (await Api().FactsAsync(id, "?kind=challenge.completed")).Json.GetProperty("total").GetInt32();
        FaultUnless(completed == events / EventsPerCode, $"{id} has completed {completed} times by {events} events");
        return state.GetProperty("rewards").EnumerateArray().Select(claim => claim.GetProperty("code_value").GetString()).ToList();
    }

    private Api Api() => _nodes[_random.Next(Nodes)].Anonymous.With(_tenant!.Admin.Key);

    private static string Name(int number) => $"node_{number}";

    private void FaultUnless(bool holds, string fault)
    {
        if (!holds)
        {
            Fault(fault);
        }
    }

    private void Fault(string fault)
    {
        if (_faults.Count < FaultLimit)
        {
            _faults.Enqueue(fault);
        }
    }
}
