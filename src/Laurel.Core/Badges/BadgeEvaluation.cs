using Laurel.Evaluation;
using Laurel.Metrics;
using Laurel.Rules;

namespace Laurel.Badges;

/// <summary>What a badge with criteria does with a fact. A badge is earned once.</summary>
internal static class BadgeEvaluation
{
    public static void Apply(Draft draft, Badge badge, in FactView view)
    {
        if (draft.Trace is null)
        {
            Measure(draft, badge, view);
            return;
        }

        var before = draft.BadgeProgressOf(badge.Code).Current;
        var reason = Measure(draft, badge, view);
        draft.Trace.Note(new RuleTrace(
            badge.Source.Type, badge.Code, null, draft.LookedAt, reason is null, reason ?? "unlocked",
            ConditionTrace.Of(badge.Criteria!.Where, view), before, draft.Holds(badge.Code) ? null : draft.BadgeProgressOf(badge.Code).Current));
    }

    /// <summary>Why the badge was not unlocked; null where it was.</summary>
    private static string? Measure(Draft draft, Badge badge, in FactView view)
    {
        var criteria = badge.Criteria!;
        if (draft.Holds(badge.Code))
        {
            return "the participant has the badge";
        }

        if (!ConditionEvaluation.Holds(criteria.Where, view))
        {
            return "the condition does not hold";
        }

        if (!MetricEvaluation.TryMeasure(draft, criteria, view, badge.PartOwner, draft.BadgeProgressOf(badge.Code), out var measured))
        {
            return "the metric does not count it";
        }

        if (MetricEvaluation.Reaches(criteria, measured.Current))
        {
            draft.UnlockBadge(badge, badge.Source, draft.Cause);
        }

        if (draft.Holds(badge.Code))
        {
            return null;
        }

        // Still not held where the input made all the facts it may: the progress stays, and the next event unlocks it.
        draft.SetBadgeProgress(badge.Code, measured);
        return "counted; the target is not reached";
    }
}
