using System.Globalization;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// How many calls each API key may make within a minute of the clock on this node, and the headers that say so. <paramref name="perMinute"/> 0 = no bound
/// and no headers. It stands before every event: a call costs one interlocked step and the text of what remains. Source: gamification-api.md "Common".
/// </summary>
internal sealed class KeyRate(int perMinute)
{
    public const string LimitHeader = "X-RateLimit-Limit";
    public const string RemainingHeader = "X-RateLimit-Remaining";
    public const string ResetHeader = "X-RateLimit-Reset";

    /// <summary>The code of a refusal.</summary>
    public const string ExceededCode = "RATE_LIMIT_KEY_EXCEEDED";

    private const long MinuteSeconds = 60;
    private const long SecondMicroseconds = 1_000_000;

    private readonly string _limit = perMinute.ToString(CultureInfo.InvariantCulture);
    private volatile Reset _reset = new(0);

    /// <summary>Counts a call and writes the headers of its answer; false where it goes beyond the bound.</summary>
    public bool Admit(HttpResponse response, KeyCalls calls, Timestamp now)
    {
        if (perMinute == 0)
        {
            return true;
        }

        var minute = now.UnixMicroseconds / (MinuteSeconds * SecondMicroseconds);
        var reset = _reset;
        if (reset.Minute != minute)
        {
            _reset = reset = new Reset(minute);
        }

        var made = calls.Count(minute);
        response.Headers[LimitHeader] = _limit;
        response.Headers[RemainingHeader] = made >= perMinute ? "0" : (perMinute - made).ToString(CultureInfo.InvariantCulture);
        response.Headers[ResetHeader] = reset.Text;
        return made <= perMinute;
    }

    /// <summary>429 with the seconds until the minute is over.</summary>
    public Task RefuseAsync(HttpContext context, Timestamp now)
    {
        var seconds = (int)(MinuteSeconds - (now.UnixMicroseconds / SecondMicroseconds % MinuteSeconds));
        return Problem.WriteAsync(
            context,
            StatusCodes.Status429TooManyRequests,
            ExceededCode,
            $"This key has made more than {_limit} calls within a minute. Send the call again in {seconds} s, send events in batches, or raise the option Laurel:KeyRate:PerMinute.",
            retryAfterSeconds: seconds);
    }

    /// <summary>Empties an answer that was begun, but for the headers that stand on every answer.</summary>
    public static void Clear(HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var (limit, remaining, reset) = (response.Headers[LimitHeader], response.Headers[RemainingHeader], response.Headers[ResetHeader]);
        response.Clear();
        if (limit.Count > 0)
        {
            (response.Headers[LimitHeader], response.Headers[RemainingHeader], response.Headers[ResetHeader]) = (limit, remaining, reset);
        }
    }

    /// <summary>The end of a minute, and its text: the same for all keys.</summary>
    private sealed class Reset(long minute)
    {
        public long Minute { get; } = minute;

        public string Text { get; } = ((minute + 1) * MinuteSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
