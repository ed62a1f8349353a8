using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Tiers;

/// <summary>
/// The tier that the participant holds, and when the event that reached it occurred. <paramref name="KeptThrough"/> is the period at whose end it is checked, null
/// where it need not be earned again. <paramref name="ClosedUpTo"/> is set where the tier was assigned by hand below what the points reached: no tier of so many points or fewer is
/// reached again by points.
/// </summary>
public sealed record TierHeld(string Code, int Level, Timestamp AchievedAt, Period? KeptThrough, long? ClosedUpTo)
{
    /// <summary>Whether points may not reach the tier, which was taken by hand.</summary>
    public bool Closes(Tier tier) => tier.MinPoints <= ClosedUpTo;
}
