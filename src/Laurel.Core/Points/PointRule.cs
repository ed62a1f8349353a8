using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>
/// Awards points for events of one name. Active from <paramref name="ActiveFrom"/> (inclusive) to <paramref name="ActiveTo"/> (exclusive) by <c>occurred_at</c>.
/// <paramref name="ExpiresAfter"/> is counted from there too; null = the points never expire.
/// </summary>
public sealed record PointRule(
    string Code,
    string Name,
    string EventName,
    Condition? Where,
    PointAmount Amount,
    string Currency,
    CalendarDuration? ExpiresAfter,
    PointCap? Cap,
    Timestamp? ActiveFrom,
    Timestamp? ActiveTo,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("point_rule", Code);
}

/// <summary>
/// The most points that one participant gets from a rule within one period of <paramref name="Period"/>, by <c>occurred_at</c>; an award that would
/// pass it is cut to what is left.
/// </summary>
public sealed record PointCap(PeriodKind Period, long Amount);

/// <summary>How many points a rule awards. An amount of 0 or less grants nothing.</summary>
public abstract record PointAmount
{
    private PointAmount()
    {
    }

    /// <summary>Always the same.</summary>
    public sealed record Constant(long Points) : PointAmount;

    /// <summary>
    /// A number of the event times <paramref name="Multiply"/>, rounded to whole points, then held between <paramref name="Min"/> and <paramref name="Max"/>.
    /// </summary>
    public sealed record Proportional(PropertyPath Property, decimal Multiply, PointRounding Round, long? Min, long? Max) : PointAmount;
}

/// <summary>How a fraction of a point is rounded: <c>down</c> (to the lower number, the default), <c>nearest</c> (halves away from zero), <c>up</c>.</summary>
public enum PointRounding
{
    Down,
    Nearest,
    Up,
}
