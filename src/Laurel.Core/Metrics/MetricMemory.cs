using Laurel.Calendars;

namespace Laurel.Metrics;

/// <summary>What a metric must remember beside its current value; null for count, sum, max and min.</summary>
public abstract record MetricMemory
{
    private MetricMemory()
    {
    }

    /// <summary>
    /// 64-bit hashes of the values seen: here while they are few, then spread over <paramref name="PartCount"/> parts (a power of two), which are named by
    /// <paramref name="Since"/>, the number of facts that the participant had when the set was begun, so that none is taken for one of an earlier set.
    /// </summary>
    public sealed record Seen(ulong[] Hashes, int PartCount, long Since) : MetricMemory
    {
        /// <summary>No value yet.</summary>
        public static Seen BegunAfter(long facts) => new([], 0, facts);
    }

    /// <summary>The periods with a matching event. <paramref name="Kind"/> tells whether they still fit the metric.</summary>
    public sealed record Run(PeriodKind Kind, PeriodSet Periods) : MetricMemory;
}

/// <summary>Where a metric stands; null where no event was measured yet.</summary>
public readonly record struct Measured(decimal? Current, MetricMemory? Memory)
{
    /// <summary>Nothing measured.</summary>
    public static readonly Measured Nothing;
}
