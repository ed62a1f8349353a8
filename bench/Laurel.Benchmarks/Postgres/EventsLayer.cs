using System.Diagnostics;
using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Postgres;

/// <summary>
/// Single events and batches of 100 over HTTP beside two ways without Laurel: a script under <c>pgbench</c> that writes the same rows in a transaction an event, and
/// the endpoint that a team would write with EF Core. By turns and in changing order, each on a server that has cleaned up after the one before; a ratio is that of one round. Each has a database of its own on the same server,
/// and meets no new participant.
/// </summary>
internal static class EventsLayer
{
    private const string Layer = "events";
    private const string LaurelDatabase = "laurel";
    private const string HandDatabase = "hand";
    private const string EfCoreDatabase = "efcore";
    private static readonly int[] PgbenchClients = [16, 64];
    private static readonly int[] EfCoreConnections = [16, 64, 256];

    public static async Task RunAsync(BenchOptions options, Report report, PostgresServer postgres)
    {
        await using var laurel = await LaurelOnPostgres.FillAsync(options, postgres, LaurelDatabase);
        await postgres.CreateDatabaseAsync(HandDatabase, LaurelDatabase);
        var hand = new Hand(options, await Pgbench.CreateAsync(postgres, HandDatabase));
        await using var peer = await Peer.StartAsync(options, postgres);
        await laurel.StartNodeAsync();
        await postgres.RoundLogAsync();
        await postgres.SettleAsync(LaurelDatabase, HandDatabase, EfCoreDatabase);
        report.Note($"{await Pgbench.VersionAsync(postgres)}, prepared statements, two threads; EF Core {VersionOf(options, "Microsoft.EntityFrameworkCore.dll")}, Npgsql {VersionOf(options, "Npgsql.dll")}");

        await laurel.SendSinglesAsync(4);
        await laurel.SendBatchesAsync(3);
        await hand.ChooseAsync(report);
        await peer.ChooseAsync(report);
        List<Func<int, Task>> turns = [laurel.MeasureSinglesAsync, laurel.MeasureBatchesAsync, hand.MeasurePlainAsync, hand.MeasurePipelinedAsync, peer.MeasureAsync];
        for (var round = 0; round < options.Rounds(5); round++)
        {
            foreach (var turn in round % 2 == 0 ? turns : Enumerable.Reverse(turns))
            {
                await postgres.SettleAsync(LaurelDatabase, HandDatabase, EfCoreDatabase);
                await turn(options.Seconds(8));
            }
        }

        Tell(report, laurel, hand, peer);
        await laurel.FinishAsync(report, Layer);
        await StoredRows.VerifyLaurelAsync(postgres, HandDatabase, hand.Written, 0);
        await peer.FinishAsync(postgres);
        await postgres.DropDatabasesAsync(LaurelDatabase, HandDatabase, EfCoreDatabase);
    }

    private static void Tell(Report report, LaurelOnPostgres laurel, Hand hand, Peer peer)
    {
        report.Add(Layer, "POST /events, 256 connections", Median.Of(laurel.SingleRates), "events/s");
        report.Add(Layer, "POST /events, 256 connections, p50", Median.Of(laurel.SingleP50), "ms");
        report.Add(Layer, "POST /events, 256 connections, p99", Median.Of(laurel.SingleP99), "ms");
        report.Add(Layer, "POST /events, 256 connections, server's processor time", Median.Of(laurel.SingleProcessorTimes), "us/event");
        report.Add(Layer, "batches of 100, 16 connections", Median.Of(laurel.BatchRates), "events/s");
        report.Add(Layer, "batches of 100, server's processor time", Median.Of(laurel.BatchProcessorTimes), "us/event");
        report.Add(Layer, $"pgbench, a transaction an event, {hand.PlainClients} clients", Median.Of(hand.PlainRates), "events/s");
        report.Add(Layer, $"pgbench, the same pipelined, {hand.PipelinedClients} clients", Median.Of(hand.PipelinedRates), "events/s");
        report.Add(Layer, $"EF Core, POST /events, {peer.Connections} connections", Median.Of(peer.Rates), "events/s");
        report.Add(Layer, $"EF Core, POST /events, {peer.Connections} connections, p99", Median.Of(peer.P99), "ms");
        report.Add(Layer, "EF Core, server's processor time", Median.Of(peer.ProcessorTimes), "us/event");
        report.AddRatio(Layer, "single events over pgbench", Ratios(laurel.SingleRates, hand.PlainRates), Target.AtLeast(3));
        report.AddRatio(Layer, "batches over pgbench", Ratios(laurel.BatchRates, hand.PlainRates), Target.AtLeast(6));
        report.AddRatio(Layer, "single events over pgbench, pipelined", Ratios(laurel.SingleRates, hand.PipelinedRates));
        report.AddRatio(Layer, "batches over pgbench, pipelined", Ratios(laurel.BatchRates, hand.PipelinedRates));
        report.AddRatio(Layer, "single events over EF Core", Ratios(laurel.SingleRates, peer.Rates));
        report.AddRatio(Layer, "batches over EF Core", Ratios(laurel.BatchRates, peer.Rates));
    }

