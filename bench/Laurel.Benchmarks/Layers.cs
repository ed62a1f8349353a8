using Laurel.Benchmarks.Evaluation;
using Laurel.Benchmarks.HandWritten;
using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Postgres;
using Laurel.Benchmarks.Reports;
using Laurel.Benchmarks.Verify;
using Laurel.Benchmarks.Webhooks;

namespace Laurel.Benchmarks;

/// <summary>Runs the chosen layers one after the other.</summary>
internal static class Layers
{
    public static Task RunAsync(BenchOptions options, Report report) => options.IsOnPostgres ? OnPostgresAsync(options, report) : OnSqliteAsync(options, report);

    private static async Task OnPostgresAsync(BenchOptions options, Report report)
    {
        await using var postgres = await PostgresServer.StartAsync(options);
        report.Note(await postgres.DescribeAsync());
        report.Note($"{await Wrk.VersionAsync()}; Laurel with its own settings but for the cap on a participant, which is off{LaurelOnPostgres.GivenSettings()}; {LaurelOnPostgres.People:N0} participants");
        foreach (var layer in options.Layers)
        {
            Console.Error.WriteLine($"== {layer}");
            await (layer switch
            {
                "events" => EventsLayer.RunAsync(options, report, postgres),
                "nodes" => NodesLayer.RunAsync(options, report, postgres),
                "weather" => WeatherLayer.RunAsync(options, report, postgres),
                _ => VerifyLayer.OnPostgresAsync(options, report, postgres),
            });
        }
    }

    private static async Task OnSqliteAsync(BenchOptions options, Report report)
    {
        foreach (var layer in options.Layers)
        {
            Console.Error.WriteLine($"== {layer}");
            switch (layer)
            {
                case "evaluate":
                    EvaluateLayer.Run(options, report);
                    break;
                case "http":
                    await HttpLayer.RunAsync(options, report);
                    break;
                case "batch":
                    await BatchLayer.RunAsync(options, report);
                    break;
                case "hand":
                    await HandWrittenLayer.RunAsync(options, report);
                    break;
                case "history":
                    await HistoryLayer.RunAsync(options, report);
                    break;
                case "growth":
                    await GrowthLayer.RunAsync(options, report);
                    break;
                case "verify":
                    await VerifyLayer.OnSqliteAsync(options, report);
                    break;
                default:
                    await WebhooksLayer.RunAsync(options, report);
                    break;
            }
        }
    }
}

/// <summary>Something was refused, lost or missing: the figures of this run mean nothing.</summary>
public sealed class BenchFailedException : Exception
{
    public BenchFailedException()
    {
    }

    public BenchFailedException(string message)
        : base(message)
    {
    }

    public BenchFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
