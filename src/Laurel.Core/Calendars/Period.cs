using System.Globalization;

namespace Laurel.Calendars;

/// <summary>Kinds of calendar period. In documents: <c>day week month year all_time</c>, or <c>daily weekly monthly yearly</c> for what recurs.</summary>
public enum PeriodKind
{
    /// <summary>One period that never ends.</summary>
    AllTime,

    /// <summary>A local calendar day: 23, 24 or 25 hours, seldom something else.</summary>
    Day,

    /// <summary>Monday to Sunday (ISO 8601).</summary>
    Week,

    Month,

    Year,
}

/// <summary>
/// One calendar period by its name, which is the same in every zone. <paramref name="Number"/> counts from the period that holds 1970-01-01, which is 0;
/// periods that follow each other have numbers that do. Source: semantics §3.
/// </summary>
public readonly record struct Period(PeriodKind Kind, int Number)
{
    private const int EpochDay = 719162;

    // 1970-01-01 was a Thursday, so its week began three days earlier.
    private const int EpochWeekday = 3;

    /// <summary>The only period of <see cref="PeriodKind.AllTime"/>.</summary>
    public static readonly Period AllTime;

    /// <summary>The period of a kind that holds a local date.</summary>
    public static Period Of(PeriodKind kind, DateOnly date) => new(kind, kind switch
    {
        PeriodKind.Day => date.DayNumber - EpochDay,
        PeriodKind.Week => FloorDivide(date.DayNumber - EpochDay + EpochWeekday, 7),
        PeriodKind.Month => ((date.Year - 1970) * 12) + date.Month - 1,
        PeriodKind.Year => date.Year - 1970,
        _ => 0,
    });

    /// <summary>First day; a day outside the years 0001 to 9999 is the nearest one within.</summary>
    public DateOnly FirstDay => Kind switch
    {
        PeriodKind.Day => Day(Number),
        PeriodKind.Week => Day((Number * 7L) - EpochWeekday),
        PeriodKind.Month => FirstOfMonth(Number),
        PeriodKind.Year => FirstOfMonth(Number * 12L),
        _ => DateOnly.MinValue,
    };

    /// <summary>The period after this one.</summary>
    public Period Next => this with { Number = Number + 1 };

    /// <summary><c>2026-02-14</c>, <c>2026-W07</c>, <c>2026-02</c>, <c>2026</c>, or <c>all_time</c>.</summary>
    public override string ToString()
    {
        var first = FirstDay;
        return Kind switch
        {
            PeriodKind.Day => first.ToString("O", CultureInfo.InvariantCulture),
            PeriodKind.Week => WeekText(first),
            PeriodKind.Month => string.Create(CultureInfo.InvariantCulture, $"{first.Year:D4}-{first.Month:D2}"),
            PeriodKind.Year => first.Year.ToString("D4", CultureInfo.InvariantCulture),
            _ => "all_time",
        };
    }

    // An ISO week belongs to the year that holds its Thursday.
    private static string WeekText(DateOnly monday)
    {
        var middle = monday.ToDateTime(TimeOnly.MinValue);
        return string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(middle):D4}-W{ISOWeek.GetWeekOfYear(middle):D2}");
    }

    private static DateOnly Day(long sinceEpoch) =>
        DateOnly.FromDayNumber((int)Math.Clamp(sinceEpoch + EpochDay, 0, DateOnly.MaxValue.DayNumber));

    private static DateOnly FirstOfMonth(long sinceEpoch)
    {
        var months = Math.Clamp(sinceEpoch + (1969 * 12), 0, (9999 * 12) - 1);
        return new DateOnly((int)(months / 12) + 1, (int)(months % 12) + 1, 1);
    }

    private static int FloorDivide(int value, int by) => value >= 0 ? value / by : -((-value + by - 1) / by);
}
