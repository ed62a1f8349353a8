using System.Diagnostics;
using System.Text;
using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Webhooks;

/// <summary>What webhooks cost those who send events, how many messages leave in a second, and how long one takes while other receivers hang.</summary>
internal static class WebhooksLayer
{
    private const string Layer = "webhooks";
    private const int Participants = 100_000;
    private const int FactsPerEvent = 4;
    private const int Hanging = 40;
    private const int Healthy = 10;
    private const int EventsPerSecond = 50;

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        await EmitCost.RunAsync(options, report, Layer);
        await DeliveriesAsync(options, report);
        await BesideHangingAsync(options, report);
    }

    /// <summary>A backlog made while webhooks are paused, by a server that then starts with them.</summary>
    private static async Task DeliveriesAsync(BenchOptions options, Report report)
    {
        List<double> rates = [], processor = [];
        await using var receiver = await HookReceiver.StartAsync(options);
        for (var round = 0; round < options.Rounds(3); round++)
        {
            var folder = Scratch.Make(options, "deliveries");
            var events = options.Count(10_000);
            await using (var filled = await StartAsync(options, folder, isPaused: true))
            {
                await receiver.RegisterAsync(filled, 1, "*", isHanging: false);
                using var filler = new Filler(filled.Url, filled.Key);
                await filler.FillAsync(events, 4, (body, random) => Filler.AppendPurchase(body, random, Participants));
                await filled.StopAsync();
            }

            await using (var laurel = await StartAsync(options, folder, isPaused: false))
            {
                var figures = await receiver.WaitForAsync(events * (long)FactsPerEvent);
                rates.Add(figures.Received / (figures.SpanMicroseconds / 1e6));
                processor.Add(laurel.ReadProcessorTime().TotalMicroseconds / figures.Received);
                await laurel.StopAsync();
            }

            await receiver.ResetAsync();
            Scratch.Remove(folder);
        }

        report.Add(Layer, "deliveries to one receiver, from a backlog", Median.Of(rates), "messages/s", Target.AtLeast(2000));
        report.Add(Layer, "deliveries, the slowest round", rates.Min(), "messages/s");
        report.Add(Layer, "deliveries, server's processor time, start included", Median.Of(processor), "us/message");
    }

    /// <summary>Ten receivers that take everything beside forty that never answer, under a steady load.</summary>
    private static async Task BesideHangingAsync(BenchOptions options, Report report)
    {
        var folder = Scratch.Make(options, "hanging");
        await using var receiver = await HookReceiver.StartAsync(options);
        await using var laurel = await StartAsync(options, folder, isPaused: false);
        for (var number = 0; number < Hanging + Healthy; number++)
        {
            await receiver.RegisterAsync(laurel, number, "event.processed", isHanging: number < Hanging);
        }

        // The first requests find what hangs; they are not counted.
        var warmUp = EventsPerSecond * 2;
        await EmitSteadilyAsync(laurel, warmUp);
        await receiver.WaitForAsync(warmUp * Healthy);
        await receiver.ResetAsync();

        var events = EventsPerSecond * options.Seconds(20);
        await EmitSteadilyAsync(laurel, events);
        var figures = await receiver.WaitForAsync(events * Healthy);
        report.Add(Layer, $"{Hanging} of {Hanging + Healthy} receivers hang: receipt to arrival at the others, p50", figures.P50Microseconds / 1000, "ms");
        report.Add(Layer, $"{Hanging} of {Hanging + Healthy} receivers hang: receipt to arrival at the others, p99", figures.P99Microseconds / 1000, "ms", Target.AtMost(1000));
        report.Add(Layer, $"{Hanging} of {Hanging + Healthy} receivers hang: receipt to arrival at the others, the slowest", figures.MaxMicroseconds / 1000, "ms");
        report.Add(Layer, $"{Hanging} of {Hanging + Healthy} receivers hang: requests that hung at the end", figures.Hanging, "requests", Target.AtLeast(1));
        Scratch.Remove(folder);
    }

    private static Task<BenchedServer> StartAsync(BenchOptions options, string folder, bool isPaused) => BenchedServer.StartLaurelAsync(
        options,
        options.ServerProgram,
        folder,
        ("Laurel__Webhooks__AllowedNetworks", "127.0.0.0/8"),
        ("Laurel__Webhooks__Paused", isPaused ? "true" : "false"));

    // One event every so often, whether or not the ones before were answered.
    private static async Task EmitSteadilyAsync(BenchedServer laurel, int events)
    {
        var sending = new List<Task>(events);
        var body = new StringBuilder();
        var random = new Random();
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < events; sent++)
        {
            var due = TimeSpan.FromSeconds(sent / (double)EventsPerSecond) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due);
            }

            Filler.AppendPurchase(body.Clear(), random, Participants);
            sending.Add(laurel.SendJsonAsync(HttpMethod.Post, "/api/v1/gamify/events", body.ToString()));
        }

        await Task.WhenAll(sending);
    }
}
