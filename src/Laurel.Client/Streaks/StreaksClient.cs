namespace Laurel.Client;

/// <summary>A period of a streak to record by hand.</summary>
public sealed record RecordStreak(string ParticipantId, string StreakCode)
{
    /// <summary>When it happened. Set it: the period that it falls into is what a second try is known by. The server's time where it is null.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}

/// <summary>A streak after the call; <paramref name="AlreadyRecorded"/> where the period was recorded before, and nothing changed.</summary>
public sealed record StreakRecorded(
    string ParticipantId, string StreakCode, long NewCount, long LongestCount, bool IsNewRecord, bool AlreadyRecorded, IReadOnlyList<GrantedReward> RewardsGranted);

public sealed record ParticipantStreaks(string ParticipantId, IReadOnlyList<ParticipantStreak> Streaks);

/// <summary>A streak; <paramref name="Period"/> is <c>daily</c>, <c>weekly</c> or <c>monthly</c>. One at risk breaks at the end of the period unless an event comes.</summary>
public sealed record ParticipantStreak(
    string Code,
    string Name,
    string Period,
    long CurrentCount,
    long LongestCount,
    DateTimeOffset? LastRecordedAt,
    bool IsAtRisk,
    int GracePeriods,
    int Freezes);

/// <summary>Streaks.</summary>
public sealed class StreaksClient
{
    private readonly Wire _wire;

    internal StreaksClient(Wire wire) => _wire = wire;

    /// <summary>Records a period. The period is its key: a second time changes nothing.</summary>
    public Task<StreakRecorded> RecordAsync(RecordStreak recorded, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return _wire.SendAsync(
            HttpMethod.Post, Paths.Root + "streaks/record", recorded, LaurelJson.Default.RecordStreak, LaurelJson.Default.StreakRecorded, cancellationToken);
    }

    /// <summary>A participant's streaks.</summary>
    public Task<ParticipantStreaks> ListAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Participant(participantId, "/streaks"), LaurelJson.Default.ParticipantStreaks, cancellationToken);
}
