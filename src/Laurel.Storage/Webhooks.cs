using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>
/// An input that somebody subscribes to. <paramref name="LogPlace"/> is its place in <see cref="BatchWrites.Log"/>. <paramref name="Targets"/> is JSON:
/// <c>[[endpoint key, place, place, …], …]</c>, where a place is that of a fact among the input's derived facts, -1 for the event's own.
/// </summary>
public sealed record OutboxWrite(int LogPlace, ReadOnlyMemory<byte> Targets);

/// <summary>Whether an endpoint takes messages. The numbers stand in stores.</summary>
public enum EndpointStatus
{
    /// <summary>Facts are queued for it and delivered.</summary>
    Enabled = 0,

    /// <summary>No new facts are queued for it; what waits is held.</summary>
    Disabled = 1,

    /// <summary>Gone for its owner; what is left of it is removed in time.</summary>
    Deleted = 2,
}

/// <summary>
/// Where messages go. <paramref name="Key"/> is internal (0 = not stored yet), <paramref name="Id"/> a ULID for callers. <paramref name="Revision"/> counts changes made
/// by <see cref="IWebhookStore.WriteEndpointAsync"/>. <paramref name="DisabledReason"/>: <c>admin failing gone</c>. <paramref name="Secrets"/> are newest first.
/// <paramref name="FailingSince"/> is the first failure since the last success, null where the last attempt succeeded or there was none.
/// </summary>
public sealed record WebhookEndpoint(
    int Key,
    string Id,
    EnvironmentKey Environment,
    int Revision,
    string Url,
    string Description,
    IReadOnlyList<string> EventTypes,
    EndpointStatus Status,
    string? DisabledReason,
    IReadOnlyList<SealedSecret> Secrets,
    Timestamp CreatedAt,
    Timestamp UpdatedAt,
    Timestamp? FailingSince);

/// <summary>A signing secret, encrypted by the shell. It signs until <paramref name="ValidUntil"/>; null = without end.</summary>
public sealed record SealedSecret(byte[] Sealed, Timestamp? ValidUntil);

/// <summary>One entry of an endpoint's history. <paramref name="Change"/>: <c>created updated secret_rotated enabled disabled deleted</c>; <paramref name="By"/> is a key's prefix or <c>laurel</c>.</summary>
public sealed record EndpointNote(Timestamp At, string By, string Change, string Detail);

/// <summary>A page of an endpoint's history; <paramref name="Total"/> counts the entries on all pages.</summary>
public sealed record EndpointNotesPage(IReadOnlyList<EndpointNote> Notes, long Total);

/// <summary>A delivery: a fact that an endpoint is to get. <paramref name="Input"/> is the store's own number of the input, <paramref name="Place"/> the fact's place in it.</summary>
public readonly record struct DeliveryName(int EndpointKey, long Input, int Place);

/// <summary>
/// Asks for deliveries due at <paramref name="Now"/>, each endpoint's in the order in which they came due, then in the order of the log, then by place: at most <paramref name="Room"/> for an endpoint, another number for those in
/// <paramref name="RoomOf"/> (0 = none), and at most <paramref name="Limit"/> in all. Disabled endpoints are passed over.
/// </summary>
public sealed record DeliveryClaim(Timestamp Now, Timestamp LeaseUntil, int Room, IReadOnlyDictionary<int, int> RoomOf, int Limit);

/// <summary>What was claimed, and the endpoints it goes to, as they are now.</summary>
public sealed record ClaimedDeliveries(IReadOnlyList<ClaimedDelivery> Deliveries, IReadOnlyDictionary<int, WebhookEndpoint> Endpoints);

/// <summary>A delivery held until <paramref name="LeaseUntil"/>. <paramref name="Attempts"/> were made before. Deliveries of one input share its row.</summary>
public sealed record ClaimedDelivery(DeliveryName Name, int Attempts, Timestamp QueuedAt, Timestamp LeaseUntil, ParticipantName Participant, LogRow Input);

/// <summary>What becomes of a delivery after an attempt.</summary>
public enum DeliveryFate
{
    /// <summary>It arrived; the delivery ends.</summary>
    Delivered,

    /// <summary>It is due again later, and the attempt counts.</summary>
    Later,

    /// <summary>It was tried for the last time: a dead letter.</summary>
    Dead,

    /// <summary>No attempt was made; the delivery goes back as it was.</summary>
    Released,
}

/// <summary>
/// What became of a claimed delivery; <paramref name="LeaseUntil"/> is the claim's. <paramref name="DueAt"/> counts for <see cref="DeliveryFate.Later"/>.
/// <paramref name="Attempt"/> is null for <see cref="DeliveryFate.Released"/>.
/// </summary>
public sealed record DeliveryResult(DeliveryName Name, Timestamp LeaseUntil, DeliveryFate Fate, Timestamp DueAt, WebhookAttempt? Attempt);

/// <summary>Results of deliveries, attempts that belong to none (tests of an endpoint), and since when endpoints fail (null = they do not), those that changed.</summary>
public sealed record DeliveryResults(
    IReadOnlyList<DeliveryResult> Results, IReadOnlyList<WebhookAttempt> Others, IReadOnlyDictionary<int, Timestamp?> FailingSince);

/// <summary>
/// One request to an endpoint. <paramref name="Number"/> counts from 1 within the delivery. <paramref name="Outcome"/>: <c>delivered failed dead</c>.
/// <paramref name="Status"/> is null where there was no answer, then <paramref name="Error"/> says why. <paramref name="Answer"/> is at most 1 KiB of the body, any bytes.
/// </summary>
public sealed record WebhookAttempt(
    int EndpointKey,
    FactId MessageId,
    string Type,
    int Number,
    Timestamp At,
    int LatencyMs,
    string Outcome,
    int? Status,
    string? Error,
    ReadOnlyMemory<byte> Answer);

/// <summary>Asks for attempts of an endpoint; null = any.</summary>
public sealed record AttemptsQuery(int EndpointKey, FactId? MessageId, string? Outcome, int Page, int PageSize);

/// <summary>A page of attempts; <paramref name="Total"/> counts the matches on all pages.</summary>
public sealed record AttemptsPage(IReadOnlyList<WebhookAttempt> Attempts, long Total);

/// <summary>A message that was given up. <paramref name="Input"/> holds the fact at <paramref name="Place"/>.</summary>
public sealed record DeadLetter(LogRow Input, int Place, int Attempts, Timestamp QueuedAt, Timestamp DiedAt);

/// <summary>A page of dead letters; <paramref name="Total"/> counts those on all pages.</summary>
public sealed record DeadLettersPage(IReadOnlyList<DeadLetter> Letters, long Total);

/// <summary>What waits to be spread, and what waits for each endpoint that has anything waiting or dead.</summary>
public sealed record WebhookBacklog(long Outbox, Timestamp? OldestOutbox, IReadOnlyList<EndpointBacklog> Endpoints);

/// <summary>Deliveries of an endpoint that wait, those dead, and since when the oldest that waits is queued. Held ones of disabled endpoints are included.</summary>
public sealed record EndpointBacklog(string EndpointId, EndpointStatus Status, long Waiting, Timestamp? OldestQueuedAt, long Dead);
