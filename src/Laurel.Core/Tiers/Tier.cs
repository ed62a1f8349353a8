using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>
/// A step of the ladder, compared by <paramref name="Level"/>. An automatic tier is reached at <paramref name="MinPoints"/> points earned over the
/// lifetime in the default currency, so spending never demotes. A tier with <paramref name="Requalify"/> must be earned again.
/// </summary>
public sealed record Tier(
    string Code,
    string Name,
    int Level,
    string? Color,
    bool IsAutomatic,
    long MinPoints,
    TierRequalification? Requalify,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("tier", Code);
}

/// <summary>
/// A tier is kept to the end of the calendar period after the one in which it was reached, and from then on for a period at a time: whoever earned fewer than
/// <paramref name="MinPoints"/> in the period that ends falls as <paramref name="Else"/> says. A tier that was lost is reached again with as many points within one period.
/// </summary>
public sealed record TierRequalification(PeriodKind Period, long MinPoints, TierFall Else);

/// <summary>Where one who does not requalify falls: <c>one_level_down</c> (the default) or <c>lowest</c>.</summary>
public enum TierFall
{
    OneLevelDown,
    Lowest,
}
