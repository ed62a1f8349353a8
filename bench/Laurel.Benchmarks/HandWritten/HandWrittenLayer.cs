using System.Diagnostics;
using System.Globalization;
using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.HandWritten;

/// <summary>The hand-written program at two sizes of commit. What it writes is what storage alone allows on this machine.</summary>
internal static class HandWrittenLayer
{
    private const string Layer = "hand";

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        var thousand = await WriteAsync(options, options.Count(200_000), 1000);
        report.Add(Layer, "hand-written, 1,000 a commit", thousand.EventsPerSecond, "events/s");
        report.Add(Layer, "hand-written, bytes on disk", thousand.BytesPerEvent, "B/event");
        var one = await WriteAsync(options, options.Count(20_000), 1);
        report.Add(Layer, "hand-written, each event a commit", one.EventsPerSecond, "events/s");
    }

    /// <summary>Runs the program in a process of its own, on an empty file.</summary>
    public static async Task<(double EventsPerSecond, double BytesPerEvent)> WriteAsync(BenchOptions options, int events, int perCommit)
    {
        var folder = Scratch.Make(options, "hand");
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList =
            {
                "write-by-hand",
                "--store", Path.Combine(folder, "hand.db"),
                "--events", events.ToString(CultureInfo.InvariantCulture),
                "--commit", perCommit.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new BenchFailedException($"The hand-written program ended with {process.ExitCode}.");
        }

        Scratch.Remove(folder);
        var figures = output.Trim().Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (figures[0], figures[1]);
    }
}
