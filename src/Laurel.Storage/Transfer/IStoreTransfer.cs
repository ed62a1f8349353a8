namespace Laurel.Storage.Transfer;

/// <summary>Everything that a store holds, out and in. For the commands of the server binary: nothing on a request's path calls it. Throws as <see cref="ILaurelStore"/> does.</summary>
public interface IStoreTransfer
{
    /// <summary>
    /// Fixes one instant of the store, to be read as often as wanted until it is disposed. An embedded store takes no writes meanwhile; another one takes them, and
    /// they are not seen.
    /// </summary>
    ValueTask<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Fills an empty store with <paramref name="records"/>, in the order of <see cref="StoreSection"/>, in one transaction: where the records throw, or the store does,
    /// or the process ends, the store is as empty as before. Throws <see cref="StoreException"/> (misconfigured) where the store is not empty.
    /// </summary>
    ValueTask ImportAsync(IAsyncEnumerable<StoreRecord> records, CancellationToken cancellationToken);
}

/// <summary>A store as it was at one instant. Its readers may run side by side; nothing is held in memory but the row at hand, and what a few participants have beside their logs, or where one's log stands.</summary>
public interface IStoreSnapshot : IAsyncDisposable
{
    /// <summary>How much there is.</summary>
    ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>All records of a section, in the order that <see cref="StoreSection"/> names.</summary>
    IAsyncEnumerable<StoreRecord> ReadAsync(StoreSection section, CancellationToken cancellationToken);

    /// <summary>
    /// The participants with keys above <paramref name="afterKey"/> up to <paramref name="throughKey"/>, by key: each one's <see cref="ParticipantRecord"/>, then its
    /// <see cref="PartRecord"/>s by key, then its <see cref="InputRecord"/>s by <c>seq</c>, these without outbox and deliveries.
    /// </summary>
    IAsyncEnumerable<StoreRecord> ReadParticipantsAsync(long afterKey, long throughKey, CancellationToken cancellationToken);

    /// <summary>A code of a reward's pool; null where the pool has no such code.</summary>
    ValueTask<RewardCodeRecord?> FindCodeAsync(RewardName reward, string value, CancellationToken cancellationToken);

    /// <summary>
    /// What the adapter keeps beside the log to find things fast, and that disagrees with the log, such as an idempotency key that leads to another input, and what
    /// stands twice that may stand only once: a sentence each.
    /// </summary>
    IAsyncEnumerable<string> ReadBrokenIndexesAsync(CancellationToken cancellationToken);
}

/// <summary>How much a store holds. Keys of participants may have gaps below <paramref name="LastParticipantKey"/>.</summary>
public sealed record StoreCounts(long Participants, long Inputs, long LastParticipantKey);

/// <summary>The sections of a store, in the order in which they leave one and enter another. Each names its own order.</summary>
public enum StoreSection
{
    /// <summary><see cref="TenantRecord"/>s by key.</summary>
    Tenants,

    /// <summary><see cref="ApiKeyRecord"/>s by time of creation, then by id.</summary>
    ApiKeys,

    /// <summary><see cref="ProgramRecord"/>s by environment, then by version.</summary>
    Programs,

    /// <summary><see cref="WebhookVersionRecord"/>s by environment.</summary>
    WebhookVersions,

    /// <summary><see cref="EndpointRecord"/>s by key, the deleted ones among them.</summary>
    Endpoints,

    /// <summary><see cref="EndpointNoteRecord"/>s by endpoint, then by number.</summary>
    EndpointNotes,

    /// <summary><see cref="RewardStockRecord"/>s by environment, then by the bytes of the code.</summary>
    RewardStocks,

    /// <summary><see cref="RewardCodeRecord"/>s in the order in which codes are taken.</summary>
    RewardCodes,

    /// <summary><see cref="ParticipantRecord"/>s by key.</summary>
    Participants,

    /// <summary><see cref="PartRecord"/>s by participant, then by the bytes of the key.</summary>
    Parts,

    /// <summary><see cref="InputRecord"/>s in the order of the log, with outbox and deliveries.</summary>
    Inputs,

    /// <summary><see cref="AttemptRecord"/>s in the order in which they were kept.</summary>
    Attempts,

    /// <summary><see cref="AuditRecord"/>s in the order in which they were kept.</summary>
    Audit,
}
