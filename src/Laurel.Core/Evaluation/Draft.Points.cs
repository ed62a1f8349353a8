using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Rules;

namespace Laurel.Evaluation;

/// <summary>Points, caps and rewards of a state in the making.</summary>
internal sealed partial class Draft
{
    private CopyOnWrite<Balance> _balances = new(before.Balances);
    private CopyOnWrite<LotBook> _lots = new(before.Lots);
    private CopyOnWrite<EarnedInPeriod> _earned = new(before.Earned);
    private CopyOnWrite<CapUse> _capUses = new(before.CapUses);
    private CopyOnWrite<RewardCount> _rewards = new(before.Rewards);
    private int _allocationsUsed;

    public LotBook[] Lots => _lots.Items;

    /// <summary>The reward to allocate before this input can be judged.</summary>
    public string? WantedReward { get; private set; }

    /// <summary>
    /// Adds points and their fact; false, and nothing, for an amount of 0 or less, where a balance would leave what a whole number can hold, and where
    /// the input made all the facts it may.
    /// </summary>
    public bool AwardPoints(string currency, long amount, CalendarDuration? expiresAfter, GrantSource source, int causedBy) =>
        AwardPoints(currency, amount, expiresAfter is { } duration ? book.Calendar.Plus(OccurredAt, duration) : (Timestamp?)null, source, causedBy);

    /// <summary>The same, with the time at which they expire; null = never.</summary>
    public bool AwardPoints(string currency, long amount, Timestamp? expiresAt, GrantSource source, int causedBy)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        var held = index >= 0 ? _balances.Items[index] : new Balance(currency, 0, 0, 0);
        if (amount <= 0 || held.Earned > long.MaxValue - amount || !HasRoomFor(1))
        {
            return false;
        }

        var after = new Balance(held.Currency, held.Current + amount, held.Earned + amount, held.Spent);
        _balances.Put(index, after);
        if (expiresAt is { } expiry)
        {
            SetLots(LotEvaluation.Add(LotsOf(currency), expiry, amount, Parts));
        }

