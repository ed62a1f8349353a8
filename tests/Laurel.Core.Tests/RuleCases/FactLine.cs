using System.Globalization;
using Laurel.Facts;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>A fact as a case writes it: its kind, its code, and what matters of its data.</summary>
internal static class FactLine
{
    /// <summary>What the clock did is followed by <c>@</c> and when it was due, unless that is <paramref name="now"/>.</summary>
    public static string Of(DerivedFact fact, Timestamp now)
    {
        var due = fact.DueAt is { } dueAt && dueAt != now ? $" @ {Text(dueAt)}" : "";
        return $"{fact.Kind} {Data(fact)}{due}";
    }

    private static string Data(DerivedFact fact) => fact switch
    {
        PointsAwarded points => $"{points.Source.Code} {points.Amount} {points.Currency}",
        PointsExpired points => $"{points.Amount} {points.Currency}",
        BadgeUnlocked badge => badge.BadgeCode,
        ChallengeEnrolled challenge => challenge.Code,
        ObjectiveCompleted objective => $"{objective.Code}/{objective.ObjectiveCode}",
        ChallengeCompleted challenge => $"{challenge.Code} completions {challenge.Completions}",
        ChallengeEnded challenge => $"{challenge.Code} completions {challenge.Completions}",
        TierChanged tier => tier.PreviousCode is null ? tier.Code : $"{tier.Code} from {tier.PreviousCode}",
        RewardGranted reward => reward.CodeValue is null ? reward.RewardCode : $"{reward.RewardCode} code {reward.CodeValue}",
        RewardRefused reward => $"{reward.RewardCode} {reward.Reason}",
        StreakExtended streak => $"{streak.Code} {streak.Period} count {streak.Count}{Longest(streak.Count, streak.LongestCount)}",
        StreakMilestoneReached streak => $"{streak.Code} count {streak.Count}",
        StreakFreezeUsed streak => $"{streak.Code} {streak.Period} left {streak.FreezesLeft}",
        StreakBroken streak => $"{streak.Code} count {streak.Count}{Longest(streak.Count, streak.LongestCount)}",
        _ => throw new InvalidOperationException(fact.Kind),
    };

    private static string Longest(int count, int longest) => longest == count ? "" : string.Create(CultureInfo.InvariantCulture, $" longest {longest}");

    private static string Text(Timestamp at) =>
        at.ToDateTime().ToString(at.UnixMicroseconds % 60_000_000 == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
}
