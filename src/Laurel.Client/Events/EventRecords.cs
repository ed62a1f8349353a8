using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Laurel.Client;

/// <summary>What happened. <paramref name="ParticipantId"/> has 1 to 255 characters, <paramref name="EventName"/> 1 to 100, in snake_case.</summary>
public sealed record EmitEvent(string ParticipantId, string EventName)
{
    /// <summary>Free-form payload, read by rules. At most 32 KiB and 32 levels.</summary>
    public JsonObject? Properties { get; init; }

    /// <summary>When it happened; the server's time where it is null.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Makes the event safe to send again, also within a batch. One is drawn where it is null.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>What an event earned.</summary>
public sealed record EventEmitted(string EventId, string FactId, string Status, IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

/// <summary>What a batch came to; <paramref name="Results"/> in the order sent.</summary>
public sealed record EventBatchEmitted(int Processed, int Failed, IReadOnlyList<BatchedEvent> Results);

/// <summary>One event of a batch. Of one that failed, the ids are null and <paramref name="Error"/> says why.</summary>
public sealed record BatchedEvent(string? EventId, string? FactId, string Status, IReadOnlyList<GrantedReward> RewardsGranted, BatchError? Error = null);

/// <summary>Why an item of a batch failed. <paramref name="RetryAfterSeconds"/> where waiting helps.</summary>
public sealed record BatchError(string Code, string Detail, int? RetryAfterSeconds = null);

/// <summary>What an event would earn, and why. Nothing of it was kept.</summary>
public sealed record EventTried(IReadOnlyList<GrantedReward> RewardsGranted, IReadOnlyList<TriedFact> Facts, EventTrace Trace);

/// <summary>A fact that the event would lead to. <paramref name="CausedBy"/> is the place in the list, from 0, of the fact that caused it; null for the event itself.</summary>
public sealed record TriedFact(string Kind, string Code, JsonElement Data, int? CausedBy);

/// <summary>What each rule made of an event, in the order in which they looked. <paramref name="EventId"/> is null in a dry run.</summary>
public sealed record EventTrace(string? EventId, int ProgramVersion, IReadOnlyList<TracedRule> Rules);

/// <summary>
/// One rule. <paramref name="LookedAt"/> is <c>event</c> or the kind of the derived fact, <paramref name="Before"/> and <paramref name="After"/> the balance, metric
/// or count, <paramref name="Objective"/> only with a challenge's.
/// </summary>
public sealed record TracedRule(
    string Type,
    string Code,
    string LookedAt,
    bool Fired,
    string Reason,
    IReadOnlyList<TracedCondition> Conditions,
    decimal? Before,
    decimal? After,
    string? Objective = null);

/// <summary>What a condition compared. <paramref name="ActualKind"/> tells a missing value from one that is null.</summary>
public sealed record TracedCondition(string Property, string Op, JsonElement? Expected, JsonElement? Actual, string ActualKind, bool Result);

/// <summary>A page of a participant's events, newest first.</summary>
public sealed record EventHistory(string ParticipantId, IReadOnlyList<PastEvent> Events, int Total, int Page, int PageSize);

public sealed record PastEvent(string Id, string EventName, JsonElement Properties, DateTimeOffset OccurredAt);

/// <summary>The definition that granted something; <c>api</c> where a call did.</summary>
public sealed record GrantSource(string Type, string Code);

/// <summary>Something that was granted. What it is, its type tells; one that this client does not know is a plain <see cref="GrantedReward"/>. Ids are null in a dry run.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", IgnoreUnrecognizedTypeDiscriminators = true)]
[JsonDerivedType(typeof(GrantedPoints), "points")]
[JsonDerivedType(typeof(GrantedBadge), "badge")]
[JsonDerivedType(typeof(GrantedItem), "reward")]
[JsonDerivedType(typeof(GrantedCompletion), "challenge")]
[JsonDerivedType(typeof(GrantedTier), "tier")]
public record GrantedReward(GrantSource Source, string? FactId);

public sealed record GrantedPoints(string Currency, long Amount, long NewBalance, GrantSource Source, string? FactId) : GrantedReward(Source, FactId);

/// <summary>A badge; <paramref name="Rarity"/> is <c>common</c>, <c>rare</c>, <c>epic</c> or <c>legendary</c>.</summary>
public sealed record GrantedBadge(string BadgeCode, string BadgeName, string Rarity, GrantSource Source, string? FactId) : GrantedReward(Source, FactId);

/// <summary>A reward of the catalogue, with its code where it has a pool.</summary>
public sealed record GrantedItem(string RewardCode, string RewardName, string RewardType, string? ClaimId, string? CodeValue, GrantSource Source, string? FactId)
    : GrantedReward(Source, FactId);

/// <summary>A challenge completed; <paramref name="Completions"/> over all periods.</summary>
public sealed record GrantedCompletion(string ChallengeCode, string ChallengeName, int Completions, GrantSource Source, string? FactId) : GrantedReward(Source, FactId);

public sealed record GrantedTier(string TierCode, string TierName, int Level, string? PreviousCode, GrantSource Source, string? FactId) : GrantedReward(Source, FactId);

internal sealed record EventBatch(IReadOnlyList<EmitEvent> Events);
