namespace Laurel.Facts;

/// <summary>
/// The members of <c>data</c> of each derived kind, as <see cref="DerivedFact.WriteData"/> writes them: all that a rule which listens to the kind
/// can read as <c>properties.…</c>, so that a misspelt name is found at publish.
/// </summary>
public static class FactData
{
    public const string Currency = "currency";
    public const string BadgeCode = "badge_code";
    public const string ChallengeCode = "challenge_code";
    public const string ObjectiveCode = "objective_code";
    public const string TierCode = "tier_code";
    public const string RewardCode = "reward_code";
    public const string StreakCode = "streak_code";

    /// <summary>The members of a derived kind's data; null for the name of a caller's event, whose properties are the caller's.</summary>
    public static IReadOnlyList<string>? MembersOf(string kind) => kind switch
    {
        FactKinds.PointsAwarded => PointsAwarded,
        FactKinds.BadgeUnlocked => BadgeUnlocked,
        FactKinds.ObjectiveCompleted => ObjectiveCompleted,
        FactKinds.ChallengeCompleted => ChallengeCompleted,
        FactKinds.TierChanged => TierChanged,
        FactKinds.PointsExpired => PointsAwarded,
        FactKinds.ChallengeEnrolled => ChallengeEnrolled,
        FactKinds.ChallengeEnded => ChallengeCompleted,
        FactKinds.RewardGranted => RewardGranted,
        FactKinds.RewardRefused => RewardRefused,
        FactKinds.StreakExtended => StreakExtended,
        FactKinds.StreakMilestoneReached => StreakMilestoneReached,
        FactKinds.StreakFreezeUsed => StreakFreezeUsed,
        FactKinds.StreakBroken => StreakBroken,
        FactKinds.PointsDeducted => PointsAwarded,
        FactKinds.PointsRefunded => PointsAwarded,
        FactKinds.RewardClaimed => RewardClaimed,
        FactKinds.RewardRedeemed => RewardMoved,
        FactKinds.RewardCancelled => RewardMoved,
        FactKinds.ParticipantUpdated => ParticipantUpdated,
        FactKinds.ParticipantErased => [],
        _ => null,
    };

    private static readonly string[] PointsAwarded = [Currency, "amount", "new_balance"];
    private static readonly string[] BadgeUnlocked = [BadgeCode, "badge_name", "rarity", "icon"];
    private static readonly string[] ObjectiveCompleted = [ChallengeCode, ObjectiveCode];
    private static readonly string[] ChallengeCompleted = [ChallengeCode, "challenge_name", "completions"];
    private static readonly string[] ChallengeEnrolled = [ChallengeCode, "challenge_name"];
    private static readonly string[] RewardGranted = [RewardCode, "reward_name", "reward_type", "code_value"];
    private static readonly string[] RewardClaimed = [RewardCode, "reward_name", "reward_type", "code_value", Currency, "points_deducted"];
    private static readonly string[] RewardMoved = [RewardCode, "reward_name", "reward_type", "claim_id"];
    private static readonly string[] ParticipantUpdated = ["changed"];
    private static readonly string[] RewardRefused = [RewardCode, "reward_name", "reward_type", "reason"];
    private static readonly string[] StreakExtended = [StreakCode, "streak_name", "period", "count", "longest_count"];
    private static readonly string[] StreakMilestoneReached = [StreakCode, "streak_name", "count"];
    private static readonly string[] StreakFreezeUsed = [StreakCode, "streak_name", "period", "freezes_left"];
    private static readonly string[] StreakBroken = [StreakCode, "streak_name", "count", "longest_count"];
    private static readonly string[] TierChanged = [TierCode, "tier_name", "level", "previous_code"];
}
