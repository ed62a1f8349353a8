using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Webhooks;

/// <summary>
/// <c>POST /events</c> of the build before webhooks, of this one without an endpoint, and of this one with an endpoint that wants everything, deliveries paused. By
/// turns and in changing order, so that what disturbs the machine disturbs all; a ratio is that of one round, and its spread is told.
/// </summary>
internal static class EmitCost
{
    private const int Connections = 256;
    private const int Participants = 100_000;

    public static async Task RunAsync(BenchOptions options, Report report, string layer)
    {
        var hasEarlier = options.EarlierServerProgram.Length > 0;
        await using var none = await Subject.StartAsync(options, options.ServerProgram, "none");
        await using var subscribed = await Subject.StartAsync(options, options.ServerProgram, "subscribed", ("Laurel__Webhooks__Paused", "true"), ("Laurel__Webhooks__AllowedNetworks", "127.0.0.0/8"));
        await using var earlier = hasEarlier ? await Subject.StartAsync(options, options.EarlierServerProgram, "earlier") : null;
        await subscribed.SubscribeAsync();

        List<Subject> subjects = [none, subscribed];
        if (earlier is not null)
        {
            subjects.Add(earlier);
        }

        foreach (var subject in subjects)
        {
            await subject.LoadAsync(3);
        }

        for (var round = 0; round < options.Rounds(7); round++)
        {
            foreach (var subject in round % 2 == 0 ? subjects : Enumerable.Reverse(subjects))
            {
                await subject.MeasureAsync(options.Seconds(6));
            }
        }

        foreach (var subject in subjects)
        {
            await subject.StopAsync();
        }

        if (earlier is null)
        {
            Console.Error.WriteLine("   The build before webhooks is not measured: the history of the source, which it is built from, is missing here.");
        }
        else
        {
            report.Add(layer, "POST /events before webhooks", Median.Of(earlier.Rates), "events/s");
            Compare("POST /events without an endpoint over before webhooks", none, earlier, 0.97);
        }

        report.Add(layer, "POST /events without an endpoint", Median.Of(none.Rates), "events/s");
        report.Add(layer, "POST /events with one * endpoint, paused", Median.Of(subscribed.Rates), "events/s");
        Compare("POST /events with one * endpoint over none", subscribed, none, 0.85);

        void Compare(string name, Subject above, Subject below, double target)
        {
            var ratios = above.Rates.Zip(below.Rates, (a, b) => a / b).ToList();
            var times = above.ProcessorTimes.Zip(below.ProcessorTimes, (a, b) => a / b).ToList();
            report.Add(layer, name, Median.Of(ratios), "ratio", Target.AtLeast(target));
            report.Add(layer, $"{name}, lowest round", ratios.Min(), "ratio");
            report.Add(layer, $"{name}, highest round", ratios.Max(), "ratio");
            report.Add(layer, $"{name}, server's processor time an event", Median.Of(times), "ratio");
        }
    }

    /// <summary>A server under this load, on a store of its own that is compared in the end.</summary>
    private sealed class Subject(BenchOptions options, BenchedServer server, string folder) : IAsyncDisposable
    {
        private long _answered;
        private long _underway;

        public List<double> Rates { get; } = [];

        /// <summary>Microseconds an event: a busy machine hardly moves them.</summary>
        public List<double> ProcessorTimes { get; } = [];

        public static async Task<Subject> StartAsync(BenchOptions options, string program, string name, params (string Name, string Value)[] settings)
        {
            var folder = Scratch.Make(options, $"emit-{name}");
            return new Subject(options, await BenchedServer.StartLaurelAsync(options, program, folder, settings), folder);
        }

        /// <summary>Somebody wants everything; nothing is sent while deliveries are paused.</summary>
        public Task SubscribeAsync() => server.SendJsonAsync(HttpMethod.Post, "/api/v1/gamify/admin/webhooks", """{"url":"http://127.0.0.1:9/hook"}""");

        public async Task<LoadResult> LoadAsync(int seconds)
        {
            var result = await Wrk.RunAsync(options, "single.lua", server.EventsUrl, Connections, seconds, server.LoadEnvironment(("PEOPLE", $"{Participants}")));
            _answered += result.Requests;
            _underway += Connections;
            return result;
        }

        public async Task MeasureAsync(int seconds)
        {
            var before = server.ReadProcessorTime();
            var result = await LoadAsync(seconds);
            Rates.Add(result.PerSecond);
            ProcessorTimes.Add((server.ReadProcessorTime() - before).TotalMicroseconds / result.Requests);
        }

        public async Task StopAsync()
        {
            await server.StopAsync();
            StoredEvents.Verify(folder, _answered, _underway, withThreeGrants: true);
            Scratch.Remove(folder);
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
