using Laurel.Benchmarks.HandWritten;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Http;

/// <summary>
/// Batches of 100 beside the hand-written program, by turns, each on an empty store and over the same number of events.
/// </summary>
internal static class BatchLayer
{
    private const string Layer = "batch";
    private const int PerBatch = 100;
    private const int Connections = 16;

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        List<double> rates = [], handRates = [], p50 = [], p99 = [], processor = [], bytes = [], handBytes = [];
        for (var round = 0; round < options.Rounds(3); round++)
        {
            var folder = Scratch.Make(options, "batch");
            await using var laurel = await BenchedServer.StartLaurelAsync(options, folder);
            var warmUp = await LoadAsync(options, laurel, 3);
            var before = laurel.ReadProcessorTime();
            var result = await LoadAsync(options, laurel, options.Seconds(8));
            processor.Add((laurel.ReadProcessorTime() - before).TotalMicroseconds / (result.Requests * PerBatch));
            await laurel.StopAsync();
            var answered = (warmUp.Requests + result.Requests) * PerBatch;
            var stored = StoredEvents.Verify(folder, answered, 2 * Connections * PerBatch, withThreeGrants: true);
            Scratch.Remove(folder);
            rates.Add(result.PerSecond * PerBatch);
            p50.Add(result.P50Ms);
            p99.Add(result.P99Ms);
            bytes.Add(stored.BytesPerEvent);

            var hand = await HandWrittenLayer.WriteAsync(options, (int)stored.Events / 1000 * 1000, 1000);
            handRates.Add(hand.EventsPerSecond);
            handBytes.Add(hand.BytesPerEvent);
        }

        report.Add(Layer, "batches of 100, 16 connections", Median.Of(rates), "events/s", Target.AtLeast(15_000));
        report.Add(Layer, "hand-written, 1,000 a commit, as many events", Median.Of(handRates), "events/s");
        report.Add(Layer, "batches over hand-written", Median.Of(rates) / Median.Of(handRates), "ratio", Target.AtLeast(0.6));
        report.Add(Layer, "batches of 100, p50 of a batch", Median.Of(p50), "ms");
        report.Add(Layer, "batches of 100, p99 of a batch", Median.Of(p99), "ms");
        report.Add(Layer, "batches of 100, server's processor time", Median.Of(processor), "us/event");
        report.Add(Layer, "bytes on disk", Median.Of(bytes), "B/event");
        report.Add(Layer, "bytes on disk, hand-written", Median.Of(handBytes), "B/event");
    }

    public static Task<LoadResult> LoadAsync(BenchOptions options, BenchedServer server, int seconds) =>
        Wrk.RunAsync(options, "batch.lua", server.EventsUrl + "/batch", Connections, seconds, server.LoadEnvironment());
}
