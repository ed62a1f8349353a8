using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Postgres;

/// <summary>
/// How long Laurel takes to be as fast as before, once bad weather of its database is over: a restart, a crash, all connections cut. Callers go on all the while.
/// </summary>
internal static class WeatherLayer
{
    private const string Layer = "weather";
    private const string Database = "weather";
    private const int Callers = 64;
    private const int People = 10_000;
    private const int CalmSeconds = 6;
    private const int WatchedSeconds = 20;

    // Callers, Laurel and PostgreSQL share two cores, so a second differs from the next by a tenth in calm weather too.
    private const double FullSpeed = 0.9;

    public static async Task RunAsync(BenchOptions options, Report report, PostgresServer postgres)
    {
        await postgres.CreateDatabaseAsync(Database);
        var folder = Scratch.Make(options, Layer);
        await using var laurel = await BenchedServer.StartLaurelAsync(options, options.ServerProgram, folder, ("Laurel__Store", postgres.ConnectionString(Database)));
        await using var callers = new SteadyCallers(laurel, Callers, People);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds(20)));
        foreach (var (name, happen) in (ValueTuple<string, Func<Task>>[])
            [
                ("a restart of PostgreSQL", postgres.RestartAsync),
                ("a crash of PostgreSQL", postgres.CrashAsync),
                ("all connections cut", () => postgres.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Database}'")),
            ])
        {
            await ReportAsync(options, report, postgres, callers, name, happen);
        }

        await callers.StopAsync();
        report.Add(Layer, "calls that failed meanwhile and were sent again", callers.Failed, "calls");
        await laurel.StopAsync();
        var (events, _) = await StoredRows.VerifyLaurelAsync(postgres, Database, callers.Acknowledged, underway: 0);
        report.Add(Layer, "events in the end: those acknowledged, each once", events, "events");
        Scratch.Remove(folder);
        await postgres.DropDatabasesAsync(Database);
    }

    private static async Task ReportAsync(BenchOptions options, Report report, PostgresServer postgres, SteadyCallers callers, string name, Func<Task> happen)
    {
        var recoveries = new List<double>();
        var ratios = new List<double>();
        for (var round = 0; round < options.Rounds(3); round++)
        {
            // As the weather's own start does it: so the pages written whole in the log are as many before as after.
            await postgres.ExecuteAsync("postgres", "checkpoint");
            var calm = callers.Now;
            await Task.Delay(TimeSpan.FromSeconds(CalmSeconds));
            var before = callers.Rate(calm, CalmSeconds);
            await happen();
            var over = callers.Now;
            await Task.Delay(TimeSpan.FromSeconds(WatchedSeconds + 1));
            recoveries.Add(Recovery(callers, over, before * FullSpeed));
            ratios.Add(callers.Rate(over + 5, CalmSeconds) / before);
        }

        report.Add(Layer, $"{name}: nine tenths of the rate before are reached after, slowest round", recoveries.Max(), "s", Target.AtMost(5));
        report.AddRatio(Layer, $"{name}: rate of the seconds 5 to 11 after, over the rate before", ratios);
    }

    // The first second that is fast enough, by when it begins.
    private static double Recovery(SteadyCallers callers, double over, double wanted)
    {
        for (var after = 0; after < WatchedSeconds * 10; after++)
        {
            if (callers.Rate(over + (after / 10.0), 1) >= wanted)
            {
                return after / 10.0;
            }
        }

        return WatchedSeconds;
    }
}