        NoteEarned(currency, amount);
        Add(new PointsAwarded(NextPlace, causedBy, source, after.Currency, amount, after.Current));
        return true;
    }

    /// <summary>Takes points from what expires first, and makes their fact; false, and nothing, where the balance does not hold as many.</summary>
    public bool DeductPoints(string currency, long amount, GrantSource source, int causedBy)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        if (index < 0 || _balances.Items[index].Current < amount)
        {
            return false;
        }

        var held = _balances.Items[index];
        var after = held with { Current = held.Current - amount, Spent = held.Spent + amount };
        _balances.Set(index, after);
        if (LotsOf(currency) is { NextExpiry: not null } lots)
        {
            SetLots(LotEvaluation.Take(lots, amount, Parts));
        }

        Add(new PointsDeducted(NextPlace, causedBy, source, currency, amount, after.Current));
        return true;
    }

    /// <summary>Gives back points that were spent, and makes their fact. They stand in no lot: whatever they were taken from, they do not expire again.</summary>
    public void RefundPoints(string currency, long amount, GrantSource source, int causedBy)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        var held = _balances.Items[index];
        var after = held with { Current = held.Current + amount, Spent = held.Spent - amount };
        _balances.Set(index, after);
        Add(new PointsRefunded(NextPlace, causedBy, source, currency, amount, after.Current));
    }

    public LotBook LotsOf(string currency)
    {
        var index = IndexOf(_lots.Items, currency, static book => book.Currency);
        return index >= 0 ? _lots.Items[index] : new LotBook(currency, [], [], [], 0);
    }

    public void SetLots(LotBook lots)
    {
        // The clock waits for the first of them only.
        var index = IndexOf(_lots.Items, lots.Currency, static book => book.Currency);
        IsClockChanged |= index < 0 || _lots.Items[index].NextExpiry != lots.NextExpiry;
        _lots.Put(index, lots);
    }

    /// <summary>Takes expired points from the balance; the caller took them from the lots.</summary>
    public long ExpirePoints(string currency, long amount)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        var held = _balances.Items[index];
        _balances.Set(index, held with { Current = held.Current - amount });
        return held.Current - amount;
    }

    public long BalanceOf(string currency)
    {
        var index = IndexOf(_balances.Items, currency, static balance => balance.Currency);
        return index < 0 ? 0 : _balances.Items[index].Current;
    }

    /// <summary>Points earned over the lifetime in the default currency.</summary>
    public long EarnedInDefaultCurrency()
    {
        var index = IndexOf(_balances.Items, book.Currencies[0].Code, static balance => balance.Currency);
        return index < 0 ? 0 : _balances.Items[index].Earned;
    }

    /// <summary>Points earned in the default currency within one period.</summary>
    public long EarnedIn(Period period)
    {
        foreach (var earned in _earned.Items)
        {
            if (earned.Period == period)
            {
                return earned.Points;
            }
        }

        return 0;
    }

    /// <summary>What a capped rule has awarded in a period. The newest period stands in the document, older ones are parts.</summary>
    public long CapUsedBy(string rule, Period period)
    {
        var index = IndexOf(_capUses.Items, rule, static use => use.Rule);
        var newest = index < 0 ? null : _capUses.Items[index];
        return newest is null || newest.Period.Kind != period.Kind || newest.Period.Number < period.Number ? 0
            : newest.Period == period ? newest.Awarded
            : CapParts.Read(Parts.Find(CapParts.KeyOf(rule, period)));
    }

    public void SetCapUsedBy(string rule, Period period, long awarded)
    {
        var index = IndexOf(_capUses.Items, rule, static use => use.Rule);
        var newest = index < 0 ? null : _capUses.Items[index];
        if (newest is not null && newest.Period.Kind == period.Kind && newest.Period.Number > period.Number)
        {
            Parts.Put(CapParts.KeyOf(rule, period), CapParts.Write(awarded));
            return;
        }

        if (newest is not null && newest.Period.Kind == period.Kind && newest.Period != period)
        {
            Parts.Put(CapParts.KeyOf(rule, newest.Period), CapParts.Write(newest.Awarded));
        }

        _capUses.Put(index, new CapUse(rule, period, awarded));
    }

    public int ClaimsOf(string reward)
    {
        var index = IndexOf(_rewards.Items, reward, static count => count.Code);
        return index < 0 ? 0 : _rewards.Items[index].Claims;
    }

    public void SetClaims(string reward, int claims) =>
        _rewards.Put(IndexOf(_rewards.Items, reward, static count => count.Code), new RewardCount(reward, claims));

    /// <summary>What was allocated for the next reward wanted; null where the shell must allocate it first.</summary>
    public Allocation? TakeAllocation(string reward)
    {
        if (_allocationsUsed < supplies.Allocations.Count)
        {
            var allocation = supplies.Allocations[_allocationsUsed++];
            return allocation.Reward == reward
                ? allocation
                : throw new InvalidOperationException($"Reward '{reward}' is wanted, but '{allocation.Reward}' was allocated: the input was judged otherwise before.");
        }

        WantedReward ??= reward;
        return null;
    }

    // Two periods a kind: an event may be up to a day ahead of the server's clock, and the period before it has not been judged then.
    private void NoteEarned(string currency, long amount)
    {
        foreach (var kind in book.RequalifyPeriods)
        {
            if (currency != book.Currencies[0].Code)
            {
                return;
            }

            var period = book.Calendar.PeriodOf(kind, OccurredAt);
            var index = Array.FindIndex(_earned.Items, earned => earned.Period == period);
            _earned.Put(index, new EarnedInPeriod(period, (index < 0 ? 0 : _earned.Items[index].Points) + amount));
            var ofKind = _earned.Items.Where(earned => earned.Period.Kind == kind).OrderByDescending(earned => earned.Period.Number).ToArray();
            if (ofKind.Length > 2)
            {
                _earned.RemoveAt(Array.IndexOf(_earned.Items, ofKind[^1]));
            }
        }
    }
}
