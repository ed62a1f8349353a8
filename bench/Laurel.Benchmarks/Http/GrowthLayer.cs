using System.Diagnostics;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Http;

/// <summary>What a store that grows costs: rates at 100,000 events and at 1,000,000 (5,000,000 with <c>--long</c>), memory, bytes on disk.</summary>
internal static class GrowthLayer
{
    private const string Layer = "growth";
    private const int Participants = 100_000;
    private const int PerBatch = 100;

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        var first = options.Count(100_000);
        var last = options.IsLong ? 5_000_000 : options.Count(1_000_000);
        var folder = Scratch.Make(options, "growth");
        await using var laurel = await BenchedServer.StartLaurelAsync(options, folder);
        using var filler = new Filler(laurel.Url, laurel.Key);
        var run = new Run(options, laurel);

        await run.SingleAsync(2);
        await run.FillToAsync(filler, first);
        var (single, batch) = await run.RatesAsync();
        report.Add(Layer, $"POST /events at {first:N0} events", single, "events/s");
        report.Add(Layer, $"batches at {first:N0} events", batch, "events/s");

        var before = run.Answered;
        var start = Stopwatch.GetTimestamp();
        await run.FillToAsync(filler, last);
        report.Add(Layer, $"batches on the way to {last:N0}, own client", (run.Answered - before) / Stopwatch.GetElapsedTime(start).TotalSeconds, "events/s");

        var memory = laurel.ReadMemory();
        var (singleLater, batchLater) = await run.RatesAsync();
        report.Add(Layer, $"POST /events at {last:N0} events", singleLater, "events/s");
        report.Add(Layer, $"batches at {last:N0} events", batchLater, "events/s");
        report.Add(Layer, "POST /events, later over earlier", singleLater / single, "ratio", Target.AtLeast(0.7));
        report.Add(Layer, "batches, later over earlier", batchLater / batch, "ratio", Target.AtLeast(0.7));
        report.Add(Layer, $"RSS after {last:N0} events", memory.Now, "MiB", Target.AtMost(500));
        report.Add(Layer, "RSS, the most of the whole run", laurel.ReadMemory().Peak, "MiB");

        await laurel.StopAsync();
        var (_, bytes) = StoredEvents.Verify(folder, run.Answered, run.Underway, withThreeGrants: true);
        report.Add(Layer, "bytes on disk", bytes, "B/event");
        Scratch.Remove(folder);
    }

    private sealed class Run(BenchOptions options, BenchedServer laurel)
    {
        public long Answered { get; private set; }

        public long Underway { get; private set; }

        public async Task FillToAsync(Filler filler, int events)
        {
            var missing = (int)Math.Max(0, events - Answered) / PerBatch * PerBatch;
            await filler.FillAsync(missing, 16, (body, random) => Filler.AppendPurchase(body, random, Participants));
            Answered += missing;
        }

        public async Task<(double Single, double Batch)> RatesAsync()
        {
            var single = await SingleAsync(options.Seconds(6));
            var batch = await BatchLayer.LoadAsync(options, laurel, options.Seconds(6));
            Answered += batch.Requests * PerBatch;
            Underway += 16 * PerBatch;
            return (single, batch.PerSecond * PerBatch);
        }

        public async Task<double> SingleAsync(int seconds)
        {
            var environment = laurel.LoadEnvironment(("PEOPLE", $"{Participants}"));
            var result = await Wrk.RunAsync(options, "single.lua", laurel.EventsUrl, 256, seconds, environment);
            Answered += result.Requests;
            Underway += 256;
            return result.PerSecond;
        }
    }
}
