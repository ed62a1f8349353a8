using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// The embedded store: one file, one process, one writer. WAL with <c>synchronous=FULL</c>: what was acknowledged survives power loss.
/// Threads: the writer's connection is used by whoever holds <see cref="_writing"/>; readers have connections of their own.
/// </summary>
public sealed class SqliteStore : ILaurelStore
{
    // Below this, a checkpoint that resets the log can lose commits: sqlite.org/wal.html, "the WAL-reset bug".
    private static readonly Version OldestSafeSqlite = new(3, 51, 3);

    private readonly SqliteStoreOptions _options;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TailLock _tailLock = new();
    private FileStream? _processLock;
    private Connection? _connection;
    private Writer? _writer;
    private ReaderPool? _readers;
    private Checkpointer? _checkpointer;
    private bool _isDisposed;

    /// <summary>Makes a store that is opened by <see cref="StartAsync"/>.</summary>
    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Webhooks = new SqliteWebhooks(this);
        Transfer = new SqliteTransfer(this, options.Path);
    }

    /// <inheritdoc/>
    public IWebhookStore Webhooks { get; }

    /// <inheritdoc/>
    public IStoreTransfer Transfer { get; }

    /// <inheritdoc/>
    public SchemaChange? Schema { get; private set; }

    /// <inheritdoc/>
    public int WriteLanes => 1;

    /// <inheritdoc/>
    public string Location => _options.Path;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _processLock = ProcessLock.Take(_options.Path);
        _connection = Connection.Open(_options.Path, readOnly: false, cacheMiB: 32);
        var version = Version.Parse(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
        if (version < OldestSafeSqlite)
        {
            throw new StoreException(StoreFault.Misconfigured, $"SQLite {version} may lose data; Laurel needs {OldestSafeSqlite} or newer. Use the library that Laurel ships.");
        }

        // Large pages: most of what is written is the log's end, where a page takes many rows, and each page costs two calls to the system.
        // An existing store keeps the size that it was made with.
        _connection.Execute("pragma page_size = 16384");
        _connection.Execute("pragma journal_mode = wal");
        _connection.Execute("pragma synchronous = full");
        _connection.Execute("pragma wal_autocheckpoint = 0");
        _connection.Execute("pragma foreign_keys = on");
        Schema = Migrations.Apply(_connection);
        _checkpointer = new Checkpointer(_options, _writing, _connection.Scalar("pragma page_size"));
        _readers = new ReaderPool(_options.Path);
        _writer = new Writer(_connection, _tailLock, _checkpointer, _options);
        _writer.RecoverTail();

        // A process that ended right after an erasure has not done it.
        Compaction.RunIfSmall(_connection, _checkpointer, _options.ScrubLimitBytes);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreBatch> OpenBatchAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return Started(_writer).Open(request);
        }
        catch
        {
            _connection!.RollBack();
            _writing.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<PartName, ReadOnlyMemory<byte>>> LoadPartsAsync(
        StoreBatch batch, IReadOnlyList<PartName> names, CancellationToken cancellationToken) => new(Started(_writer).LoadParts(names));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RewardSupply>> LockRewardsAsync(
        StoreBatch batch, IReadOnlyList<RewardDemand> demands, CancellationToken cancellationToken) => new(Started(_writer).LockRewards(demands));

    /// <inheritdoc/>
    public ValueTask CommitAsync(StoreBatch batch, BatchWrites writes, CancellationToken cancellationToken)
    {
        try
        {
            Started(_writer).Commit(writes);
            if (writes.Erasures.Count > 0)
            {
                Compaction.RunIfSmall(_connection!, _checkpointer!, _options.ScrubLimitBytes);
            }
        }
        catch
        {
            _connection!.RollBack();
            throw;
        }
        finally
        {
            _writing.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AbandonAsync(StoreBatch batch)
    {
        _connection!.RollBack();
        _writing.Release();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadHistoryAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        ReadAsync(connection => HistoryReads.Read(connection, query), query.Participant, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<FactsPage?> ReadFactsAsync(FactsQuery query, CancellationToken cancellationToken) =>
        ReadAsync(connection => FactReads.Read(connection, query), query.Participant, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ParticipantRow?> ReadParticipantAsync(EnvironmentKey environment, string participantId, CancellationToken cancellationToken)
    {
        var name = new ParticipantName(environment, participantId);
        return ReadAsync(snapshot => ParticipantReads.Find(snapshot, name), name, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ParticipantRow>> ReadParticipantsAsync(
        EnvironmentKey environment, long afterKey, int limit, CancellationToken cancellationToken)
    {
        // Names first, which never change: the snapshot, which keeps the writer waiting, then only has to look them up in the tail.
        var names = await ReadAsync(snapshot => ParticipantReads.Names(snapshot.Connection, environment, afterKey, limit), null, cancellationToken);
        return await ReadOnAsync(
            connection =>
            {
                var recent = Started(_writer).TakeSnapshot(connection, names);
                return ParticipantReads.Rows(connection, names, recent);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ParticipantListPage> ListParticipantsAsync(ParticipantListQuery query, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => ParticipantListReads.Read(snapshot.Connection, query), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> ReadPartsAsync(
        ParticipantName participant, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        await ReadAsync(snapshot => PartTable.Read(snapshot.Connection, participant, keys), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LogRow>> ReadLogAsync(ParticipantName participant, long afterSeq, int limit, CancellationToken cancellationToken) =>
        await ReadAsync(snapshot => LogReads.ReadAfter(snapshot, participant, afterSeq, limit), participant, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EventPlace?> FindEventAsync(EnvironmentKey environment, FactId eventId, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => InputSearch.Find(snapshot.Connection, environment, eventId), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> ResetAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        var connection = await BeginExclusiveAsync(cancellationToken);
        var isKept = false;
        try
        {
            connection.Execute("begin immediate");
            var participants = ErasureTables.Reset(connection, environment);
            connection.Execute("commit");
            isKept = true;
            Compaction.RunIfSmall(connection, _checkpointer!, _options.ScrubLimitBytes);
            return participants;
        }
        finally
        {
            EndExclusive(isKept);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken)
    {
        var connection = await BeginExclusiveAsync(cancellationToken);
        try
        {
            return Compaction.Run(connection, _checkpointer!) is { } sentence ? [sentence] : [];
        }
        finally
        {
            EndExclusive(hasWritten: false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>There is no other node to share with.</remarks>
    public async ValueTask<IReadOnlyList<DueParticipant>> ClaimDueAsync(Timestamp now, Timestamp leaseUntil, int limit, CancellationToken cancellationToken) =>
        await ReadAsync(snapshot => WakeTable.ReadDue(snapshot.Connection, now, limit), null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Timestamp?> ReadNextDueAsync(Timestamp now, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => WakeTable.ReadNext(snapshot.Connection), null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> AddRewardCodesAsync(RewardName reward, IReadOnlyList<string> codes, CancellationToken cancellationToken) =>
        WriteAsync(connection => RewardTables.AddCodes(connection, reward, codes), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, RewardStock>> ReadRewardStocksAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        await ReadAsync(snapshot => RewardTables.Stocks(snapshot.Connection, environment), null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProgramRow?> ReadProgramAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => ProgramTable.Read(snapshot.Connection, environment, version), null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> PublishProgramAsync(ProgramRow program, CancellationToken cancellationToken) =>
        WriteAsync(connection => ProgramTable.Publish(connection, program), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProgramVersionsPage> ReadProgramVersionsAsync(EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => ProgramTable.Versions(snapshot.Connection, environment, page, pageSize), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(EnvironmentKey Environment, int Version)>> ReadUnsweptAsync(CancellationToken cancellationToken) =>
        await ReadAsync(snapshot => ProgramTable.Unswept(snapshot.Connection), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask NoteSweptAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken) =>
        await WriteAsync(connection => ProgramTable.NoteSwept(connection, environment, version), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Tenancy> ReadTenancyAsync(CancellationToken cancellationToken) =>
        ReadAsync(snapshot => TenancyTables.Read(snapshot.Connection), null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Tenancy> ChangeTenancyAsync(Func<Tenancy, Tenancy> decide, CancellationToken cancellationToken) =>
        await WriteAsync(
            connection =>
            {
                TenancyTables.Write(connection, decide(TenancyTables.Read(connection)));
                return TenancyTables.Read(connection);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask WriteAuditAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await WriteAsync(connection => AuditTable.Insert(connection, entry), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditPage> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadAsync(snapshot => AuditTable.Page(snapshot.Connection, query), null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PurgeAuditAsync(Timestamp before, int limit, CancellationToken cancellationToken) =>
        WriteAsync(connection => AuditTable.Purge(connection, before, limit), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        if (_checkpointer is not null)
        {
            await _checkpointer.StopAsync();
        }

        await _writing.WaitAsync();
        _readers?.Dispose();
        _connection?.Dispose();
        _checkpointer?.Dispose();
        if (_processLock is not null)
        {
            await _processLock.DisposeAsync();
        }
    }

    internal async ValueTask WriteAsync(Action<Connection> write, CancellationToken cancellationToken) =>
        await WriteAsync(
            connection =>
            {
                write(connection);
                return true;
            },
            cancellationToken);

    // A short write beside the pipeline's batches, in a transaction of its own.
    internal async ValueTask<T> WriteAsync<T>(Func<Connection, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        var connection = Started(_connection);
        try
        {
            connection.Execute("begin immediate");
            var result = write(connection);
            connection.Execute("commit");
            _checkpointer!.NoteWritten(connection.TakePagesWritten(), connection);
            return result;
        }
        catch
        {
            connection.RollBack();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    // Reads run on the caller's thread: SQLite has no other way, and pages are mostly in memory.
    private ValueTask<T> ReadAsync<T>(Func<Snapshot, T> read, ParticipantName? participant, CancellationToken cancellationToken) =>
        ReadOnAsync(connection => read(Started(_writer).TakeSnapshot(connection, participant)), cancellationToken);

    /// <summary>Keeps every writer out until <see cref="EndExclusive"/>. All that was committed stands in the tables then.</summary>
    internal async ValueTask<Connection> BeginExclusiveAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Started(_writer).RecoverTail();
            return _connection!;
        }
        catch
        {
            _writing.Release();
            throw;
        }
    }

    /// <summary>Lets writers in again. <paramref name="hasWritten"/>: the tables are others than the writer knows.</summary>
    internal void EndExclusive(bool hasWritten)
    {
        try
        {
            _connection!.RollBack();
            if (hasWritten)
            {
                _writer!.RecoverTail();
                _checkpointer!.NoteWritten(_connection.TakePagesWritten(), _connection);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    internal async ValueTask<T> ReadOnAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        var connection = await Started(_readers).RentAsync(cancellationToken);
        try
        {
            return read(connection);
        }
        finally
        {
            connection.RollBack();
            _readers!.Return(connection);
        }
    }

    private static T Started<T>(T? part)
        where T : class => part ?? throw new InvalidOperationException("The store was not started.");
}
