using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>
/// Where Laurel keeps everything, in the pipeline's own words: a batch is opened (prefetch), decided in memory, and committed.
/// One adapter a database; all pass the same conformance suite. Adapters throw <see cref="StoreException"/> and nothing else
/// for what the environment does to them. Source: architecture, "Storage".
/// </summary>
public interface ILaurelStore : IAsyncDisposable
{
    /// <summary>
    /// How many lanes the pipeline makes, each with a batch of its own. Where they are several, other nodes may write as well, and as many batches again may be open
    /// for participants whom those hold: who waits there keeps no lane waiting.
    /// </summary>
    int WriteLanes { get; }

    /// <summary>Where the store is, for people: a full path or a host and database, never a password.</summary>
    string Location { get; }

    /// <summary>Endpoints, and the way of a message to them.</summary>
    IWebhookStore Webhooks { get; }

    /// <summary>All that the store holds, out and in.</summary>
    IStoreTransfer Transfer { get; }

    /// <summary>The schema that <see cref="StartAsync"/> found, and what it made of it; null before.</summary>
    SchemaChange? Schema { get; }

    /// <summary>Opens the store and brings its schema up to date. Throws <see cref="StoreException"/> with a sentence for the operator.</summary>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>Opens a transaction and loads all that <paramref name="request"/> names. The batch must then be committed or abandoned.</summary>
    ValueTask<StoreBatch> OpenBatchAsync(BatchRequest request, CancellationToken cancellationToken);

    /// <summary>The pieces of <paramref name="names"/> as of the open batch; those that are not there are absent. The caller still ends the batch when it throws.</summary>
    ValueTask<IReadOnlyDictionary<PartName, ReadOnlyMemory<byte>>> LoadPartsAsync(StoreBatch batch, IReadOnlyList<PartName> names, CancellationToken cancellationToken);

    /// <summary>
    /// Holds the rewards of <paramref name="demands"/> for the open batch and answers what there is of them, index by index. Demands are sorted by environment
    /// and code, without duplicates, so that two batches cannot wait for each other. The caller still ends the batch when it throws.
    /// </summary>
    ValueTask<IReadOnlyList<RewardSupply>> LockRewardsAsync(StoreBatch batch, IReadOnlyList<RewardDemand> demands, CancellationToken cancellationToken);

    /// <summary>Writes all of <paramref name="writes"/> and makes it durable before it returns. Ends the batch, also when it throws.</summary>
    ValueTask CommitAsync(StoreBatch batch, BatchWrites writes, CancellationToken cancellationToken);

    /// <summary>Ends a batch that has nothing to keep.</summary>
    ValueTask AbandonAsync(StoreBatch batch);

    /// <summary>A page of a participant's events. Unknown participant: an empty page.</summary>
    ValueTask<HistoryPage> ReadHistoryAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>A page of a participant's facts; null for an unknown participant.</summary>
    ValueTask<FactsPage?> ReadFactsAsync(FactsQuery query, CancellationToken cancellationToken);

    /// <summary>A participant's row; null for an unknown one.</summary>
    ValueTask<ParticipantRow?> ReadParticipantAsync(EnvironmentKey environment, string participantId, CancellationToken cancellationToken);

