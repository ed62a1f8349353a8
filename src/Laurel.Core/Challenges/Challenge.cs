using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>
/// Objectives to complete. <paramref name="ObjectivesNeeded"/> says how many of them complete the challenge; <paramref name="MaxCompletions"/> (from 1) how
/// often one participant can, over all periods.
/// </summary>
public sealed record Challenge(
    string Code,
    string Name,
    ChallengeSchedule Schedule,
    bool IsExplicit,
    Condition? Eligibility,
    IReadOnlyList<Objective> Objectives,
    int ObjectivesNeeded,
    int MaxCompletions,
    IReadOnlyList<Reward> Rewards,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("challenge", Code);
}

/// <summary>
/// When a challenge counts, by <c>occurred_at</c>: from <paramref name="StartsAt"/> (inclusive) to <paramref name="EndsAt"/> (exclusive, null = open); within
/// that anew each calendar period of <paramref name="Recurrence"/> (<see cref="PeriodKind.AllTime"/> = never anew), or, with <paramref name="Rolling"/>, for that long from a participant's enrolment.
/// A challenge has a recurrence or is rolling, never both.
/// </summary>
public sealed record ChallengeSchedule(Timestamp? StartsAt, Timestamp? EndsAt, PeriodKind Recurrence, CalendarDuration? Rolling)
{
    /// <summary>Always.</summary>
    public static readonly ChallengeSchedule Perpetual = new(null, null, PeriodKind.AllTime, null);

    /// <summary>Whether the challenge starts again each calendar period.</summary>
    public bool IsRecurring => Recurrence != PeriodKind.AllTime;
}

/// <summary>One objective. It counts only while the objectives named by <paramref name="Requires"/> (their places in the challenge) are complete.</summary>
public sealed record Objective(string Code, Criteria Criteria, IReadOnlyList<int> Requires, IReadOnlyList<Reward> Rewards);
