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

    /// <summary>All kinds that this version makes, in a fixed order: the place of a kind is its bit in stored masks, so only append.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Event, PointsAwarded, BadgeUnlocked, ObjectiveCompleted, ChallengeCompleted, TierChanged, PointsExpired, ChallengeEnrolled, ChallengeEnded,
        RewardGranted, RewardRefused, StreakExtended, StreakMilestoneReached, StreakFreezeUsed, StreakBroken,
    ];

    /// <summary>Kinds that semantics name but this version does not make yet: a rule may not listen to them.</summary>
    public static readonly IReadOnlyList<string> Later =
    [
        "points.deducted", "reward.claimed", "participant.updated", "participant.erased",
    ];

    /// <summary>Whether Laurel makes facts of this kind from others, now or in a later version.</summary>
    public static bool IsDerived(string name) => name.Contains('.', StringComparison.Ordinal) && Derived.Contains(name);

    private static readonly FrozenSet<string> Derived = All.Skip(1).Concat(Later).ToFrozenSet(StringComparer.Ordinal);

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
}
