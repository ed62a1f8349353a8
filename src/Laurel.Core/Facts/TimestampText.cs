namespace Laurel.Facts;

/// <summary>
/// Reads the timestamps that callers write: ISO 8601 with an offset, or none (then UTC); <c>T</c>, <c>t</c> or a space between date and time;
/// up to 9 fraction digits, cut to the microsecond. Source: semantics §3, contract "timestamp".
/// </summary>
public static class TimestampText
{
    /// <summary>What a fault should say.</summary>
    public const string Expected =
        "must be an ISO 8601 date and time such as 2026-02-14T10:00:00Z, with an offset or none (then UTC), in the years 0001 to 9999 in UTC";

    /// <summary>Reads <paramref name="text"/>; false for anything that is not such a timestamp.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Timestamp timestamp)
    {
        timestamp = default;
        if (text.Length is < 19 or > 35
            || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't' or ' ') || text[13] != ':' || text[16] != ':'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var rest = text[19..];
        if (!Fraction(ref rest, out var microseconds) || !Offset(rest, out var offsetMinutes))
        {
            return false;
        }

        var local = Timestamp.From(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc)).UnixMicroseconds;
        timestamp = new Timestamp(local + microseconds - (offsetMinutes * 60_000_000L));
        return timestamp >= Timestamp.MinValue && timestamp <= Timestamp.MaxValue;
    }

    private static bool Fraction(ref ReadOnlySpan<char> rest, out long microseconds)
    {
        microseconds = 0;
        if (rest.IsEmpty || rest[0] != '.')
        {
            return true;
        }

        var digits = 0;
        while (digits + 1 < rest.Length && char.IsAsciiDigit(rest[digits + 1]))
        {
            digits++;
        }

        if (digits is 0 or > 9)
        {
            return false;
        }

        for (var i = 1; i <= 6; i++)
        {
            microseconds = (microseconds * 10) + (i <= digits ? rest[i] - '0' : 0);
        }

        rest = rest[(digits + 1)..];
        return true;
    }

    private static bool Offset(ReadOnlySpan<char> rest, out int minutes)
    {
        minutes = 0;
        if (rest.IsEmpty || rest is "Z" or "z")
        {
            return true;
        }

        // +hh:mm, +hhmm and +hh: all three are ISO 8601.
        var sign = rest[0] switch { '+' => 1, '-' => -1, _ => 0 };
        rest = rest[1..];
        ReadOnlySpan<char> minuteDigits = rest.Length switch
        {
            5 when rest[2] == ':' => rest[3..],
            4 => rest[2..],
            2 => "00",
            _ => default,
        };
        if (sign == 0 || minuteDigits.IsEmpty || !Digits(rest[..2], out var hours) || !Digits(minuteDigits, out var odd) || hours > 23 || odd > 59)
        {
            return false;
        }

        minutes = sign * ((hours * 60) + odd);
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
