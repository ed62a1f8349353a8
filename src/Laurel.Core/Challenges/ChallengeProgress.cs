using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Metrics;

namespace Laurel.Challenges;

/// <summary>
/// Where a participant stands in a challenge. <paramref name="Completions"/> count over all periods; <paramref name="Objectives"/> are those of the round that runs in
/// <paramref name="Period"/>, which <paramref name="IsPeriodDone"/> says is completed; <paramref name="EnrolledAt"/> is null where nobody enrols. <paramref name="IsEnded"/>: the end was told.
/// <paramref name="IsRolling"/>: it was gathered while the time ran from enrolment.
/// </summary>
public sealed record ChallengeProgress(
    string Code, int Completions, Period Period, bool IsPeriodDone, Timestamp? EnrolledAt, bool IsEnded, bool IsRolling, ObjectiveProgress[] Objectives)
{
    /// <summary>Nothing yet.</summary>
    public static ChallengeProgress None(string code) => new(code, 0, Period.AllTime, IsPeriodDone: false, EnrolledAt: null, IsEnded: false, IsRolling: false, []);

    /// <summary>Progress of an objective; nothing where it has none yet.</summary>
    public ObjectiveProgress Of(string objective) =>
        Array.Find(Objectives, progress => progress.Code == objective) ?? new ObjectiveProgress(objective, Measured.Nothing, IsCompleted: false);
}

/// <summary>Progress of one objective, in the unit of its metric.</summary>
public sealed record ObjectiveProgress(string Code, Measured Measured, bool IsCompleted)
{
    /// <summary>How far the metric is; 0 where nothing was measured.</summary>
    public decimal Current => Measured.Current ?? 0;
}
