using Laurel.Evaluation;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>What a point rule does with a fact.</summary>
internal static class PointRuleEvaluation
{
    private const decimal LargestAmount = 1e18m;

    public static void Apply(Draft draft, PointRule rule, in FactView view)
    {
        if (draft.OccurredAt < rule.ActiveFrom || draft.OccurredAt >= rule.ActiveTo || !ConditionEvaluation.Holds(rule.Where, view))
        {
            return;
        }

        var amount = AmountOf(rule.Amount, view);
        if (rule.Cap?.Amount is not { } cap)
        {
            draft.AwardPoints(rule.Currency, amount, rule.Source, draft.Cause);
            return;
        }

        var used = draft.CapUsedBy(rule.Code);
        var granted = Math.Min(amount, cap - used);
        if (draft.AwardPoints(rule.Currency, granted, rule.Source, draft.Cause))
        {
            draft.SetCapUsedBy(rule.Code, used + granted);
        }
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
