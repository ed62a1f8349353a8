using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Streaks;

/// <summary>
/// Consecutive calendar periods (day, week or month) with at least one matching event. A gap of up to <paramref name="GracePeriods"/> periods does not break it; each
/// further one uses up a freeze, if the participant has one.
/// </summary>
public sealed record Streak(
    string Code,
    string Name,
    string EventName,
    Condition? Where,
    PeriodKind Period,
    int GracePeriods,
    StreakFreezes? Freezes,
    IReadOnlyList<StreakMilestone> Milestones,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("streak", Code);

    /// <summary>What the parts of its periods are named after.</summary>
    internal string PartOwner { get; } = $"streak/{Code}/{Period}";
}

/// <summary>One freeze for each <paramref name="EarnedEvery"/> periods of a streak; at most <paramref name="StockpileMax"/> are kept.</summary>
public sealed record StreakFreezes(int EarnedEvery, int StockpileMax);

/// <summary>What a streak of <paramref name="Count"/> periods earns, once a streak.</summary>
public sealed record StreakMilestone(int Count, IReadOnlyList<Reward> Rewards);
