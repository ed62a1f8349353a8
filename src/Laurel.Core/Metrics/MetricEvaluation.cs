using Laurel.Calendars;
using Laurel.Evaluation;
using Laurel.Rules;

namespace Laurel.Metrics;

/// <summary>What a fact that meets the condition does to a metric. Source: semantics §8 "metric".</summary>
internal static class MetricEvaluation
{
    private const decimal LargestTotal = 1e28m;

    /// <summary>
    /// The metric after the fact; false where the fact does not count. <paramref name="owner"/> names what measures among the participant's parts.
    /// </summary>
    public static bool TryMeasure(Draft draft, Criteria criteria, in FactView view, string owner, in Measured before, out Measured after)
    {
        after = before;
        switch (criteria.Metric)
        {
            case Metric.Count:
                after = new Measured(Add(before.Current ?? 0, 1), null);
                return true;
            case Metric.Sum sum:
                if (view.ReadCountable(sum.Property) is not { } value)
                {
                    return false;
                }

                after = new Measured(Add(before.Current ?? 0, value), null);
                return true;
            case Metric.Max max:
                return Extreme(view.ReadCountable(max.Property), before, isLargest: true, out after);
            case Metric.Min min:
                return Extreme(view.ReadCountable(min.Property), before, isLargest: false, out after);
            case Metric.Distinct distinct:
                return Distinct(draft, criteria, view.Read(distinct.Property), owner, before, out after);
            case Metric.Streak streak:
                return Streak(draft, streak.Period, owner, before, out after);
            default:
                throw new InvalidOperationException($"Unknown metric {criteria.Metric.GetType().Name}.");
        }
    }

    /// <summary>Whether the target is reached. A minimum reaches it from above.</summary>
    public static bool Reaches(Criteria criteria, decimal? current) =>
        current is { } value && (criteria.Metric is Metric.Min ? value <= criteria.Target : value >= criteria.Target);

    /// <summary>What is left for the next round once the target was reached: of counts and sums the surplus, of all else nothing.</summary>
    public static Measured Surplus(Criteria criteria, in Measured reached) => criteria.Metric is Metric.Count or Metric.Sum && reached.Current > criteria.Target
        ? new Measured(reached.Current - criteria.Target, null)
        : Measured.Nothing;

    // The old total where the new one would leave what can be counted.
    private static decimal Add(decimal total, decimal value) => Math.Abs(total) >= LargestTotal ? total : total + value;

    private static bool Extreme(decimal? value, in Measured before, bool isLargest, out Measured after)
    {
        after = before;
        if (value is not { } number || (before.Current is { } current && (isLargest ? number <= current : number >= current)))
        {
            return false;
        }

        after = new Measured(number, null);
        return true;
    }

    // No more than the target is counted, so that a set stays as small as its rule needs. A number that another metric left is none of its values.
    private static bool Distinct(Draft draft, Criteria criteria, in Facts.PropertyValue value, string owner, in Measured before, out Measured after)
    {
        after = before;
        var (current, seen) = before.Memory is MetricMemory.Seen known ? (before.Current ?? 0, known) : (0, MetricMemory.Seen.BegunAfter(draft.FactsSoFar));
        if (SeenValues.HashOf(value) is not { } hash || current >= criteria.Target)
        {
            return false;
        }

        if (!SeenValues.TryAdd(ref seen, hash, criteria.Target, owner, draft.Parts))
        {
            return false;
        }

        after = new Measured(current + 1, seen);
        return true;
    }

    private static bool Streak(Draft draft, PeriodKind kind, string owner, in Measured before, out Measured after)
    {
        after = before;
        var (longest, held) = before.Memory is MetricMemory.Run run && run.Kind == kind ? (before.Current ?? 0, run.Periods) : (0, PeriodSet.BegunAfter(draft.FactsSoFar));
        var period = draft.Book.Calendar.PeriodOf(kind, draft.OccurredAt);
        if (held.ShowsActive(period.Number))
        {
            return false;
        }

        var marks = new PeriodMarks(held, $"{owner}/{kind}", draft.Parts);
        if (marks.IsActive(period.Number))
        {
            return false;
        }

        marks.SetActive(period, draft.Book.Calendar);
        var length = marks.Run(period.Number, step: -1, grace: 0).Count + 1 + marks.Run(period.Number, step: 1, grace: 0).Count;
        after = new Measured(Math.Max(longest, length), new MetricMemory.Run(kind, marks.ToSet()));
        return true;
    }
}
