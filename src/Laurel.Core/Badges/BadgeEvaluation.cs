using Laurel.Evaluation;
using Laurel.Rules;

namespace Laurel.Badges;

/// <summary>What a badge with criteria does with a fact. A badge is earned once.</summary>
internal static class BadgeEvaluation
{
    public static void Apply(Draft draft, Badge badge, in FactView view)
    {
        var criteria = badge.Criteria!;
        if (draft.Holds(badge.Code) || !ConditionEvaluation.Holds(criteria.Where, view) || view.Measure(criteria.Metric) is not { } value)
        {
            return;
        }

        var current = FactView.Add(draft.BadgeProgressOf(badge.Code), value);
        if (current >= criteria.Target)
        {
            draft.UnlockBadge(badge, badge.Source, draft.Cause);
        }

        // Still not held where the input made all the facts it may: the progress stays, and the next event unlocks it.
        if (!draft.Holds(badge.Code))
        {
            draft.SetBadgeProgress(badge.Code, current);
        }
    }
}
