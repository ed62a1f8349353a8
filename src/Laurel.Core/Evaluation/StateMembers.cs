using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>The members of a state while its document is read: a state itself never changes, and a copy for each member would be most of the cost of reading.</summary>
internal struct StateMembers
{
    public long Seq;
    public long TotalEvents;
    public long[]? FactCounts;
    public Profile? Profile;
    public Balance[]? Balances;
    public int DueVersion;
    public BadgeHeld[]? Badges;
    public BadgeProgress[]? BadgeProgress;
    public ChallengeProgress[]? Challenges;
    public CapUse[]? CapUses;
    public StreakState[]? Streaks;
    public LotBook[]? Lots;
    public EarnedInPeriod[]? Earned;
    public RewardCount[]? Rewards;
    public Timestamp? DueAt;
    public bool HasParts;
    public bool IsErased;
    public int? LostTierLevel;
    public TierHeld? Tier;

    public readonly ParticipantState ToState() => new()
    {
        Seq = Seq,
        TotalEvents = TotalEvents,
        FactCounts = FactCounts ?? [],
        Profile = Profile,
        Balances = Balances ?? [],
        DueVersion = DueVersion,
        Badges = Badges ?? [],
        BadgeProgress = BadgeProgress ?? [],
        Challenges = Challenges ?? [],
        CapUses = CapUses ?? [],
        Streaks = Streaks ?? [],
        Lots = Lots ?? [],
        Earned = Earned ?? [],
        Rewards = Rewards ?? [],
        DueAt = DueAt,
        HasParts = HasParts,
        IsErased = IsErased,
        LostTierLevel = LostTierLevel,
        Tier = Tier,
    };
}
