using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Transfer;

/// <summary>
/// One row of what a store holds, free of the store's own numbers but for the keys of tenants, participants and endpoints, which other rows name.
/// <paramref name="Section"/> is where it belongs.
/// </summary>
public abstract record StoreRecord(StoreSection Section);

/// <summary>A tenant with its key.</summary>
public sealed record TenantRecord(Tenant Tenant) : StoreRecord(StoreSection.Tenants);

/// <summary>An API key: its hash, as ever.</summary>
public sealed record ApiKeyRecord(ApiKey Key) : StoreRecord(StoreSection.ApiKeys);

/// <summary>A version of a program. <paramref name="IsUnswept"/>: the participants are still to be looked at under it.</summary>
public sealed record ProgramRecord(ProgramRow Program, bool IsUnswept) : StoreRecord(StoreSection.Programs);

/// <summary>How often an environment's endpoints were changed.</summary>
public sealed record WebhookVersionRecord(EnvironmentKey Environment, int Version) : StoreRecord(StoreSection.WebhookVersions);

/// <summary>An endpoint, deleted or not, with its sealed secrets.</summary>
public sealed record EndpointRecord(WebhookEndpoint Endpoint) : StoreRecord(StoreSection.Endpoints);

/// <summary>An entry of an endpoint's history; numbers count from 1.</summary>
public sealed record EndpointNoteRecord(int EndpointKey, int Number, EndpointNote Note) : StoreRecord(StoreSection.EndpointNotes);

/// <summary>How many of a reward were granted, and the size of its pool.</summary>
public sealed record RewardStockRecord(RewardName Reward, RewardStock Stock) : StoreRecord(StoreSection.RewardStocks);

/// <summary>A code of a pool; <paramref name="Taken"/> is null while it is free.</summary>
public sealed record RewardCodeRecord(RewardName Reward, string Value, CodeTaken? Taken) : StoreRecord(StoreSection.RewardCodes);

/// <summary>By whom a code was taken, and the fact that says so.</summary>
public sealed record CodeTaken(long ParticipantKey, FactId FactId, Timestamp At);

/// <summary>A participant. <paramref name="State"/> is its document as it is stored, JSON, not read; <paramref name="RateArrival"/> as in <see cref="LoadedParticipant"/>.</summary>
public sealed record ParticipantRecord(
    long Key, ParticipantName Name, Timestamp CreatedAt, long RateArrival, Timestamp? DueAt, ReadOnlyMemory<byte> State) : StoreRecord(StoreSection.Participants);

/// <summary>A piece of a state outside its document.</summary>
public sealed record PartRecord(PartName Name, ReadOnlyMemory<byte> Document) : StoreRecord(StoreSection.Parts);

/// <summary>
/// An input of the log, with its answer. <paramref name="OutboxTargets"/> as in <see cref="OutboxWrite"/>, empty where the outbox does not hold it;
/// <paramref name="Deliveries"/> of its facts, by endpoint, then by place.
/// </summary>
public sealed record InputRecord(LogRow Row, ReadOnlyMemory<byte> OutboxTargets, IReadOnlyList<InputDelivery> Deliveries) : StoreRecord(StoreSection.Inputs);

/// <summary>A fact that an endpoint is still to get, or never got. Claims are not kept: what was under way is due again.</summary>
public sealed record InputDelivery(int EndpointKey, int Place, int Attempts, Timestamp QueuedAt, Timestamp DueAt, Timestamp? DeadAt);

/// <summary>A request that was made to an endpoint.</summary>
public sealed record AttemptRecord(WebhookAttempt Attempt) : StoreRecord(StoreSection.Attempts);

/// <summary>An entry of the audit log.</summary>
public sealed record AuditRecord(AuditEntry Entry) : StoreRecord(StoreSection.Audit);