    private static List<double> Ratios(List<double> above, List<double> below) => [.. above.Zip(below, (a, b) => a / b)];

    private static string VersionOf(BenchOptions options, string library) =>
        FileVersionInfo.GetVersionInfo(Path.Combine(Path.GetDirectoryName(options.EfCoreProgram)!, library)).ProductVersion!.Split('+')[0];

    /// <summary>The scripts under pgbench, each with the number of clients that suits it best.</summary>
    private sealed class Hand(BenchOptions options, Pgbench pgbench)
    {
        private const string Plain = "hand.sql";
        private const string Pipelined = "hand-pipelined.sql";

        /// <summary>Events that must be in its database, those of the fill too.</summary>
        public long Written { get; private set; } = LaurelOnPostgres.People;

        public int PlainClients { get; private set; }

        public int PipelinedClients { get; private set; }

        public List<double> PlainRates { get; } = [];

        public List<double> PipelinedRates { get; } = [];

        public async Task ChooseAsync(Report report)
        {
            PlainClients = await BestAsync(report, "pgbench", PgbenchClients, clients => RunAsync(Plain, clients, options.Seconds(8)));
            PipelinedClients = await BestAsync(report, "pgbench, pipelined", PgbenchClients, clients => RunAsync(Pipelined, clients, options.Seconds(8)));
        }

        public async Task MeasurePlainAsync(int seconds) => PlainRates.Add(await RunAsync(Plain, PlainClients, seconds));

        public async Task MeasurePipelinedAsync(int seconds) => PipelinedRates.Add(await RunAsync(Pipelined, PipelinedClients, seconds));

        private async Task<double> RunAsync(string script, int clients, int seconds)
        {
            var result = await pgbench.RunAsync(options.LoadScript(script), clients, seconds);
            Written += result.Transactions;
            return result.PerSecond;
        }
    }

    /// <summary>The endpoint written with EF Core, with the number of connections that suits it best.</summary>
    private sealed class Peer(BenchOptions options, BenchedServer server) : IAsyncDisposable
    {
        private long _answered;
        private long _underway;

        public int Connections { get; private set; }

        public List<double> Rates { get; } = [];

        public List<double> P99 { get; } = [];

        public List<double> ProcessorTimes { get; } = [];

        public static async Task<Peer> StartAsync(BenchOptions options, PostgresServer postgres)
        {
            await postgres.CreateDatabaseAsync(EfCoreDatabase);

            // As many connections as a team would give it, and statements prepared as Laurel's are.
            var server = await BenchedServer.StartEfCoreAsync(options, postgres.ConnectionString(EfCoreDatabase) + ";Maximum Pool Size=64;Max Auto Prepare=50;No Reset On Close=true");
            await postgres.ExecuteAsync(
                EfCoreDatabase, $"insert into participants (id, balance, event_count, updated_at) select 'user_' || n, 0, 0, now() from generate_series(1, {LaurelOnPostgres.People}) n");
            return new Peer(options, server);
        }

        public async Task ChooseAsync(Report report)
        {
            // EF Core runs much code the first time; the peer must not pay for that in the rounds.
            await LoadAsync(64, 15);
            Connections = await BestAsync(report, "EF Core", EfCoreConnections, async connections => (await LoadAsync(connections, options.Seconds(8))).PerSecond);
        }

        public async Task MeasureAsync(int seconds)
        {
            var before = server.ReadProcessorTime();
            var result = await LoadAsync(Connections, seconds);
            Rates.Add(result.PerSecond);
            P99.Add(result.P99Ms);
            ProcessorTimes.Add((server.ReadProcessorTime() - before).TotalMicroseconds / result.Requests);
        }

        public async Task FinishAsync(PostgresServer postgres)
        {
            await server.StopAsync();
            await StoredRows.VerifyEfCoreAsync(postgres, EfCoreDatabase, _answered, _underway);
            Scratch.Remove(Path.Combine(options.ScratchFolder, "efcore"));
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private async Task<LoadResult> LoadAsync(int connections, int seconds)
        {
            var result = await Wrk.RunAsync(options, "single.lua", server.EventsUrl, connections, seconds, server.LoadEnvironment(("PEOPLE", $"{LaurelOnPostgres.People}")));
            _answered += result.Requests;
            _underway += connections;
            return result;
        }
    }

    private static async Task<int> BestAsync(Report report, string name, int[] candidates, Func<int, Task<double>> measure)
    {
        var rates = new List<(int Clients, double Rate)>();
        foreach (var candidate in candidates)
        {
            rates.Add((candidate, await measure(candidate)));
        }

        report.Note($"{name}, tried before the rounds: {string.Join(", ", rates.Select(tried => $"{tried.Clients} clients {tried.Rate:N0}/s"))}");
        return rates.MaxBy(tried => tried.Rate).Clients;
    }
}
