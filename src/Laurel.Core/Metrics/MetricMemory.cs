using Laurel.Calendars;

namespace Laurel.Metrics;

/// <summary>What a metric must remember beside its current value; null for count, sum, max and min.</summary>
public abstract record MetricMemory
{
    private MetricMemory()
    {
    }

    /// <summary>
    /// 64-bit hashes of the values seen: here while they are few, then spread over <paramref name="PartCount"/> parts (a power of two).
    /// </summary>
    public sealed record Seen(ulong[] Hashes, int PartCount) : MetricMemory
    {
        public static readonly Seen Nothing = new([], 0);
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
