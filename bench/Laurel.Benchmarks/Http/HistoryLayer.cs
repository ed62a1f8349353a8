using System.Globalization;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Http;

/// <summary>
/// Pages of 50 from the history of a participant with 1,000,000 events: ten names, 1,000 days. Measured as soon as the last event is answered, as a
/// caller would find it.
/// </summary>
internal static class HistoryLayer
{
    private const string Layer = "history";
    private const int Names = 10;
    private const int Days = 1000;
    private const int PageSize = 50;
    private static readonly DateTime FirstDay = new(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        var events = options.Count(1_000_000);
        var folder = Scratch.Make(options, "history");
        await using var laurel = await BenchedServer.StartLaurelAsync(options, folder);

        // Event i has name i mod 10 and happens on day i / 10 mod 1,000, so each total below is known.
        var next = -1;
        using (var filler = new Filler(laurel.Url, laurel.Key))
        {
            await filler.FillAsync(events, 16, (body, random) =>
            {
                var i = Interlocked.Increment(ref next);
                var at = FirstDay.AddDays(i / Names % Days).AddMilliseconds(random.Next(86_400_000));
                body.Append(
                    CultureInfo.InvariantCulture,
                    $$"""{"participant_id":"regular","event_name":"visit_{{i % Names}}","properties":{"amount":49.99,"currency":"USD","product_id":"prod_abc"},"timestamp":"{{at:yyyy-MM-ddTHH:mm:ss.fff}}Z","idempotency_key":"{{random.NextInt64():x16}}{{i:x8}}"}""");
            });
        }

        var firstDays = "&from_date=2024-01-01&to_date=2024-01-10";
        (string Name, string Query, int Total, bool IsDeep, double LimitMs)[] pages =
        [
            ("page 1 with total", "", events, false, 10),
            ("page 1 by event_name", "&event_name=visit_3", events / Names, false, 100),
            ("page 1 by ten days", firstDays, events / Days * 10, false, 100),
            ("page 1 by name and ten days", "&event_name=visit_3" + firstDays, events / Days * 10 / Names, false, 100),
            ("any page", "", events, true, 100),
            ("any page by event_name", "&event_name=visit_3", events / Names, true, 100),
        ];
        var url = laurel.Url + "/api/v1/gamify/participants/regular/events";
        foreach (var page in pages)
        {
            var environment = laurel.LoadEnvironment(
                ("QUERY", page.Query), ("TOTAL", $"{page.Total}"), ("PAGES", page.IsDeep ? $"{page.Total / PageSize}" : "1"));
            await Wrk.RunAsync(options, "history.lua", url, 2, 1, environment);
            var result = await Wrk.RunAsync(options, "history.lua", url, 2, options.Seconds(5), environment);
            report.Add(Layer, $"{page.Name}, p50", result.P50Ms, "ms");
            report.Add(Layer, $"{page.Name}, p99", result.P99Ms, "ms", Target.AtMost(page.LimitMs));
        }

        await laurel.StopAsync();
        StoredEvents.Verify(folder, events, 0, withThreeGrants: false);
        Scratch.Remove(folder);
    }
}
