using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>
/// Objectives to complete between two instants (by <c>occurred_at</c>, start inclusive, end exclusive, null = open). <paramref name="ObjectivesNeeded"/> says
/// how many of them complete the challenge; <paramref name="MaxCompletions"/> (from 1) how often one participant can.
/// </summary>
public sealed record Challenge(
    string Code,
    string Name,
    Timestamp? StartsAt,
    Timestamp? EndsAt,
    Condition? Eligibility,
    IReadOnlyList<Objective> Objectives,
    int ObjectivesNeeded,
    int MaxCompletions,
    IReadOnlyList<Reward> Rewards,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("challenge", Code);
}

/// <summary>One objective. It counts only while the objectives named by <paramref name="Requires"/> (their places in the challenge) are complete.</summary>
public sealed record Objective(string Code, Criteria Criteria, IReadOnlyList<int> Requires, IReadOnlyList<Reward> Rewards);
