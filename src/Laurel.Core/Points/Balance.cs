namespace Laurel.Points;

/// <summary>Whole points of one currency: what is there now, and what was earned and spent over the lifetime.</summary>
public sealed record Balance(string Currency, long Current, long Earned, long Spent);

/// <summary>Points that a capped rule has awarded to the participant.</summary>
public sealed record CapUse(string Rule, long Awarded);
