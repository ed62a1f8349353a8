using Laurel.Evaluation;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>What a point rule does with a fact.</summary>
internal static class PointRuleEvaluation
{
    private const decimal LargestAmount = 1e18m;

    public static void Apply(Draft draft, PointRule rule, in FactView view)
    {
        if (draft.Trace is null)
        {
            Award(draft, rule, view);
            return;
        }

        var before = draft.BalanceOf(rule.Currency);
        var reason = Award(draft, rule, view);
        draft.Trace.Note(new RuleTrace(
            rule.Source.Type, rule.Code, null, draft.LookedAt, reason is null, reason ?? "points awarded",
            ConditionTrace.Of(rule.Where, view), before, draft.BalanceOf(rule.Currency)));
    }

    /// <summary>Why nothing was awarded; null where something was.</summary>
    private static string? Award(Draft draft, PointRule rule, in FactView view)
    {
        if (draft.OccurredAt < rule.ActiveFrom || draft.OccurredAt >= rule.ActiveTo)
        {
            return "the event occurred outside active_from and active_to";
        }

        if (!ConditionEvaluation.Holds(rule.Where, view))
        {
            return "the condition does not hold";
        }

        var amount = AmountOf(rule.Amount, view);
        if (amount <= 0)
        {
            return "the amount is 0, or cannot be read as a number that points can be";
        }

        if (rule.Cap is not { } cap)
        {
            return draft.AwardPoints(rule.Currency, amount, rule.ExpiresAfter, rule.Source, draft.Cause) ? null : "the balance, or the input, is full";
        }

        var period = draft.Book.Calendar.PeriodOf(cap.Period, draft.OccurredAt);
        var used = draft.CapUsedBy(rule.Code, period);
        var granted = Math.Min(amount, cap.Amount - used);
        if (granted <= 0)
        {
            return "the cap of the period is used up";
        }

        if (!draft.AwardPoints(rule.Currency, granted, rule.ExpiresAfter, rule.Source, draft.Cause))
        {
            return "the balance, or the input, is full";
        }

        draft.SetCapUsedBy(rule.Code, period, used + granted);
        return null;
    }

    // 0 grants nothing: that is also what an unreadable property and an amount beyond all bounds come to.
    private static long AmountOf(PointAmount amount, in FactView view)
    {
        switch (amount)
        {
            case PointAmount.Constant constant:
                return constant.Points;
            case PointAmount.Proportional proportional:
                if (view.ReadCountable(proportional.Property) is not { } value || Math.Abs(proportional.Multiply) > 1e9m)
                {
                    return 0;
                }

                var points = Round(value * proportional.Multiply, proportional.Round);
                points = Math.Max(points, proportional.Min ?? points);
                points = Math.Min(points, proportional.Max ?? points);
                return points is >= 0 and <= LargestAmount ? (long)points : 0;
            default:
                throw new InvalidOperationException($"Unknown amount {amount.GetType().Name}.");
        }
    }

    private static decimal Round(decimal value, PointRounding rounding) => rounding switch
    {
        PointRounding.Down => decimal.Floor(value),
        PointRounding.Up => decimal.Ceiling(value),
        _ => decimal.Round(value, MidpointRounding.AwayFromZero),
    };
}
