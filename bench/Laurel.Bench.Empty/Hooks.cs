using System.Text.Json.Serialization;

namespace Laurel.Bench.Empty;

/// <summary>What arrived at <c>POST /hook</c> since the last <c>DELETE /hook</c>. Times are in microseconds.</summary>
internal sealed record HookFigures(
    [property: JsonPropertyName("received")] long Received,
    [property: JsonPropertyName("distinct")] long Distinct,
    [property: JsonPropertyName("hanging")] long Hanging,
    [property: JsonPropertyName("span_us")] double SpanMicroseconds,
    [property: JsonPropertyName("p50_us")] double P50Microseconds,
    [property: JsonPropertyName("p99_us")] double P99Microseconds,
    [property: JsonPropertyName("max_us")] double MaxMicroseconds);

/// <summary>
/// Receives webhooks and does nothing with them but to note when each came: a message's id has the millisecond at which its input was received, so the time from there
/// to here includes the commit. <c>POST /hang</c> never answers.
/// </summary>
internal sealed class Hooks
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int TimeDigits = 10;
    private readonly Lock _lock = new();
    private readonly HashSet<(string Path, string Id)> _ids = [];
    private readonly List<double> _latencies = [];
    private long _hanging;
    private DateTime _first;
    private DateTime _last;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/hook/{number}", Receive);
        routes.MapPost("/hang", HangAsync);
        routes.MapGet("/hook", Read);
        routes.MapDelete("/hook", Reset);
    }

    private async Task<IResult> Receive(HttpRequest request)
    {
        await request.Body.CopyToAsync(Stream.Null);
        var now = DateTime.UtcNow;
        var id = request.Headers["webhook-id"].ToString();
        lock (_lock)
        {
            _first = _latencies.Count == 0 ? now : _first;
            _last = now;
            _ids.Add((request.Path.Value!, id));
            _latencies.Add((now - TimeOf(id)).TotalMicroseconds);
        }

        return Results.Ok();
    }

    private async Task HangAsync(HttpContext context)
    {
        Interlocked.Increment(ref _hanging);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _hanging);
    }

    private HookFigures Read()
    {
        lock (_lock)
        {
            var sorted = _latencies.Order().ToArray();
            return new HookFigures(
                sorted.Length, _ids.Count, Interlocked.Read(ref _hanging), (_last - _first).TotalMicroseconds, Share(0.5), Share(0.99), Share(1));

            double Share(double share) => sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
        }
    }

    private void Reset()
    {
        lock (_lock)
        {
            _ids.Clear();
            _latencies.Clear();
        }
    }

    private static DateTime TimeOf(string ulid) =>
        DateTime.UnixEpoch.AddMilliseconds(ulid.Take(TimeDigits).Aggregate(0L, (time, digit) => (time << 5) + Digits.IndexOf(digit, StringComparison.Ordinal)));
}
