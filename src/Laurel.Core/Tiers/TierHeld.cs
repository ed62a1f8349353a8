using Laurel.Facts;

namespace Laurel.Tiers;

/// <summary>The tier that the participant holds, and when the event that reached it occurred.</summary>
public sealed record TierHeld(string Code, int Level, Timestamp AchievedAt);