    /// <summary>
    /// Participants of an environment, without erased ones, whose keys come after <paramref name="afterKey"/>, by key, at most <paramref name="limit"/>: a short page is the last.
    /// </summary>
    ValueTask<IReadOnlyList<ParticipantRow>> ReadParticipantsAsync(EnvironmentKey environment, long afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// A page of an environment's participants, found and sorted by what they have. Walks the whole environment, so it is for people and not for every request.
    /// </summary>
    ValueTask<ParticipantListPage> ListParticipantsAsync(ParticipantListQuery query, CancellationToken cancellationToken);

    /// <summary>Pieces of a participant's state by key; those that are not there, or the whole participant, are absent.</summary>
    ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> ReadPartsAsync(ParticipantName participant, IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// A participant's inputs of every kind after <paramref name="afterSeq"/>, by <c>seq</c>; none for an unknown participant. Each call may walk the
    /// participant's whole index, so ask for large pages.
    /// </summary>
    ValueTask<IReadOnlyList<LogRow>> ReadLogAsync(ParticipantName participant, long afterSeq, int limit, CancellationToken cancellationToken);

    /// <summary>Where the input with this id stands, whatever its kind; null where this environment has none, or where its participant was erased.</summary>
    ValueTask<EventPlace?> FindEventAsync(EnvironmentKey environment, FactId eventId, CancellationToken cancellationToken);

    /// <summary>
    /// Participants due at or before <paramref name="now"/>, earliest first, of all environments, for this node to wake. A store that nodes share gives each of them
    /// others: who is given out here is no other node's until <paramref name="leaseUntil"/>, and then anybody's, should this node have died. The same node is given them again as
    /// long as they are due. A participant whom two nodes wake all the same gets on once, since both decide on its row.
    /// </summary>
    ValueTask<IReadOnlyList<DueParticipant>> ClaimDueAsync(Timestamp now, Timestamp leaseUntil, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Removes all that an environment's participants ever did: participants, their logs, keys and parts, deliveries and attempts. Rewards count as never granted, and
    /// their codes are free again. Definitions, API keys and endpoints stay. It happens at one instant: a write that is under way comes before it, and is removed,
    /// or after it, and meets an empty environment. Answers how many participants there were.
    /// </summary>
    ValueTask<long> ResetAsync(EnvironmentKey environment, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the store's files forget what was erased or removed: databases keep old bytes in pages that they use again. For an operator, since it rewrites the store and
    /// keeps writers waiting. Answers what could not be done, a sentence each.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken);

    /// <summary>When the next participant of any environment is due that is no other node's at <paramref name="now"/>; null where none ever will be.</summary>
    ValueTask<Timestamp?> ReadNextDueAsync(Timestamp now, CancellationToken cancellationToken);

    /// <summary>
    /// Adds <paramref name="codes"/> to a reward's pool, behind those it has, and answers how many were new: a code stands once in a reward, taken or not.
    /// All of them or none.
    /// </summary>
    ValueTask<int> AddRewardCodesAsync(RewardName reward, IReadOnlyList<string> codes, CancellationToken cancellationToken);

    /// <summary>The stocks of an environment's rewards by code; rewards never granted and without codes are absent.</summary>
    ValueTask<IReadOnlyDictionary<string, RewardStock>> ReadRewardStocksAsync(EnvironmentKey environment, CancellationToken cancellationToken);

    /// <summary>The program of an environment, the newest where <paramref name="version"/> is null; null where there is none.</summary>
    ValueTask<ProgramRow?> ReadProgramAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps <paramref name="program"/> as its version if the newest one is still the version before it; false otherwise.
    /// Once it has returned true, every batch opened later sees that version.
    /// </summary>
    ValueTask<bool> PublishProgramAsync(ProgramRow program, CancellationToken cancellationToken);

    /// <summary>A page of an environment's program versions, newest first.</summary>
    ValueTask<ProgramVersionsPage> ReadProgramVersionsAsync(EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>Environments whose newest program version was not noted as swept, with that version: their participants may be due at other times than the store says.</summary>
    ValueTask<IReadOnlyList<(EnvironmentKey Environment, int Version)>> ReadUnsweptAsync(CancellationToken cancellationToken);

    /// <summary>Notes that all participants of an environment were looked at under <paramref name="version"/> or a later one.</summary>
    ValueTask NoteSweptAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken);

    /// <summary>All tenants and keys.</summary>
    ValueTask<Tenancy> ReadTenancyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets <paramref name="decide"/> see all tenants and keys, adds or changes what it answers (a tenant with key 0 is given one), and answers all of them as they
    /// are then. Nobody else, on no node, changes any between, so that what one has revoked no other brings back. <paramref name="decide"/> may be asked again where another
    /// transaction got in the way; for <see cref="Tenancy.Empty"/> nothing is kept.
    /// </summary>
    ValueTask<Tenancy> ChangeTenancyAsync(Func<Tenancy, Tenancy> decide, CancellationToken cancellationToken);

    /// <summary>Adds an entry to the audit log.</summary>
    ValueTask WriteAuditAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>A page of the audit log, newest first.</summary>
    ValueTask<AuditPage> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Removes those of the <paramref name="limit"/> oldest entries of the audit log that are older than <paramref name="before"/>, and answers how many.</summary>
    ValueTask<int> PurgeAuditAsync(Timestamp before, int limit, CancellationToken cancellationToken);
}

/// <summary>Numbers of a store's schema before and after its start. They count 1, 2, 3 …; 0 is a store without tables.</summary>
public sealed record SchemaChange(int Found, int Now);

/// <summary>What went wrong with a store, so far as a caller must know it to act.</summary>
public enum StoreFault
{
    /// <summary>The store cannot serve now (full, locked, gone); nothing was kept; trying later may help.</summary>
    Unavailable,

    /// <summary>Somebody else changed a row first; nothing was kept; trying again at once helps.</summary>
    Conflict,

    /// <summary>A COMMIT was sent and its fate is not known.</summary>
    OutcomeUnknown,

    /// <summary>The store refuses this batch's content; nothing was kept; the same batch will fail again.</summary>
    Refused,

    /// <summary>The store cannot be used as it is configured.</summary>
    Misconfigured,
}

/// <summary>A store's failure. The message is a sentence for the operator that names the cause and what to change.</summary>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the caller may do about it.</summary>
    public StoreFault Fault { get; } = fault;
}
