using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Streaks;

/// <summary>
/// A streak as one participant sees it at one moment. <paramref name="IsAtRisk"/>: it breaks when the period that runs ends, unless an event comes: nothing is recorded in it, no grace
/// is left, and no freeze would be used.
/// </summary>
public sealed record StreakStanding(Streak Streak, int CurrentCount, int LongestCount, Timestamp? LastRecordedAt, int Freezes, bool IsAtRisk)
{
    /// <summary>The standing at <paramref name="now"/>.</summary>
    public static StreakStanding Of(RuleBook book, Streak streak, StreakState? held, Timestamp now)
    {
        // What was counted by another kind of period counts no more.
        if (held is null || held.Kind != streak.Period)
        {
            return new StreakStanding(streak, 0, 0, null, 0, IsAtRisk: false);
        }

        var isAtRisk = streak.IsActive && held.Freezes == 0
            && StreakEvaluation.NextDue(book, streak, held) is { } due && due <= book.Calendar.EndOf(book.Calendar.PeriodOf(streak.Period, now));
        return new StreakStanding(streak, held.CurrentCount, held.Longest, held.LastRecordedAt, held.Freezes, isAtRisk);
    }
}
