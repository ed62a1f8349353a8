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

        await run.SingleAsync(3);
        await run.FillToAsync(filler, first);
        var earlier = await run.RatesAsync();
        Report(earlier, first);

        var before = run.Answered;
        var start = Stopwatch.GetTimestamp();
        await run.FillToAsync(filler, last);
        report.Add(Layer, $"batches on the way to {last:N0}, own client", (run.Answered - before) / Stopwatch.GetElapsedTime(start).TotalSeconds, "events/s");

        var memory = laurel.ReadMemory();
        var later = await run.RatesAsync();
        Report(later, last);
        report.Add(Layer, "POST /events, later over earlier", later.Single.PerSecond / earlier.Single.PerSecond, "ratio", Target.AtLeast(0.7));
        report.Add(Layer, "batches, later over earlier", later.Batch.PerSecond / earlier.Batch.PerSecond, "ratio", Target.AtLeast(0.7));
        report.Add(Layer, $"RSS after {last:N0} events", memory.Now, "MiB", Target.AtMost(500));
        report.Add(Layer, "RSS, the most of the whole run", laurel.ReadMemory().Peak, "MiB");

        await laurel.StopAsync();
        var (_, bytes) = StoredEvents.Verify(folder, run.Answered, run.Underway, withThreeGrants: true);
        report.Add(Layer, "bytes on disk", bytes, "B/event");
        Scratch.Remove(folder);

        void Report((Rate Single, Rate Batch) rates, int events)
        {
            report.Add(Layer, $"POST /events at {events:N0} events", rates.Single.PerSecond, "events/s");
            report.Add(Layer, $"POST /events at {events:N0} events, server's processor time", rates.Single.ProcessorMicroseconds, "us/event");
            report.Add(Layer, $"batches at {events:N0} events", rates.Batch.PerSecond, "events/s");
            report.Add(Layer, $"batches at {events:N0} events, server's processor time", rates.Batch.ProcessorMicroseconds, "us/event");
        }
    }

    /// <summary>Events per second, and what each took of the server's processor time: the first suffers from a busy machine, the second hardly.</summary>
    private readonly record struct Rate(double PerSecond, double ProcessorMicroseconds);

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

        public async Task<(Rate Single, Rate Batch)> RatesAsync()
        {
            var single = await SingleAsync(options.Seconds(6));
            var batch = await MeasureAsync(() => BatchLayer.LoadAsync(options, laurel, options.Seconds(6)), PerBatch);
            Underway += 16 * PerBatch;
            return (single, batch);
        }

        public async Task<Rate> SingleAsync(int seconds)
        {
            var environment = laurel.LoadEnvironment(("PEOPLE", $"{Participants}"));
            var rate = await MeasureAsync(() => Wrk.RunAsync(options, "single.lua", laurel.EventsUrl, 256, seconds, environment), 1);
            Underway += 256;
            return rate;
        }

        private async Task<Rate> MeasureAsync(Func<Task<LoadResult>> load, int perRequest)
        {
            var before = laurel.ReadProcessorTime();
            var result = await load();
            var events = result.Requests * perRequest;
            Answered += events;
            return new Rate(result.PerSecond * perRequest, (laurel.ReadProcessorTime() - before).TotalMicroseconds / events);
        }
    }
}
