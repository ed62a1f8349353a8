using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>
/// A state in the making during one evaluation: what the mechanics read, change and grant. It never leaves the evaluator.
/// </summary>
internal sealed class Draft(RuleBook book, ParticipantState before, InputEvent input)
{
    /// <summary>Derived facts that one input may make. A challenge of target 1 fed an amount of a million must not make a million rows.</summary>
    public const int MaxFacts = 1000;

    private readonly List<DerivedFact> _facts = new(4);
    private CopyOnWrite<Balance> _balances = new(before.Balances);
    private CopyOnWrite<BadgeHeld> _badges = new(before.Badges);
    private CopyOnWrite<BadgeProgress> _badgeProgress = new(before.BadgeProgress);
    private CopyOnWrite<ChallengeProgress> _challenges = new(before.Challenges);
    private CopyOnWrite<CapUse> _capUses = new(before.CapUses);

    public RuleBook Book => book;

    /// <summary>When the input occurred: the clock of schedules and of what is earned.</summary>
    public Timestamp OccurredAt => input.OccurredAt;

    public IReadOnlyList<DerivedFact> Facts => _facts;

    /// <summary>Place of the fact that the rules look at; -1 for the event's own.</summary>
    public int Cause { get; set; } = -1;

    public TierHeld? Tier { get; set; } = before.Tier;

    public BadgeHeld[] Badges => _badges.Items;

    /// <summary>Whether <see cref="MaxFacts"/> kept something from being granted.</summary>
    public bool LimitReached { get; private set; }

    /// <summary>Place of the next fact.</summary>
    public int NextPlace => _facts.Count;

    /// <summary>Whether <paramref name="count"/> more facts may be made; notes it where not.</summary>
    public bool HasRoomFor(int count)
    {
        LimitReached |= _facts.Count + count > MaxFacts;
        return _facts.Count + count <= MaxFacts;
    }

    public void Add(DerivedFact fact) => _facts.Add(fact);

    /// <summary>
    /// Adds points and their fact; false, and nothing, for an amount of 0 or less, where a balance would leave what a whole number can hold, and where
    /// the input made all the facts it may.
    /// </summary>
    public bool AwardPoints(string currency, long amount, GrantSource source, int causedBy)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        var held = index >= 0 ? _balances.Items[index] : new Balance(currency, 0, 0, 0);
        if (amount <= 0 || held.Earned > long.MaxValue - amount || !HasRoomFor(1))
        {
            return false;
        }

        var after = new Balance(held.Currency, held.Current + amount, held.Earned + amount, held.Spent);
        _balances.Put(index, after);
        Add(new PointsAwarded(NextPlace, causedBy, source, after.Currency, amount, after.Current));
        return true;
    }

    /// <summary>Points earned over the lifetime in the default currency.</summary>
    public long EarnedInDefaultCurrency()
    {
        var currency = book.Currencies[0].Code;
        foreach (var balance in _balances.Items)
        {
            if (balance.Currency == currency)
            {
                return balance.Earned;
            }
        }

        return 0;
    }

    public bool Holds(string badge) => IndexOf(_badges.Items, badge, static held => held.Code) >= 0;

    /// <summary>Gives a badge and its fact; nothing where the participant has it, or where it is not active.</summary>
    public void UnlockBadge(Badge badge, GrantSource source, int causedBy)
    {
        if (!badge.IsActive || Holds(badge.Code) || !HasRoomFor(1))
        {
            return;
        }

        _badges.Add(new BadgeHeld(badge.Code, OccurredAt));
        Add(new BadgeUnlocked(NextPlace, causedBy, source, badge.Code, badge.Name, badge.Rarity, badge.IconUrl));
        var progress = IndexOfBadgeProgress(badge.Code);
        if (progress >= 0)
        {
            _badgeProgress.RemoveAt(progress);
        }
    }

    public decimal BadgeProgressOf(string badge)
    {
        var index = IndexOfBadgeProgress(badge);
        return index < 0 ? 0 : _badgeProgress.Items[index].Current;
    }

    public void SetBadgeProgress(string badge, decimal current) =>
        _badgeProgress.Put(IndexOfBadgeProgress(badge), new BadgeProgress(badge, current));

    public ChallengeProgress? ChallengeProgressOf(string challenge)
    {
        var index = IndexOf(_challenges.Items, challenge, static progress => progress.Code);
        return index < 0 ? null : _challenges.Items[index];
    }

    public void SetChallengeProgress(ChallengeProgress progress) =>
        _challenges.Put(IndexOf(_challenges.Items, progress.Code, static held => held.Code), progress);

    public long CapUsedBy(string rule)
    {
        var index = IndexOf(_capUses.Items, rule, static use => use.Rule);
        return index < 0 ? 0 : _capUses.Items[index].Awarded;
    }

    public void SetCapUsedBy(string rule, long awarded) =>
        _capUses.Put(IndexOf(_capUses.Items, rule, static use => use.Rule), new CapUse(rule, awarded));

    /// <summary>Grants each of <paramref name="rewards"/> in order.</summary>
    public void Grant(IReadOnlyList<Reward> rewards, GrantSource source, int causedBy)
    {
        for (var i = 0; i < rewards.Count; i++)
        {
            switch (rewards[i])
            {
                case Reward.Points points:
                    AwardPoints(points.Currency, points.Amount, source, causedBy);
                    break;
                case Reward.BadgeAward award:
                    UnlockBadge(award.Badge, source, causedBy);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown reward {rewards[i].GetType().Name}.");
            }
        }
    }

    /// <summary>The state after the input.</summary>
    public Decision ToDecision()
    {
        var counts = new long[FactKinds.All.Count];
        before.FactCounts.CopyTo(counts, 0);
        counts[0]++;
        foreach (var fact in _facts)
        {
            counts[fact.KindIndex]++;
        }

        var state = new ParticipantState
        {
            Seq = before.Seq + 1,
            TotalEvents = before.TotalEvents + 1,
            FactCounts = counts,
            Balances = _balances.Items,
            Badges = _badges.Items,
            BadgeProgress = _badgeProgress.Items,
            Challenges = _challenges.Items,
            CapUses = _capUses.Items,
            Tier = Tier,
        };
        return new Decision(state, _facts, LimitReached);
    }

    private int IndexOfBadgeProgress(string badge) => IndexOf(_badgeProgress.Items, badge, static progress => progress.Code);

    // Not Array.FindIndex: its predicate would have to capture the code, an allocation for each look-up of every event.
    private static int IndexOf<T>(T[] items, string code, Func<T, string> codeOf)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (codeOf(items[i]) == code)
            {
                return i;
            }
        }

        return -1;
    }
}
