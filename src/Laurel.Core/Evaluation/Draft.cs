using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Metrics;
using Laurel.Participants;
using Laurel.Rewards;
using Laurel.Rules;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>
/// A state in the making during one evaluation: what the mechanics read, change and grant. It never leaves the evaluator.
/// </summary>
internal sealed partial class Draft(RuleBook book, ParticipantState before, Input input, Supplies supplies, Trace? trace)
{
    /// <summary>Derived facts that one input may make. A challenge of target 1 fed an amount of a million must not make a million rows.</summary>
    public const int MaxFacts = 1000;

    private readonly List<DerivedFact> _facts = new(4);
    private CopyOnWrite<BadgeHeld> _badges = new(before.Badges);
    private CopyOnWrite<BadgeProgress> _badgeProgress = new(before.BadgeProgress);
    private CopyOnWrite<ChallengeProgress> _challenges = new(before.Challenges);
    private CopyOnWrite<StreakState> _streaks = new(before.Streaks);
    private PartShelf? _parts;

    public RuleBook Book => book;

    /// <summary>
    /// How many facts the participant has by now, the event's own among them. It names what is begun here: unlike the number of the input it does not depend on how
    /// often the clock was woken.
    /// </summary>
    public long FactsSoFar => before.FactCounts.Sum() + _facts.Count + (input is EventInput ? 1 : 0);

    /// <summary>When what is looked at occurred: the clock of schedules, periods and of what is earned.</summary>
    public Timestamp OccurredAt { get; private set; } = input.OccurredAt;

    /// <summary>The time of now: when the input was received; for what the clock does when it was due, so that it does not matter when it was woken.</summary>
    public Timestamp Now => DueAt ?? input.ReceivedAt;

    /// <summary>Up to when the clock may act.</summary>
    public Timestamp Until => input.ReceivedAt;

    /// <summary>What the clock does is stamped with the time it was due; null for the rest.</summary>
    public Timestamp? DueAt { get; private set; }

    public PartShelf Parts => _parts ??= new PartShelf(before.HasParts, supplies);

    public Trace? Trace => trace;

    public IReadOnlyList<DerivedFact> Facts => _facts;

    /// <summary>Place of the fact that the rules look at; -1 for the event's own.</summary>
    public int Cause { get; set; } = -1;

    /// <summary>What the rules look at, for a trace: the kind of fact.</summary>
    public string LookedAt => Cause < 0 ? FactKinds.Event : _facts[Cause].Kind;

    /// <summary>Whether this is the first input of the participant.</summary>
    public bool IsNew => before.Seq == 0;

    public Profile? Profile { get; set; } = before.Profile;

    public TierHeld? Tier { get; set; } = before.Tier;

    public int? LostTierLevel { get; set; } = before.LostTierLevel;

    public BadgeHeld[] Badges => _badges.Items;

    public ChallengeProgress[] Challenges => _challenges.Items;

    public StreakState[] Streaks => _streaks.Items;

    /// <summary>Whether <see cref="MaxFacts"/> kept something from being granted.</summary>
    public bool LimitReached { get; private set; }

    /// <summary>Whether something changed that the clock waits for.</summary>
    public bool IsClockChanged { get; set; }

    public Refusal? Refusal { get; set; }

    /// <summary>Number of the input in the participant's log.</summary>
    public long Seq => before.Seq + 1;

    /// <summary>Whether the participant is gone: no rule looks at it any more.</summary>
    public bool IsErased { get; private set; } = before.IsErased;

    /// <summary>Place of the next fact.</summary>
    public int NextPlace => _facts.Count;

    /// <summary>From here on things happen at this time, by the clock.</summary>
    public void MoveTo(Timestamp dueAt)
    {
        OccurredAt = dueAt;
        DueAt = dueAt;
    }

    /// <summary>Whether <paramref name="count"/> more facts may be made; notes it where not.</summary>
    public bool HasRoomFor(int count)
    {
        LimitReached |= _facts.Count + count > MaxFacts;
        return _facts.Count + count <= MaxFacts;
    }

    public void Add(DerivedFact fact) => _facts.Add(DueAt is { } dueAt ? fact with { DueAt = dueAt } : fact);

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

    public Measured BadgeProgressOf(string badge)
    {
        var index = IndexOfBadgeProgress(badge);
        return index < 0 ? Measured.Nothing : _badgeProgress.Items[index].Measured;
    }

