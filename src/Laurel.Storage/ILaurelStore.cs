using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>
/// Where Laurel keeps everything, in the pipeline's own words: a batch is opened (prefetch), decided in memory, and committed.
/// One adapter a database; all pass the same conformance suite. Adapters throw <see cref="StoreException"/> and nothing else
/// for what the environment does to them. Source: architecture, "Storage".
/// </summary>
public interface ILaurelStore : IAsyncDisposable
{
    /// <summary>How many batches may be open at once: the pipeline makes so many lanes.</summary>
    int WriteLanes { get; }

    /// <summary>Where the store is, for people: a full path or a host and database, never a password.</summary>
    string Location { get; }

    /// <summary>Opens the store and brings its schema up to date. Throws <see cref="StoreException"/> with a sentence for the operator.</summary>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>Opens a transaction and loads all that <paramref name="request"/> names. The batch must then be committed or abandoned.</summary>
    ValueTask<StoreBatch> OpenBatchAsync(BatchRequest request, CancellationToken cancellationToken);

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

    /// <summary>The program of an environment, the newest where <paramref name="version"/> is null; null where there is none.</summary>
    ValueTask<ProgramRow?> ReadProgramAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken);

    /// <summary>A page of the versions of an environment's program, newest first; <paramref name="page"/> counts from 1.</summary>
    ValueTask<ProgramVersionsPage> ReadProgramVersionsAsync(EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps <paramref name="program"/> as its version if the newest one is still the version before it; false otherwise.
    /// Once it has returned true, every batch opened later sees that version.
    /// </summary>
    ValueTask<bool> PublishProgramAsync(ProgramRow program, CancellationToken cancellationToken);

    /// <summary>All tenants and keys.</summary>
    ValueTask<Tenancy> ReadTenancyAsync(CancellationToken cancellationToken);

    /// <summary>Adds or changes the given tenants and keys in one transaction; a tenant with key 0 is given one.</summary>
    ValueTask WriteTenancyAsync(Tenancy changes, CancellationToken cancellationToken);
}

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
