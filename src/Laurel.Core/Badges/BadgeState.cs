using Laurel.Facts;
using Laurel.Metrics;

namespace Laurel.Badges;

/// <summary>A badge that the participant has, and when the event that earned it occurred.</summary>
public sealed record BadgeHeld(string Code, Timestamp EarnedAt);

/// <summary>How far a badge's criteria have come.</summary>
public sealed record BadgeProgress(string Code, Measured Measured);
