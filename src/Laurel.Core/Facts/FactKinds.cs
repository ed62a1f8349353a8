using System.Collections.Frozen;

namespace Laurel.Facts;

/// <summary>The kinds of fact, as they stand in answers, in the rule book's <c>event_name</c> and in webhooks. Source: semantics §7.</summary>
public static class FactKinds
{
    public const string Event = "event";
    public const string PointsAwarded = "points.awarded";
    public const string BadgeUnlocked = "badge.unlocked";
    public const string ObjectiveCompleted = "challenge.objective_completed";
    public const string ChallengeCompleted = "challenge.completed";
    public const string TierChanged = "tier.changed";
    public const string PointsExpired = "points.expired";
    public const string ChallengeEnrolled = "challenge.enrolled";
    public const string ChallengeEnded = "challenge.ended";
    public const string RewardGranted = "reward.granted";
    public const string RewardRefused = "reward.refused";
    public const string StreakExtended = "streak.extended";
    public const string StreakMilestoneReached = "streak.milestone_reached";
    public const string StreakFreezeUsed = "streak.freeze_used";
    public const string StreakBroken = "streak.broken";
    public const string PointsDeducted = "points.deducted";
    public const string PointsRefunded = "points.refunded";
    public const string RewardClaimed = "reward.claimed";
    public const string RewardRedeemed = "reward.redeemed";
    public const string RewardCancelled = "reward.cancelled";
    public const string ParticipantUpdated = "participant.updated";
    public const string ParticipantErased = "participant.erased";

    /// <summary>All kinds that this version makes, in a fixed order: the place of a kind is its bit in stored masks, so only append.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Event, PointsAwarded, BadgeUnlocked, ObjectiveCompleted, ChallengeCompleted, TierChanged, PointsExpired, ChallengeEnrolled, ChallengeEnded,
        RewardGranted, RewardRefused, StreakExtended, StreakMilestoneReached, StreakFreezeUsed, StreakBroken,
        PointsDeducted, PointsRefunded, RewardClaimed, RewardRedeemed, RewardCancelled, ParticipantUpdated, ParticipantErased,
    ];

    /// <summary>Whether Laurel makes facts of this kind.</summary>
    public static bool IsDerived(string name) => name.Contains('.', StringComparison.Ordinal) && Derived.Contains(name);

    private static readonly FrozenSet<string> Derived = All.Skip(1).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Bit of <paramref name="kind"/> in a mask of kinds; 0 for an unknown kind.</summary>
    public static int Bit(string kind)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == kind)
            {
                return 1 << i;
            }
        }

        return 0;
    }

    /// <summary>Bits of all of <paramref name="kinds"/>.</summary>
    public static int Mask(IReadOnlyList<string> kinds)
    {
        var mask = 0;
        foreach (var kind in kinds)
        {
            mask |= Bit(kind);
        }

        return mask;
    }
}
