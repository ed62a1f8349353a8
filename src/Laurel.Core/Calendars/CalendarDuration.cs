using System.Globalization;

namespace Laurel.Calendars;

/// <summary>
/// An ISO 8601 duration: calendar months and days, then exact time. <c>P1Y</c> is 12 months, <c>P1W</c> seven days.
/// </summary>
public readonly record struct CalendarDuration(int Months, int Days, TimeSpan Time)
{
    /// <summary>What a fault should say.</summary>
    public const string Expected = "must be an ISO 8601 duration above zero of at most 1000 years such as P30D, P1M or PT12H";

    private const int MostMonths = 12_000;
    private const int MostDays = 366_000;

    /// <summary>Reads <c>PnYnMnWnDTnHnMnS</c> with whole numbers, each at most once and in this order; false for anything else, zero included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CalendarDuration duration)
    {
        duration = default;
        if (text.Length is < 3 or > 40 || text[0] != 'P')
        {
            return false;
        }

        long months = 0, days = 0, seconds = 0;
        var rest = text[1..];
        var units = "YMWD".AsSpan();
        var isTime = false;
        while (!rest.IsEmpty)
        {
            if (rest[0] == 'T' && !isTime)
            {
                isTime = true;
                units = "HMS";
                rest = rest[1..];
                if (rest.IsEmpty)
                {
                    return false;
                }

                continue;
            }

            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9 || units.IndexOf(rest[digits]) is var place && place < 0)
            {
                return false;
            }

            var number = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            _ = (isTime, rest[digits]) switch
            {
                (false, 'Y') => months += number * 12,
                (false, 'M') => months += number,
                (false, 'W') => days += number * 7,
                (false, _) => days += number,
                (true, 'H') => seconds += number * 3600,
                (true, 'M') => seconds += number * 60,
                _ => seconds += number,
            };
            units = units[(place + 1)..];
            rest = rest[(digits + 1)..];
        }

        if (months + days + seconds == 0 || months > MostMonths || days > MostDays || seconds > MostDays * 86_400L)
        {
            return false;
        }

        duration = new CalendarDuration((int)months, (int)days, TimeSpan.FromSeconds(seconds));
        return true;
    }
}
