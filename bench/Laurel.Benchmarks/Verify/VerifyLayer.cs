using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Laurel.Benchmarks.Http;
using Laurel.Benchmarks.Load;
using Laurel.Benchmarks.Postgres;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Verify;

/// <summary>How fast <c>laurel-server verify</c> judges the whole log of a store anew and compares it: as the command itself prints it, the median of three runs.</summary>
internal static partial class VerifyLayer
{
    private const string Layer = "verify";
    private const string Database = "verified";
    private const int Participants = 20_000;
    private const int Rounds = 3;

    public static async Task OnSqliteAsync(BenchOptions options, Report report)
    {
        var folder = Scratch.Make(options, Layer);
        await RunAsync(options, report, folder, $"sqlite:{BenchedServer.StorePath(folder)}");
        Scratch.Remove(folder);
    }

    public static async Task OnPostgresAsync(BenchOptions options, Report report, PostgresServer postgres)
    {
        await postgres.CreateDatabaseAsync(Database);
        var folder = Scratch.Make(options, Layer);
        await RunAsync(options, report, folder, postgres.ConnectionString(Database));
        Scratch.Remove(folder);
        await postgres.DropDatabasesAsync(Database);
    }

    private static async Task RunAsync(BenchOptions options, Report report, string folder, string store)
    {
        var events = options.Count(1_000_000);
        await using (var laurel = await BenchedServer.StartLaurelAsync(options, options.ServerProgram, folder, ("Laurel__Store", store)))
        {
            using var filler = new Filler(laurel.Url, laurel.Key);
            await filler.FillAsync(events, 16, (body, random) => Filler.AppendPurchase(body, random, Participants));
            await laurel.StopAsync();
        }

        var rates = new List<double>();
        for (var round = 0; round < options.Rounds(Rounds); round++)
        {
            rates.Add(await VerifyAsync(options, folder, store, events));
        }

        report.Add(Layer, $"verify of {events:N0} events of {Participants:N0} participants", Median.Of(rates), "events/s", Target.AtLeast(50_000));
    }

    private static async Task<double> VerifyAsync(BenchOptions options, string folder, string store, int events)
    {
        var start = new ProcessStartInfo(options.ServerProgram)
        {
            ArgumentList = { "verify" },
            Environment = { ["Laurel__Store"] = store },
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var summary = Summary().Match(output);
        if (process.ExitCode != 0 || !summary.Success || Number(summary.Groups["events"]) != events)
        {
            throw new BenchFailedException($"verify ended with {process.ExitCode} and did not tell of {events:N0} events without a difference: {output}");
        }

        return Number(summary.Groups["rate"]);
    }

    private static double Number(Group digits) => double.Parse(digits.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"with (?<events>[\d,]+) events in .* \((?<rate>[\d,]+)/s\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Summary();
}
