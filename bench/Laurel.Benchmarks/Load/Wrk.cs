using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Laurel.Benchmarks.Load;

/// <summary>What wrk measured. Latencies are corrected by wrk for what it could not send while it waited.</summary>
internal sealed record LoadResult(
    [property: JsonPropertyName("requests")] long Requests,
    [property: JsonPropertyName("duration_us")] long DurationMicroseconds,
    [property: JsonPropertyName("refused")] long Refused,
    [property: JsonPropertyName("status_errors")] long StatusErrors,
    [property: JsonPropertyName("socket_errors")] long SocketErrors,
    [property: JsonPropertyName("p50_us")] long P50Microseconds,
    [property: JsonPropertyName("p99_us")] long P99Microseconds,
    [property: JsonPropertyName("max_us")] long MaxMicroseconds)
{
    public double PerSecond => Requests / (DurationMicroseconds / 1e6);

    public double P50Ms => P50Microseconds / 1000.0;

    public double P99Ms => P99Microseconds / 1000.0;
}

/// <summary>Runs wrk with a script of <c>load/</c>. Anything refused, and any socket error, fails the run.</summary>
internal static class Wrk
{
    /// <summary>Its name and version.</summary>
    public static async Task<string> VersionAsync()
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-v"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = await wrk.StandardOutput.ReadLineAsync() ?? "wrk";
        await wrk.WaitForExitAsync();
        return output.Split('[')[0].Trim();
    }

    public static async Task<LoadResult> RunAsync(
        BenchOptions options, string script, string url, int connections, int seconds, IReadOnlyDictionary<string, string> environment)
    {
        var threads = Math.Min(2, connections);
        var start = new ProcessStartInfo("wrk")
        {
            ArgumentList =
            {
                "-t", threads.ToString(CultureInfo.InvariantCulture),
                "-c", connections.ToString(CultureInfo.InvariantCulture),
                "-d", $"{seconds}s",
                "--timeout", "10s",
                "-s", options.LoadScript(script),
                url,
            },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("LAUREL ", StringComparison.Ordinal))
            ?? throw new BenchFailedException($"wrk gave no result: {output}");
        var result = JsonSerializer.Deserialize<LoadResult>(line["LAUREL ".Length..])!;
        if (result.Requests == 0 || result.Refused + result.StatusErrors + result.SocketErrors > 0)
        {
            throw new BenchFailedException($"{script} at {connections} connections: {result}");
        }

        return result;
    }
}
