using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Laurel.Facts;

namespace Laurel.Webhooks;

/// <summary>
/// When a message that was not taken is tried again: after the first failed attempt the first of <see cref="Delays"/>, and so on; after the last of them it is a dead
/// letter. Source: semantics §10.
/// </summary>
public sealed class RetrySchedule
{
    /// <summary>The delays where nothing else is set.</summary>
    public const string DefaultText = "5s,5m,30m,2h,5h,10h,14h,20h";

    /// <summary>Most delays.</summary>
    public const int MaxDelays = 50;

    /// <summary>What a fault should say.</summary>
    public const string Expected = "must be 1 to 50 delays of 1 second to 30 days with commas between, each a whole number with s, m, h or d, such as 5s,5m,2h";

    /// <summary>The longest that <c>Retry-After</c> is honoured: a typing error must not put a message off for a year.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(24);

    private const double JitterShare = 0.2;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(30);

    private readonly string _text;

    private RetrySchedule(string text, IReadOnlyList<TimeSpan> delays) => (_text, Delays) = (text, delays);

    /// <summary><see cref="DefaultText"/>: nine attempts in about 52 hours.</summary>
    public static RetrySchedule Default { get; } = TryParse(DefaultText, out var schedule) ? schedule : throw new FormatException(DefaultText);

    /// <summary>The pause after each failed attempt, in order.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; }

    /// <summary>
    /// When to try again after <paramref name="attempts"/> failed ones, the last of them at <paramref name="now"/>; null = never, the message is a dead letter.
    /// <paramref name="draw"/> is a random number from 0 to below 1, drawn by the shell: it lengthens the delay by up to a fifth, so that messages which failed together
    /// do not come back together. <paramref name="retryAfter"/> is what the receiver asked for: never sooner than that, up to <see cref="MaxRetryAfter"/>.
    /// </summary>
    public Timestamp? Next(int attempts, Timestamp now, double draw, TimeSpan? retryAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (draw is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(draw), draw, "A draw is at least 0 and below 1.");
        }

        if (attempts > Delays.Count)
        {
            return null;
        }

        var delay = Delays[attempts - 1] * (1 + (JitterShare * draw));
        var asked = retryAfter is { } wait && wait > MaxRetryAfter ? MaxRetryAfter : retryAfter;
        return now.Plus(asked > delay ? asked.Value : delay);
    }

    /// <summary>Reads such a text as <see cref="DefaultText"/>; false for anything else, see <see cref="Expected"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RetrySchedule? schedule)
    {
        var delays = new List<TimeSpan>();
        foreach (var part in text.Split(','))
        {
            if (delays.Count == MaxDelays || !TryParseDelay(part.AsSpan().Trim(), out var delay))
            {
                schedule = null;
                return false;
            }

            delays.Add(delay);
        }

        schedule = new RetrySchedule(text, delays);
        return true;
    }

    /// <summary>The text that was read.</summary>
    public override string ToString() => _text;

    private static bool TryParseDelay(ReadOnlySpan<char> text, out TimeSpan delay)
    {
        delay = default;
        if (text.Length is < 2 or > 8 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var seconds = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        delay = TimeSpan.FromSeconds(number * seconds);
        return delay > TimeSpan.Zero && delay <= MaxDelay;
    }
}
