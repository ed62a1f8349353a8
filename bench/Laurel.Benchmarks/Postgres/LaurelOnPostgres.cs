using System.Text;
using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Postgres;

/// <summary>Nodes of Laurel on one database, under load; counts what was answered, to be compared in the end.</summary>
internal sealed class LaurelOnPostgres : IAsyncDisposable
{
    /// <summary>Connections that send single events, as in the layer <c>http</c>.</summary>
    public const int SingleConnections = 256;

    /// <summary>Connections that send batches, as in the layer <c>batch</c>.</summary>
    public const int BatchConnections = 16;

    /// <summary>Events of a batch.</summary>
    public const int PerBatch = 100;

    /// <summary>
    /// Participants, also in a quick run: with fewer of them batches would meet each other far more often than they do in a full one.
    /// </summary>
    public const int People = 100_000;

    private readonly BenchOptions _options;
    private readonly PostgresServer _postgres;
    private readonly string _database;
    private readonly List<BenchedServer> _nodes = [];
    private long _answered;
    private long _underway;

    private LaurelOnPostgres(BenchOptions options, PostgresServer postgres, string database)
    {
        _options = options;
        _postgres = postgres;
        _database = database;
    }

    public List<double> SingleRates { get; } = [];

    public List<double> BatchRates { get; } = [];

    public List<double> SingleP50 { get; } = [];

    public List<double> SingleP99 { get; } = [];

    public List<double> SingleProcessorTimes { get; } = [];

    public List<double> BatchProcessorTimes { get; } = [];

    /// <summary>What the environment sets of <c>Laurel:Postgres:*</c>, which the nodes take over; empty where it sets nothing.</summary>
    public static string GivenSettings()
    {
        const string Prefix = "Laurel__Postgres__";
        var variables = Environment.GetEnvironmentVariables();
        return string.Concat(variables.Keys.Cast<string>().Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
            .Select(name => $", {name}={variables[name]}"));
    }

    /// <summary>Makes the database with the program and one event of each participant, so that nothing measured later meets a new one. No node runs afterwards.</summary>
    public static async Task<LaurelOnPostgres> FillAsync(BenchOptions options, PostgresServer postgres, string database)
    {
        await postgres.CreateDatabaseAsync(database);
        var laurel = new LaurelOnPostgres(options, postgres, database);
        await using var first = await BenchedServer.StartLaurelAsync(options, options.ServerProgram, Scratch.Make(options, laurel.NameOf(1)), laurel.StoreSetting);
        using var filler = new Filler(first.Url, first.Key);
        var next = 0;
        await filler.FillAsync(People, BatchConnections, (StringBuilder body, Random random) => Filler.AppendPurchaseOf(body, random, Interlocked.Increment(ref next)));
        await first.StopAsync();
        await StoredRows.VerifyLaurelAsync(postgres, database, People, 0);
        laurel._answered = People;
        return laurel;
    }

    /// <summary>Starts one more node.</summary>
    public async Task StartNodeAsync() =>
        _nodes.Add(await BenchedServer.StartNodeAsync(_options.ServerProgram, Scratch.Make(_options, NameOf(_nodes.Count + 1)), StoreSetting));

    /// <summary>Single events to the first <paramref name="nodes"/> nodes, who share the connections; returns the sum of their rates in events a second.</summary>
    public async Task<double> SendSinglesAsync(int seconds, int nodes = 1) => (await LoadAsync("single.lua", "", SingleConnections, 1, seconds, nodes)).Sum(result => result.PerSecond);

    /// <summary>Batches in the same way; in events a second.</summary>
    public async Task<double> SendBatchesAsync(int seconds, int nodes = 1) =>
        (await LoadAsync("batch.lua", "/batch", BatchConnections, PerBatch, seconds, nodes)).Sum(result => result.PerSecond) * PerBatch;

    /// <summary>Notes a measurement of single events on the first node.</summary>
    public async Task MeasureSinglesAsync(int seconds)
    {
        var before = _nodes[0].ReadProcessorTime();
        var result = (await LoadAsync("single.lua", "", SingleConnections, 1, seconds, 1))[0];
        SingleRates.Add(result.PerSecond);
        SingleP50.Add(result.P50Ms);
        SingleP99.Add(result.P99Ms);
        SingleProcessorTimes.Add((_nodes[0].ReadProcessorTime() - before).TotalMicroseconds / result.Requests);
    }

    /// <summary>Notes a measurement of batches on the first node.</summary>
    public async Task MeasureBatchesAsync(int seconds)
    {
        var before = _nodes[0].ReadProcessorTime();
        var result = (await LoadAsync("batch.lua", "/batch", BatchConnections, PerBatch, seconds, 1))[0];
        BatchRates.Add(result.PerSecond * PerBatch);
        BatchProcessorTimes.Add((_nodes[0].ReadProcessorTime() - before).TotalMicroseconds / (result.Requests * PerBatch));
    }

    /// <summary>Stops all nodes and compares what is stored with what was answered.</summary>
    public async Task FinishAsync(Report report, string layer)
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync();
        }

        for (var node = 1; node <= _nodes.Count; node++)
        {
            Scratch.Remove(Path.Combine(_options.ScratchFolder, NameOf(node)));
        }

        var (events, bytes) = await StoredRows.VerifyLaurelAsync(_postgres, _database, _answered, _underway);
        report.Add(layer, "events in the end, all of them found", events, "events");
        report.Add(layer, "bytes of the database, with indexes", bytes, "B/event");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private (string Name, string Value) StoreSetting => ("Laurel__Store", _postgres.ConnectionString(_database));

    private string NameOf(int node) => $"{_database}-node-{node}";

    private async Task<LoadResult[]> LoadAsync(string script, string path, int connections, int perRequest, int seconds, int nodes)
    {
        var results = await Task.WhenAll(_nodes.Take(nodes).Select(node =>
            Wrk.RunAsync(_options, script, node.EventsUrl + path, connections / nodes, seconds, node.LoadEnvironment(("PEOPLE", $"{People}")))));
        _answered += results.Sum(result => result.Requests) * perRequest;
        _underway += connections * perRequest;
        return results;
    }
}
