using System.Text.Json.Nodes;

namespace Laurel.Client;

/// <summary>A badge to give by hand.</summary>
public sealed record AwardBadge(string ParticipantId, string BadgeCode)
{
    /// <summary>Yours: at most 8 KiB.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>A badge given; <paramref name="AlreadyEarned"/> where the participant had it before, and nothing changed.</summary>
public sealed record BadgeAwarded(
    string ParticipantId,
    string BadgeCode,
    string BadgeName,
    string? Icon,
    string Rarity,
    DateTimeOffset EarnedAt,
    bool AlreadyEarned,
    IReadOnlyList<GrantedReward> RewardsGranted);

/// <summary>A badge that a participant has.</summary>
public sealed record HeldBadge(string Code, string Name, string? Rarity, string? Icon, DateTimeOffset EarnedAt);

/// <summary>A participant's badges, earned and not yet.</summary>
public sealed record ParticipantBadges(string ParticipantId, IReadOnlyList<ParticipantBadge> Badges, int Total, int EarnedCount);

public sealed record ParticipantBadge(
    string Code, string Name, string Description, string? Icon, string? Rarity, string? Category, bool Earned, DateTimeOffset? EarnedAt);

/// <summary>Badges.</summary>
public sealed class BadgesClient
{
    private readonly Wire _wire;

    internal BadgesClient(Wire wire) => _wire = wire;

    /// <summary>Gives a badge. Participant and badge are its key: a second time changes nothing.</summary>
    public Task<BadgeAwarded> AwardAsync(AwardBadge award, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(award);
        return _wire.SendAsync(
            HttpMethod.Post, Paths.Root + "badges/award", award, LaurelJson.Default.AwardBadge, LaurelJson.Default.BadgeAwarded, cancellationToken);
    }

    /// <summary>A participant's badges: all, those it has, or those of these codes.</summary>
    public Task<ParticipantBadges> ListAsync(
        string participantId, bool earnedOnly = false, IEnumerable<string>? badgeCodes = null, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(
                Paths.Participant(participantId, "/badges"),
                ("earned_only", earnedOnly ? "true" : null),
                ("badge_codes", badgeCodes is null ? null : string.Join(',', badgeCodes))),
            LaurelJson.Default.ParticipantBadges,
            cancellationToken);
}
