using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.RateCaps;

/// <summary>
/// The cap on one participant's writes: GCRA (ITU-T I.371), so that one number, the theoretical arrival time, is all there is to keep. Source: semantics §6.
/// </summary>
public static class ParticipantRateCap
{
    /// <summary>
    /// Whether a write at <paramref name="now"/> is admitted, given the <paramref name="arrival"/> kept so far (microseconds since 1970, 0 = never).
    /// <paramref name="next"/> is what to keep if it is; <paramref name="retryAfterSeconds"/>, whole and from 1, when to come again if it is not.
    /// </summary>
    public static bool Admits(ParticipantRate rate, long arrival, Timestamp now, out long next, out int retryAfterSeconds)
    {
        next = arrival;
        retryAfterSeconds = 0;
        if (rate.PerSecond <= 0)
        {
            return true;
        }

        var interval = Math.Max(1, (long)(1_000_000 / rate.PerSecond));
        var tolerance = interval * (Math.Max(1, rate.Burst) - 1L);
        var wait = arrival - tolerance - now.UnixMicroseconds;
        if (wait > 0)
        {
            retryAfterSeconds = (int)Math.Min(int.MaxValue, ((wait - 1) / 1_000_000) + 1);
            return false;
        }

        next = Math.Max(arrival, now.UnixMicroseconds) + interval;
        return true;
    }
}
