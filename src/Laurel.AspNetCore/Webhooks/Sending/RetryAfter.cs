using System.Globalization;
using System.Net.Http.Headers;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>The header <c>Retry-After</c>: seconds, or a date. Source: RFC 9110 §10.2.3.</summary>
internal static class RetryAfter
{
    /// <summary>What a receiver may ask for at most; more is cut to this.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    /// <summary>How long to wait from <paramref name="now"/>, zero for a date in the past; null when the header says nothing that can be read.</summary>
    public static TimeSpan? Read(string? header, DateTimeOffset now)
    {
        var text = header?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            // More digits than the number holds is a long time, too.
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < (long)Limit.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Limit;
        }

        if (RetryConditionHeaderValue.TryParse(text, out var value) && value.Date is { } date)
        {
            var wait = date - now;
            return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Limit ? Limit : wait;
        }

        return null;
    }
}
