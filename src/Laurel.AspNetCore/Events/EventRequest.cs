using Laurel.Facts;

namespace Laurel.AspNetCore.Events;

/// <summary>
/// One event as the caller sent it, checked. <paramref name="TimestampText"/> is the timestamp as written: it belongs to the payload's identity.
/// Source: contract, "Request body".
/// </summary>
internal sealed record EventRequest(
    string ParticipantId,
    string EventName,
    Properties Properties,
    Timestamp? Timestamp,
    string? TimestampText,
    string? IdempotencyKey);
