namespace Laurel.Client;

/// <summary>An enrolment; <paramref name="FactId"/> is null and <paramref name="AlreadyEnrolled"/> true where an earlier one stands.</summary>
public sealed record Enrollment(
    string ParticipantId,
    string ChallengeCode,
    DateTimeOffset EnrolledAt,
    DateTimeOffset? EndsAt,
    string? FactId,
    bool AlreadyEnrolled,
    IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

/// <summary>
/// A challenge with a participant's progress. <paramref name="Status"/> is <c>active</c>, <c>completed</c>, <c>ended</c> or <c>not_enrolled</c>; a null end of the
/// period is open, and the other end is exclusive.
/// </summary>
public sealed record ParticipantChallenge(
    string Code,
    string Name,
    string Status,
    DateTimeOffset? EnrolledAt,
    DateTimeOffset? PeriodStart,
    DateTimeOffset? PeriodEnd,
    int Completions,
    IReadOnlyList<ObjectiveProgress> Objectives);

/// <summary>Progress in the unit of the metric; <paramref name="Current"/> is null for a largest or smallest number of which there is none yet.</summary>
public sealed record ObjectiveProgress(string Code, decimal? Current, decimal Target, bool Completed);

public sealed record ParticipantChallengeList(string ParticipantId, IReadOnlyList<ParticipantChallenge> Challenges, int Total, int Page, int PageSize);

internal sealed record Enrolling(string ParticipantId);

/// <summary>Challenges.</summary>
public sealed class ChallengesClient
{
    private readonly Wire _wire;

    internal ChallengesClient(Wire wire) => _wire = wire;

    /// <summary>Enrols a participant in a challenge that asks for it.</summary>
    public Task<Enrollment> EnrollAsync(string challengeCode, string participantId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _wire.PostOnceAsync(
            Paths.Below("challenges/", challengeCode, "/enroll"),
            new Enrolling(participantId),
            LaurelJson.Default.Enrolling,
            idempotencyKey,
            LaurelJson.Default.Enrollment,
            cancellationToken);

    /// <summary>A page of a participant's challenges with progress per objective; <paramref name="status"/> as in <see cref="ParticipantChallenge"/>.</summary>
    public Task<ParticipantChallengeList> ListAsync(
        string participantId, string? status = null, int page = 1, int pageSize = 50, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(Paths.Participant(participantId, "/challenges"), ("status", status), ("page", Paths.Number(page)), ("page_size", Paths.Number(pageSize))),
            LaurelJson.Default.ParticipantChallengeList,
            cancellationToken);
}
