using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Laurel.Benchmarks.Http;

namespace Laurel.Benchmarks.Postgres;

/// <summary>
/// Callers that send one event after the other, each with its key until it is acknowledged, and never stop for the weather. Counts what was acknowledged, by tenths of
/// a second.
/// </summary>
internal sealed class SteadyCallers : IAsyncDisposable
{
    private const int PerSecond = 10;
    private const int LongestSeconds = 600;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly int[] _acknowledged = new int[LongestSeconds * PerSecond];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _callers;
    private long _failed;

    public SteadyCallers(BenchedServer server, int callers, int people)
    {
        _http = new HttpClient { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Add("X-API-Key", server.Key);
        _callers = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(people)))];
    }

    /// <summary>Seconds since the first call.</summary>
    public double Now => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>All that was acknowledged.</summary>
    public long Acknowledged => _acknowledged.Sum(count => (long)count);

    /// <summary>Calls that were not, and were sent again.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Events a second, acknowledged from <paramref name="from"/> on for <paramref name="seconds"/>.</summary>
    public double Rate(double from, double seconds)
    {
        var first = (int)Math.Ceiling(from * PerSecond);
        return _acknowledged.AsSpan(first, (int)(seconds * PerSecond)).ToArray().Sum() / seconds;
    }

    /// <summary>Lets each caller finish its event.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync(int people)
    {
        var random = new Random();
        while (!_stop.IsCancellationRequested)
        {
            var body = string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"participant_id":"user_{{random.Next(1, people + 1)}}","event_name":"purchase_completed","properties":{"amount":49.99,"currency":"USD","product_id":"prod_abc"},"idempotency_key":"{{random.NextInt64():x16}}{{random.NextInt64():x16}}"}""");
            while (!await IsAcknowledgedAsync(body))
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(Pause);
            }

            Interlocked.Increment(ref _acknowledged[(int)(Now * PerSecond)]);
        }
    }

    private async Task<bool> IsAcknowledgedAsync(string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(new Uri("/api/v1/gamify/events", UriKind.Relative), content);
        if (response.IsSuccessStatusCode)
        {
            return true;
        }

        return (int)response.StatusCode == 503
            ? false
            : throw new BenchFailedException($"An event was refused: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }
}
