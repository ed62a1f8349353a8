using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Streaks;

/// <summary>
/// Where a participant stands in a streak. The last run: it has <paramref name="Count"/> active periods of kind <paramref name="Kind"/> and ends with
/// <paramref name="Latest"/>; <paramref name="Frozen"/> periods after that were passed with freezes. <paramref name="IsAlive"/> is false once it was broken. <paramref name="Longest"/> is of all runs.
/// </summary>
public sealed record StreakState(
    string Code, PeriodKind Kind, int Latest, int Count, int Longest, int Frozen, int Freezes, bool IsAlive, Timestamp LastRecordedAt, PeriodSet Periods)
{
    /// <summary>Length of the streak that runs; 0 where none does.</summary>
    public int CurrentCount => IsAlive ? Count : 0;
}
