using Laurel.Calendars;

namespace Laurel.Points;

/// <summary>Whole points of one currency: what is there now, and what was earned and spent over the lifetime; what was refunded is not spent.</summary>
public sealed record Balance(string Currency, long Current, long Earned, long Spent);

/// <summary>Points that a capped rule has awarded to the participant in one period.</summary>
public sealed record CapUse(string Rule, Period Period, long Awarded);

/// <summary>Points earned in the default currency in one period, kept for tiers that must be earned again.</summary>
public sealed record EarnedInPeriod(Period Period, long Points);
