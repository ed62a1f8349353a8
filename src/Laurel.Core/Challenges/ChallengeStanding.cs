using Laurel.Calendars;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>What a challenge is to one participant.</summary>
public enum ChallengeStatus
{
    /// <summary>Events count, now or once it has begun.</summary>
    Active,

    /// <summary>Done: as often as one can, or in the calendar period that runs.</summary>
    Completed,

    /// <summary>The time is over, everybody's or the participant's own, or the challenge was withdrawn.</summary>
    Ended,

    /// <summary>It takes only who enrols, and the participant has not.</summary>
    NotEnrolled,
}

/// <summary>
/// A challenge as one participant sees it at one moment. <paramref name="Progress"/> is that of the calendar period that runs: what an older period has come to is not shown as
/// its own. <paramref name="PeriodStart"/> and <paramref name="PeriodEnd"/> (exclusive) bound that period, the participant's own window, or the whole challenge; null = open.
/// </summary>
public sealed record ChallengeStanding(Challenge Challenge, ChallengeStatus Status, Timestamp? PeriodStart, Timestamp? PeriodEnd, ChallengeProgress Progress)
{
    /// <summary>The piece of the participant's state that <see cref="Of"/> needs; null for most, where the state's document has it all.</summary>
    public static string? PartOf(RuleBook book, Challenge challenge, ChallengeProgress? held, Timestamp now)
    {
        // An event may be a day ahead of the clock: then the period that runs is the older one.
        var period = PeriodAt(book, challenge, now);
        return held is not null && held.Period.Kind == period.Kind && held.Period.Number > period.Number ? ChallengePeriods.KeyOf(challenge.Code, period) : null;
    }

    /// <summary>The standing at <paramref name="now"/>; <paramref name="part"/> is the piece that <see cref="PartOf"/> names, empty where there is none.</summary>
    public static ChallengeStanding Of(RuleBook book, Challenge challenge, ChallengeProgress? held, ReadOnlyMemory<byte> part, Timestamp now)
    {
        var period = PeriodAt(book, challenge, now);
        var whole = held ?? ChallengeProgress.None(challenge.Code);
        var progress = whole.Period == period ? whole
            : part.IsEmpty ? whole with { Period = period, IsPeriodDone = false, Objectives = [] }
            : StateDocumentReader.ReadChallengePart(part.Span) with { Completions = whole.Completions, EnrolledAt = whole.EnrolledAt, IsEnded = whole.IsEnded };
        var (start, end) = Bounds(book, challenge, progress);
        return new ChallengeStanding(challenge, StatusOf(book, challenge, progress, now), start, end, progress);
    }

    /// <summary>When the participant's time is over: the challenge's end, or that of the window which runs from enrolment; null = never.</summary>
    public static Timestamp? EndFor(RuleBook book, Challenge challenge, ChallengeProgress progress) => ChallengeClock.WindowEnd(book, challenge, progress);

    /// <summary>How far an objective is; null for a largest or smallest number of which there is none yet.</summary>
    public decimal? CurrentOf(Objective objective) =>
        Progress.Of(objective.Code).Measured.Current ?? (objective.Criteria.Metric is Metric.Max or Metric.Min ? null : 0);

    // What has not begun shows its first period, and what is over its last.
    private static Period PeriodAt(RuleBook book, Challenge challenge, Timestamp now)
    {
        var schedule = challenge.Schedule;
        var at = schedule.StartsAt is { } start && now < start ? start
            : schedule.EndsAt is { } end && now >= end ? new Timestamp(end.UnixMicroseconds - 1)
            : now;
        return book.Calendar.PeriodOf(schedule.Recurrence, at);
    }

    private static (Timestamp? Start, Timestamp? End) Bounds(RuleBook book, Challenge challenge, ChallengeProgress progress)
    {
        var schedule = challenge.Schedule;
        if (schedule.IsRecurring)
        {
            var (start, end) = (book.Calendar.StartOf(progress.Period), book.Calendar.EndOf(progress.Period));
            return (start < schedule.StartsAt ? schedule.StartsAt : start, end > schedule.EndsAt ? schedule.EndsAt : end);
        }

        return schedule.Rolling is not null && progress.EnrolledAt is { } enrolledAt
            ? (enrolledAt, EndFor(book, challenge, progress))
            : (schedule.StartsAt, schedule.EndsAt);
    }

    private static ChallengeStatus StatusOf(RuleBook book, Challenge challenge, ChallengeProgress progress, Timestamp now) =>
        progress.Completions >= challenge.MaxCompletions ? ChallengeStatus.Completed
        : !challenge.IsActive || now >= EndFor(book, challenge, progress) ? ChallengeStatus.Ended
        : challenge.IsExplicit && progress.EnrolledAt is null ? ChallengeStatus.NotEnrolled
        : progress.IsPeriodDone ? ChallengeStatus.Completed
        : ChallengeStatus.Active;
}