    public void SetBadgeProgress(string badge, in Measured measured) =>
        _badgeProgress.Put(IndexOfBadgeProgress(badge), new BadgeProgress(badge, measured));

    public ChallengeProgress? ChallengeProgressOf(string challenge)
    {
        var index = IndexOf(_challenges.Items, challenge, static progress => progress.Code);
        return index < 0 ? null : _challenges.Items[index];
    }

    /// <summary>Keeps progress. <paramref name="canEnd"/>: the clock may wait for the end of the participant's time.</summary>
    public void SetChallengeProgress(ChallengeProgress progress, bool canEnd)
    {
        IsClockChanged |= canEnd;
        _challenges.Put(IndexOf(_challenges.Items, progress.Code, static held => held.Code), progress);
    }

    public StreakState? StreakOf(string streak)
    {
        var index = IndexOf(_streaks.Items, streak, static state => state.Code);
        return index < 0 ? null : _streaks.Items[index];
    }

    public void SetStreak(StreakState state)
    {
        IsClockChanged = true;
        _streaks.Put(IndexOf(_streaks.Items, state.Code, static held => held.Code), state);
    }

    /// <summary>Lets go of everything but what totals need.</summary>
    public void Erase(GrantSource source)
    {
        IsErased = true;
        Add(new ParticipantErased(NextPlace, Cause, source));
    }

    /// <summary>Grants each of <paramref name="rewards"/> in order.</summary>
    public void Grant(IReadOnlyList<Reward> rewards, GrantSource source, int causedBy)
    {
        for (var i = 0; i < rewards.Count; i++)
        {
            switch (rewards[i])
            {
                case Reward.Points points:
                    AwardPoints(points.Currency, points.Amount, points.ExpiresAfter, source, causedBy);
                    break;
                case Reward.BadgeAward award:
                    UnlockBadge(award.Badge, source, causedBy);
                    break;
                case Reward.FromCatalogue reward:
                    RewardEvaluation.Grant(this, reward.Item, source, causedBy);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown reward {rewards[i].GetType().Name}.");
            }
        }
    }

    /// <summary>The state after the input.</summary>
    public Decision ToDecision()
    {
        if (_parts is { Missing.Count: > 0 } || WantedReward is not null)
        {
            return new Decision(before, [], LimitReached) { MissingParts = _parts?.Missing ?? [], WantedReward = WantedReward };
        }

        if (Refusal is { } refusal)
        {
            return new Decision(before, [], LimitReached: false) { Refusal = refusal };
        }

        var counts = new long[FactKinds.All.Count];
        before.FactCounts.CopyTo(counts, 0);
        var isEvent = input is EventInput;
        counts[0] += isEvent ? 1 : 0;
        foreach (var fact in _facts)
        {
            counts[fact.KindIndex]++;
        }

        if (IsErased)
        {
            return new Decision(Totals(counts), _facts, LimitReached);
        }

        var parts = _parts?.Changes ?? [];
        var state = new ParticipantState
        {
            Seq = before.Seq + 1,
            TotalEvents = before.TotalEvents + (isEvent ? 1 : 0),
            FactCounts = counts,
            Profile = Profile,
            Balances = _balances.Items,
            Lots = _lots.Items,
            Earned = _earned.Items,
            Badges = _badges.Items,
            BadgeProgress = _badgeProgress.Items,
            Challenges = _challenges.Items,
            CapUses = _capUses.Items,
            Streaks = _streaks.Items,
            Rewards = _rewards.Items,
            Tier = Tier,
            LostTierLevel = LostTierLevel,
            HasParts = before.HasParts || parts.Count > 0,
            DueAt = before.DueAt,
            DueVersion = before.DueVersion,
        };
        return new Decision(Clock.WithDue(book, state, IsClockChanged), _facts, LimitReached) { Parts = parts };
    }

    // No lots: what is left of an erased participant never expires, so that its balances stand for ever.
    private ParticipantState Totals(long[] factCounts) => new()
    {
        Seq = before.Seq + 1,
        TotalEvents = before.TotalEvents,
        FactCounts = factCounts,
        Balances = _balances.Items,
        Rewards = _rewards.Items,
        IsErased = true,
    };

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
