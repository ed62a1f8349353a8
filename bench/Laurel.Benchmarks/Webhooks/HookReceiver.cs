using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Laurel.Benchmarks.Http;

namespace Laurel.Benchmarks.Webhooks;

/// <summary>What a receiver noted, see <c>Hooks</c> of <c>Laurel.Bench.Empty</c>.</summary>
internal sealed record HookFigures(
    [property: JsonPropertyName("received")] long Received,
    [property: JsonPropertyName("distinct")] long Distinct,
    [property: JsonPropertyName("hanging")] long Hanging,
    [property: JsonPropertyName("span_us")] double SpanMicroseconds,
    [property: JsonPropertyName("p50_us")] double P50Microseconds,
    [property: JsonPropertyName("p99_us")] double P99Microseconds,
    [property: JsonPropertyName("max_us")] double MaxMicroseconds);

/// <summary>A receiver of webhooks in a process of its own.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private readonly BenchedServer _process;
    private readonly HttpClient _http = new();

    private HookReceiver(BenchedServer process) => _process = process;

    public static async Task<HookReceiver> StartAsync(BenchOptions options) => new(await BenchedServer.StartEmptyAsync(options));

    /// <summary>Registers an endpoint that takes every message, or one that never answers.</summary>
    public Task RegisterAsync(BenchedServer laurel, int number, string eventType, bool isHanging) => laurel.SendJsonAsync(
        HttpMethod.Post,
        "/api/v1/gamify/admin/webhooks",
        $$"""{"url":"{{_process.Url}}/{{(isHanging ? "hang" : $"hook/{number}")}}","event_types":["{{eventType}}"]}""");

    /// <summary>What arrived so far.</summary>
    public async Task<HookFigures> ReadAsync() => (await _http.GetFromJsonAsync<HookFigures>(new Uri(_process.Url + "/hook")))!;

    /// <summary>Waits until <paramref name="messages"/> different ones have arrived; fails the run when they do not.</summary>
    public async Task<HookFigures> WaitForAsync(long messages)
    {
        // The receiver notes the times itself: asking seldom costs it little and moves no figure.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Deadline; await Task.Delay(500))
        {
            var figures = await ReadAsync();
            if (figures.Distinct >= messages)
            {
                return figures;
            }
        }

        throw new BenchFailedException($"{(await ReadAsync()).Distinct} of {messages} messages arrived within {Deadline.TotalSeconds} s.");
    }

    /// <summary>Forgets what arrived.</summary>
    public async Task ResetAsync()
    {
        using var response = await _http.DeleteAsync(new Uri(_process.Url + "/hook"));
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
