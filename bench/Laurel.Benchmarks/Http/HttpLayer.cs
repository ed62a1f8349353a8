using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Http;

/// <summary>
/// <c>POST /events</c> beside the endpoint that does nothing, by turns, so that what disturbs the machine disturbs both. At 256 connections the answers
/// are counted by status and the store is compared afterwards; at 64 and 1 the script reads the grants in each.
/// </summary>
internal static class HttpLayer
{
    private const string Layer = "http";
    private const int Participants = 100_000;

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        var folder = Scratch.Make(options, "http");
        await using var empty = await BenchedServer.StartEmptyAsync(options);
        await using var laurel = await BenchedServer.StartLaurelAsync(options, folder);
        var run = new Run(options, empty, laurel);

        await run.LoadAsync(empty, 256, 2);
        await run.LoadAsync(laurel, 256, 4);
        await RatesAsync(options, report, run);
        await LatenciesAsync(options, report, run);

        await empty.StopAsync();
        await laurel.StopAsync();
        var (_, bytes) = StoredEvents.Verify(folder, run.Answered, run.Underway, withThreeGrants: true);
        report.Add(Layer, "bytes on disk", bytes, "B/event");
        Scratch.Remove(folder);
    }

    private static async Task RatesAsync(BenchOptions options, Report report, Run run)
    {
        List<double> emptyRates = [], rates = [], p50 = [], p99 = [], processor = [];
        for (var round = 0; round < options.Rounds(5); round++)
        {
            emptyRates.Add((await run.LoadAsync(run.Empty, 256, options.Seconds(6))).PerSecond);
            var before = run.Laurel.ReadProcessorTime();
            var result = await run.LoadAsync(run.Laurel, 256, options.Seconds(6));
            rates.Add(result.PerSecond);
            p50.Add(result.P50Ms);
            p99.Add(result.P99Ms);
            processor.Add((run.Laurel.ReadProcessorTime() - before).TotalMicroseconds / result.Requests);
        }

        report.Add(Layer, "empty endpoint, 256 connections", Median.Of(emptyRates), "requests/s");
        report.Add(Layer, "POST /events, 256 connections", Median.Of(rates), "events/s");
        report.Add(Layer, "POST /events over empty, 256 connections", Median.Of(rates) / Median.Of(emptyRates), "ratio", Target.AtLeast(0.35));
        report.Add(Layer, "POST /events, 256 connections, p50", Median.Of(p50), "ms");
        report.Add(Layer, "POST /events, 256 connections, p99", Median.Of(p99), "ms");
        report.Add(Layer, "POST /events, 256 connections, server's processor time", Median.Of(processor), "us/event");
    }

    private static async Task LatenciesAsync(BenchOptions options, Report report, Run run)
    {
        foreach (var connections in (int[])[64, 1])
        {
            List<double> rates = [], p50 = [], p99 = [];
            for (var round = 0; round < options.Rounds(3); round++)
            {
                var result = await run.LoadAsync(run.Laurel, connections, options.Seconds(6), check: "grants");
                rates.Add(result.PerSecond);
                p50.Add(result.P50Ms);
                p99.Add(result.P99Ms);
            }

            var name = connections == 1 ? "1 connection" : $"{connections} connections";
            report.Add(Layer, $"POST /events, {name}", Median.Of(rates), "events/s");
            report.Add(Layer, $"POST /events, {name}, p50", Median.Of(p50), "ms");
            report.Add(Layer, $"POST /events, {name}, p99", Median.Of(p99), "ms", connections == 64 ? Target.AtMost(20) : null);
        }
    }

    private sealed class Run(BenchOptions options, BenchedServer empty, BenchedServer laurel)
    {
        public BenchedServer Empty => empty;

        public BenchedServer Laurel => laurel;

        public long Answered { get; private set; }

        /// <summary>wrk hangs up when its time is over: what each connection had sent by then may still be processed.</summary>
        public long Underway { get; private set; }

        public async Task<LoadResult> LoadAsync(BenchedServer server, int connections, int seconds, string? check = null)
        {
            var environment = server.LoadEnvironment(("PEOPLE", $"{Participants}"));
            if (check is not null)
            {
                environment["CHECK"] = check;
            }

            var result = await Wrk.RunAsync(options, "single.lua", server.EventsUrl, connections, seconds, environment);
            if (server == laurel)
            {
                Answered += result.Requests;
                Underway += connections;
            }

            return result;
        }
    }
}
