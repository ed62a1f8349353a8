using System.Text.Json;

namespace Laurel.Client;

/// <summary>A tier to give by hand.</summary>
public sealed record AssignTier(string ParticipantId, string TierCode)
{
    /// <summary>At most 500 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>A tier given; <paramref name="Changed"/> is false where the participant held it before. The previous ones are null where there was none.</summary>
public sealed record TierAssigned(
    string ParticipantId, NamedTier Tier, string? PreviousCode, int? PreviousLevel, bool Changed, IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

public sealed record NamedTier(string Code, string Name, int Level);

/// <summary>The tier that a participant holds. <paramref name="Requalification"/> says what keeps one that must be earned again.</summary>
public sealed record HeldTier(string Code, string Name, int Level, string? Color, DateTimeOffset AchievedAt, JsonElement? Requalification);

/// <summary>The tier above. <paramref name="PeriodEnd"/> is where the points must come within a period.</summary>
public sealed record NextTier(string Code, string Name, long PointsRequired, long PointsRemaining, DateTimeOffset? PeriodEnd);

/// <summary>Where a participant stands on the ladder.</summary>
public sealed record TierStanding(HeldTier? CurrentTier, NextTier? NextTier);

/// <summary>Where a participant stands on the ladder, and how it came there.</summary>
public sealed record ParticipantTier(string ParticipantId, HeldTier? CurrentTier, NextTier? NextTier, IReadOnlyList<TierChange> TierHistory);

/// <summary>A change of tier; <paramref name="Source"/> is the tier itself where points or the clock moved it, <c>api</c> where a call did.</summary>
public sealed record TierChange(string Code, string Name, int Level, string? PreviousCode, GrantSource Source, DateTimeOffset ChangedAt);

/// <summary>Tiers.</summary>
public sealed class TiersClient
{
    private readonly Wire _wire;

    internal TiersClient(Wire wire) => _wire = wire;

    /// <summary>Gives a tier.</summary>
    public Task<TierAssigned> AssignAsync(AssignTier assignment, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        return _wire.PostOnceAsync(
            Paths.Root + "tiers/assign", assignment, LaurelJson.Default.AssignTier, idempotencyKey, LaurelJson.Default.TierAssigned, cancellationToken);
    }

    /// <summary>A participant's tier, the next one, and how it came.</summary>
    public Task<ParticipantTier> ReadAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Participant(participantId, "/tier"), LaurelJson.Default.ParticipantTier, cancellationToken);
}
