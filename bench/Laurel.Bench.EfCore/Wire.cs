using System.Text.Json;
using System.Text.Json.Serialization;

namespace Laurel.Bench.EfCore;

/// <summary>The body of <c>POST /events</c>.</summary>
internal sealed record IncomingEvent(
    [property: JsonPropertyName("participant_id")] string ParticipantId,
    [property: JsonPropertyName("event_name")] string EventName,
    [property: JsonPropertyName("properties")] JsonElement Properties,
    [property: JsonPropertyName("idempotency_key")] string IdempotencyKey);

/// <summary>What an event earned.</summary>
internal sealed record EventAnswer(
    [property: JsonPropertyName("event_id")] Guid EventId,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("rewards_granted")] IReadOnlyList<GrantAnswer> RewardsGranted);

/// <summary>Points that a rule gave.</summary>
internal sealed record GrantAnswer(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("amount")] long Amount,
    [property: JsonPropertyName("currency")] string Currency,
    [property: JsonPropertyName("rule")] string Rule,
    [property: JsonPropertyName("new_balance")] long NewBalance);

/// <summary>What is told to the rest of the company.</summary>
internal sealed record EventProcessed(
    [property: JsonPropertyName("participant_id")] string ParticipantId,
    [property: JsonPropertyName("answer")] EventAnswer Answer);

[JsonSerializable(typeof(IncomingEvent))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(EventProcessed))]
internal sealed partial class WireJson : JsonSerializerContext;
