using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>
/// Points of the default currency that a tier asks for: earned over the lifetime, or, where there are <paramref name="PeriodStart"/> and
/// <paramref name="PeriodEnd"/> (exclusive), within that period.
/// </summary>
public sealed record TierGoal(long Required, long Earned, Timestamp? PeriodStart, Timestamp? PeriodEnd)
{
    /// <summary>Points still to earn.</summary>
    public long Remaining => Math.Max(0, Required - Earned);

    /// <summary>What keeps the tier held at the end of <see cref="PeriodEnd"/>'s period; null where it need not be earned again, or where there is none to fall to.</summary>
    public static TierGoal? ToKeep(RuleBook book, ParticipantState state)
    {
        if (state.Tier is not { KeptThrough: { } period } held || TierEvaluation.NextDue(book, held) is not { } end || book.TierLadder[^1].Level >= held.Level)
        {
            return null;
        }

        var required = Array.Find(book.TierLadder, tier => tier.Code == held.Code)!.Requalify!.MinPoints;
        return new TierGoal(required, EarnedIn(state, period), book.Calendar.StartOf(period), end);
    }

    /// <summary>The next automatic tier above the one held, and what reaches it; null on the top.</summary>
    public static (Tier Tier, TierGoal Goal)? Next(RuleBook book, ParticipantState state, Timestamp now)
    {
        if (Array.FindLast(book.TierLadder, tier => !(tier.Level <= state.Tier?.Level) && state.Tier?.Closes(tier) != true) is not { } next)
        {
            return null;
        }

        var lifetime = new TierGoal(next.MinPoints, state.BalanceOf(book.Currencies[0].Code).Earned, null, null);

        // What was lost is regained within one period, however much was earned before.
        if (lifetime.Remaining > 0 || next.Requalify is not { } requalify || !(next.Level <= state.LostTierLevel))
        {
            return (next, lifetime);
        }

        var period = book.Calendar.PeriodOf(requalify.Period, now);
        return (next, new TierGoal(requalify.MinPoints, EarnedIn(state, period), book.Calendar.StartOf(period), book.Calendar.EndOf(period)));
    }

    private static long EarnedIn(ParticipantState state, Calendars.Period period) => Array.Find(state.Earned, earned => earned.Period == period)?.Points ?? 0;
}
