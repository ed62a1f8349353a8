using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
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

    /// <summary>One entry a currency ever earned.</summary>
    public Balance[] Balances { get; init; } = [];

    /// <summary>Badges held, in order of award.</summary>
    public BadgeHeld[] Badges { get; init; } = [];

    /// <summary>How far badges with criteria have come; an entry goes when its badge is held.</summary>
    public BadgeProgress[] BadgeProgress { get; init; } = [];

    public ChallengeProgress[] Challenges { get; init; } = [];

    /// <summary>What capped point rules have awarded so far.</summary>
    public CapUse[] CapUses { get; init; } = [];

    public TierHeld? Tier { get; init; }

    /// <summary>The balance of a currency; all zero where none was ever earned.</summary>
    public Balance BalanceOf(string currency) =>
        Array.Find(Balances, balance => balance.Currency == currency) ?? new Balance(currency, 0, 0, 0);
}
