using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>
/// All that rules need to know of a participant: the fold of its log. Immutable; arrays are never changed after they are put here.
/// Stored as the document of <see cref="StateDocument"/>.
/// </summary>
public sealed record ParticipantState
{
    /// <summary>A participant of whom nothing is known yet.</summary>
    public static readonly ParticipantState New = new();

    /// <summary>Number of the last input; inputs count 1, 2, 3 … without a gap.</summary>
    public long Seq { get; init; }

    /// <summary>Events received.</summary>
    public long TotalEvents { get; init; }

    /// <summary>How many facts of each kind there are, in the order of <see cref="FactKinds.All"/>.</summary>
    public long[] FactCounts { get; init; } = [];

    /// <summary>What the caller tells of the participant; null where nothing ever was.</summary>
    public Profile? Profile { get; init; }

    /// <summary>One entry a currency ever earned.</summary>
    public Balance[] Balances { get; init; } = [];

    /// <summary>Badges held, in order of award.</summary>
    public BadgeHeld[] Badges { get; init; } = [];

    /// <summary>How far badges with criteria have come; an entry goes when its badge is held.</summary>
    public BadgeProgress[] BadgeProgress { get; init; } = [];

    public ChallengeProgress[] Challenges { get; init; } = [];

    /// <summary>What capped point rules have awarded in the newest period of each.</summary>
    public CapUse[] CapUses { get; init; } = [];

    public TierHeld? Tier { get; init; }

    /// <summary>Level of the highest tier lost for want of points; null where none was, or it was reached again.</summary>
    public int? LostTierLevel { get; init; }

    /// <summary>Points that expire, a book a currency.</summary>
    public LotBook[] Lots { get; init; } = [];

    /// <summary>Points earned in the newest periods, for tiers that must be earned again.</summary>
    public EarnedInPeriod[] Earned { get; init; } = [];

    public StreakState[] Streaks { get; init; } = [];

    public RewardCount[] Rewards { get; init; } = [];

    /// <summary>Whether anything was ever kept outside the document.</summary>
    public bool HasParts { get; init; }

    /// <summary>Whether the participant was erased: then only what totals need is left.</summary>
    public bool IsErased { get; init; }

    /// <summary>When the clock next changes something, under the program version <see cref="DueVersion"/>; null = never.</summary>
    public Timestamp? DueAt { get; init; }

    /// <summary>The program version that <see cref="DueAt"/> was computed under.</summary>
    public int DueVersion { get; init; }

    /// <summary>The balance of a currency; all zero where none was ever earned.</summary>
    public Balance BalanceOf(string currency) =>
        Array.Find(Balances, balance => balance.Currency == currency) ?? new Balance(currency, 0, 0, 0);
}
