using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Tiers;

/// <summary>
/// The tier that the participant holds, and when the event that reached it occurred. <paramref name="KeptThrough"/> is the period at whose end it is checked, null
/// where it need not be earned again.
/// </summary>
public sealed record TierHeld(string Code, int Level, Timestamp AchievedAt, Period? KeptThrough);
