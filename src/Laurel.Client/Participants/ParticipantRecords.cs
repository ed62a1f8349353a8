using System.Text.Json;
using System.Text.Json.Nodes;

namespace Laurel.Client;

/// <summary>A profile to make or to change; what is null stays as it is. <see cref="Attributes"/> replaces all that was there.</summary>
public sealed record UpsertParticipant(string ParticipantId)
{
    /// <summary>At most 255 characters.</summary>
    public string? DisplayName { get; init; }

    /// <summary>An absolute address, http or https, of at most 500 characters.</summary>
    public string? AvatarUrl { get; init; }

    /// <summary>Yours: at most 4 KiB.</summary>
    public JsonObject? Attributes { get; init; }
}

/// <summary>A change of a profile: what is not set stays, what is set to null goes. <see cref="Attributes"/> are merged into what is there (RFC 7396).</summary>
public sealed class ParticipantChange
{
    internal JsonObject Members { get; } = [];

    public string? DisplayName
    {
        get => (string?)Members["display_name"];
        set => Members["display_name"] = value;
    }

    public string? AvatarUrl
    {
        get => (string?)Members["avatar_url"];
        set => Members["avatar_url"] = value;
    }

    public JsonObject? Attributes
    {
        get => (JsonObject?)Members["attributes"];
        set => Members["attributes"] = value;
    }
}

/// <summary>A participant's profile and what it has. <paramref name="Streaks"/> is null where the program has none.</summary>
public sealed record Participant(
    string ParticipantId,
    string? DisplayName,
    string? AvatarUrl,
    JsonElement Attributes,
    PointTotals Points,
    HeldTier? Tier,
    IReadOnlyList<HeldBadge> Badges,
    IReadOnlyList<ParticipantStreak>? Streaks,
    long RewardsClaimed,
    long TotalEvents,
    bool IsActive,
    DateTimeOffset CreatedAt);

/// <summary>Parts of a participant's state.</summary>
[Flags]
public enum StateParts
{
    None = 0,
    Points = 1,
    Tier = 2,
    Badges = 4,
    Challenges = 8,
    Streaks = 16,
    Rewards = 32,
    All = Points | Tier | Badges | Challenges | Streaks | Rewards,
}

/// <summary>All that a front end draws of a participant. A part that was not asked for is null. <paramref name="Rewards"/> are the newest 100 claims.</summary>
public sealed record ParticipantState(
    string ParticipantId,
    long TotalEvents,
    PointTotals? Points = null,
    TierStanding? Tier = null,
    IReadOnlyList<HeldBadge>? Badges = null,
    IReadOnlyList<ParticipantChallenge>? Challenges = null,
    IReadOnlyList<ParticipantStreak>? Streaks = null,
    IReadOnlyList<Claim>? Rewards = null);

/// <summary>A page of facts, newest first.</summary>
public sealed record FactList(string ParticipantId, IReadOnlyList<Fact> Facts, int Total, int Page, int PageSize);

/// <summary>
/// Something true about a participant. <paramref name="Seq"/> is the place of its input in the participant's log, <paramref name="Code"/> the definition it is about,
/// <paramref name="CausedBy"/> the fact that set it off.
/// </summary>
public sealed record Fact(
    string FactId,
    long Seq,
    string Kind,
    string? Code,
    JsonElement Data,
    string? CausedBy,
    string? EventId,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    int ProgramVersion);

/// <summary>An erasure; <paramref name="Totals"/> are the balances as they stay in the sums.</summary>
public sealed record ParticipantErased(bool Erased, string FactId, DateTimeOffset ErasedAt, ErasedTotals Totals);

public sealed record ErasedTotals(IReadOnlyDictionary<string, CurrencyTotals> Points);
