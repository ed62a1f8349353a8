using System.Globalization;
using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// The store for many nodes: one PostgreSQL database, version 13 or later. A batch is a transaction at READ COMMITTED that holds its participants' rows, in the
/// order of their keys. Thread-safe. Source: docs/decisions/postgres-store.md.
/// </summary>
public sealed class PostgresStore : ILaurelStore
{
    private const int OldestServer = 130_000;

    // A caller is told after 5 s that nobody knows (semantics §4).
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(5);

    private readonly PostgresStoreOptions _options;
    private readonly Sessions _sessions;
    private readonly NamedParticipants _named = new();
    private readonly PostgresWebhooks _webhooks;

    // Who holds a lease: this store, not the machine, so that a node that was started again is another one.
    private readonly Guid _node = Guid.NewGuid();
    private bool _isDisposed;
    private string _warnings = "";

    /// <summary>Makes a store that is opened by <see cref="StartAsync"/>.</summary>
    public PostgresStore(PostgresStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.WriteLanes < 1 || options.MaxConnections <= options.WriterConnections || options.CommandTimeoutSeconds < 1)
        {
            throw new ArgumentException("There must be a lane, a connection beside the two of each lane, and a second for a statement.", nameof(options));
        }

        _options = options;
        _sessions = new Sessions(options);
        _webhooks = new PostgresWebhooks(_sessions);
        Transfer = new PostgresTransfer(_sessions);
    }

    /// <inheritdoc/>
    public IWebhookStore Webhooks => _webhooks;

    /// <inheritdoc/>
    public IStoreTransfer Transfer { get; }

    /// <inheritdoc/>
    public SchemaChange? Schema { get; private set; }

    /// <inheritdoc/>
    public int WriteLanes => _options.WriteLanes;

    /// <summary>Host, port and database, and what the server is set to that puts acknowledged data at risk.</summary>
    public string Location => _sessions.Location + _warnings;

    /// <summary>Whether a store was ever started in the database. Makes nothing. Throws <see cref="StoreException"/> as <see cref="StartAsync"/> does.</summary>
    public async ValueTask<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _sessions.OpenSingleAsync(cancellationToken);
            return (await connection.ReadAllAsync(Statements.Sql("select to_regclass('schema_version') is not null"), row => row.GetBoolean(0), cancellationToken))[0];
        }
        catch (Exception failure) when (_sessions.Translate(failure) is not null)
        {
            throw _sessions.Translate(failure)!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _sessions.OpenSingleAsync(cancellationToken);
            await CheckServerAsync(connection, cancellationToken);
            Schema = await Migrations.ApplyAsync(connection, cancellationToken);
        }
        catch (Exception failure) when (_sessions.Translate(failure) is not null)
        {
            throw _sessions.Translate(failure)!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoreBatch> OpenBatchAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var attempt = 1; ; attempt++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await _sessions.OpenWriterAsync(cancellationToken);
                return await BatchOpening.RunAsync(connection, _named, request, cancellationToken);
            }
            catch (Exception failure)
            {
                await EndAsync(connection);
                if (_sessions.IsWorthAnotherTry(failure, attempt))
                {
                    continue;
                }

                if (_sessions.Translate(failure) is { } known)
                {
                    throw known;
                }

                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<PartName, ReadOnlyMemory<byte>>> LoadPartsAsync(
        StoreBatch batch, IReadOnlyList<PartName> names, CancellationToken cancellationToken) =>
        await WithinAsync(batch, connection => PartTable.ReadAsync(connection, names, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RewardSupply>> LockRewardsAsync(StoreBatch batch, IReadOnlyList<RewardDemand> demands, CancellationToken cancellationToken) =>
        await WithinAsync(batch, connection => RewardTables.LockAsync(connection, demands, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask CommitAsync(StoreBatch batch, BatchWrites writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        var open = OpenOf(batch);
        var isCommitting = false;
        try
        {
            await BatchCommit.WriteAsync(open, writes, cancellationToken);
            isCommitting = true;

            // Nobody may take it back from here on, nor stop to wait for it.
            await open.Connection.RunAsync(Statements.Sql("commit"), CancellationToken.None);
            await open.Connection.DisposeAsync();
        }
        catch (Exception failure)
        {
            await EndAsync(open.Connection);
            if (isCommitting && !IsRefusal(failure))
            {
                _sessions.IsWorthAnotherTry(failure, attempt: 1);
                await LearnAsync(open, writes, failure);
                return;
            }

            if (TranslateWithin(failure) is { } known)
            {
                throw known;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask AbandonAsync(StoreBatch batch) =>
        await EndAsync(OpenOf(batch).Connection, OpenOf(batch).New is { Count: > 0 } names ? ParticipantTable.RemoveNames(names) : null);

    /// <inheritdoc/>
    public async ValueTask<long> ResetAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        await _sessions.RunLongAsync(connection => ErasureTables.ResetAsync(connection, environment, cancellationToken), inTransaction: true, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken) =>
        await _sessions.RunLongAsync(connection => Scrubbing.RunAsync(connection, cancellationToken), inTransaction: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadHistoryAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => HistoryReads.ReadAsync(connection, query, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<FactsPage?> ReadFactsAsync(FactsQuery query, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => FactReads.ReadAsync(connection, query, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ParticipantRow?> ReadParticipantAsync(EnvironmentKey environment, string participantId, CancellationToken cancellationToken)
    {
        var rows = await ReadAllAsync(() => ParticipantTable.Select(new ParticipantName(environment, participantId)), ParticipantTable.Read, cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ParticipantRow>> ReadParticipantsAsync(
        EnvironmentKey environment, long afterKey, int limit, CancellationToken cancellationToken) =>
        await ReadAllAsync(() => ParticipantTable.SelectAfter(environment, afterKey, limit), ParticipantTable.Read, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ParticipantListPage> ListParticipantsAsync(ParticipantListQuery query, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => ParticipantListReads.ReadAsync(connection, query, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> ReadPartsAsync(
        ParticipantName participant, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => PartTable.ReadAsync(connection, participant, keys, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LogRow>> ReadLogAsync(ParticipantName participant, long afterSeq, int limit, CancellationToken cancellationToken) =>
        await ReadAllAsync(
            () => Statements.Sql(
                $"""
                select {LogTable.Columns} from log l
                where l.participant_key = (select key from participants where environment = $1 and id = $2) and l.seq > $3 order by l.seq limit $4
                """).With(participant.Environment.Value).With(participant.Id).With(afterSeq).With(limit),
            row => LogTable.Read(row),
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<EventPlace?> FindEventAsync(EnvironmentKey environment, FactId eventId, CancellationToken cancellationToken)
    {
        var rows = await ReadAllAsync(
            () => Statements.Sql("select p.id, l.seq from log l join participants p on p.key = l.participant_key where l.event_id = $1 and p.environment = $2 and left(p.id, 1) <> E'\\x01'")
                .With(eventId.ToUuid()).With(environment.Value),
            row => new EventPlace(new ParticipantName(environment, row.GetString(0)), row.GetInt64(1)),
            cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DueParticipant>> ClaimDueAsync(Timestamp now, Timestamp leaseUntil, int limit, CancellationToken cancellationToken) =>
        await ReadAllAsync(() => ParticipantTable.ClaimDue(now, leaseUntil, _node, limit), ParticipantTable.ReadDue, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Timestamp?> ReadNextDueAsync(Timestamp now, CancellationToken cancellationToken)
    {
        var next = await ReadAllAsync(() => ParticipantTable.SelectNextDue(now, _node), row => row.Time(0), cancellationToken);
        return next.Count == 0 ? null : next[0];
    }

    /// <inheritdoc/>
    public ValueTask<int> AddRewardCodesAsync(RewardName reward, IReadOnlyList<string> codes, CancellationToken cancellationToken) =>
        _sessions.WriteAsync((connection, cancellation) => RewardTables.AddCodesAsync(connection, reward, codes, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, RewardStock>> ReadRewardStocksAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => RewardTables.StocksAsync(connection, environment, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProgramRow?> ReadProgramAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => ProgramTable.ReadAsync(connection, environment, version, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> PublishProgramAsync(ProgramRow program, CancellationToken cancellationToken) =>
        _sessions.WriteAsync((connection, cancellation) => ProgramTable.PublishAsync(connection, program, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProgramVersionsPage> ReadProgramVersionsAsync(EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => ProgramTable.VersionsAsync(connection, environment, page, pageSize, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(EnvironmentKey Environment, int Version)>> ReadUnsweptAsync(CancellationToken cancellationToken) =>
        await ReadAllAsync(ProgramTable.SelectUnswept, row => (new EnvironmentKey(row.GetInt32(0)), row.GetInt32(1)), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask NoteSweptAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken) =>
        await _sessions.WriteAsync((connection, cancellation) => connection.RunAsync(ProgramTable.NoteSwept(environment, version), cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Tenancy> ReadTenancyAsync(CancellationToken cancellationToken) => _sessions.ReadAsync(TenancyTables.ReadAsync, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Tenancy> ChangeTenancyAsync(Func<Tenancy, Tenancy> decide, CancellationToken cancellationToken) =>
        await _sessions.WriteAsync((connection, cancellation) => TenancyTables.ChangeAsync(connection, decide, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask WriteAuditAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await _sessions.WriteAsync((connection, cancellation) => connection.RunAsync(AuditTable.Insert(entry), cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditPage> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => AuditTable.PageAsync(connection, query, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PurgeAuditAsync(Timestamp before, int limit, CancellationToken cancellationToken) =>
        _sessions.WriteAsync((connection, cancellation) => connection.RunAsync(AuditTable.Purge(before, limit), cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            await _webhooks.DisposeAsync();
            await _sessions.DisposeAsync();
        }
    }

    private ValueTask<List<T>> ReadAllAsync<T>(Func<NpgsqlBatchCommand> select, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken) =>
        _sessions.ReadAsync((connection, cancellation) => connection.ReadAllAsync(select(), row, cancellation), cancellationToken);

    private async ValueTask<T> WithinAsync<T>(StoreBatch batch, Func<NpgsqlConnection, Task<T>> run)
    {
        try
        {
            return await run(OpenOf(batch).Connection);
        }
        catch (Exception failure) when (TranslateWithin(failure) is not null)
        {
            throw TranslateWithin(failure)!;
        }
    }

    // A connection that is lost before COMMIT was sent takes its transaction along: that is known, and the batch may run again.
    private StoreException? TranslateWithin(Exception failure) => _sessions.IsWorthAnotherTry(failure, attempt: 1)
        ? new StoreException(StoreFault.Conflict, $"The connection to {_sessions.Location} was lost within a batch; nothing was kept.", failure)
        : _sessions.Translate(failure);

    // The server has answered: it rolled back. All else may have been lost on either way.
    private static bool IsRefusal(Exception failure) => failure is PostgresException server && !PostgresFailures.IsLostConnection(server);

    private async Task LearnAsync(OpenBatch batch, BatchWrites writes, Exception failure)
    {
        switch (await CommitOutcome.LearnAsync(_sessions, batch, writes.Log.Count > 0 ? writes.Log[0] : null, OutcomeLimit))
        {
            case true:
                return;
            case false:
                throw new StoreException(StoreFault.Conflict, $"The connection to {_sessions.Location} was lost before a commit took place; nothing was kept.", failure);
            default:
                throw new StoreException(StoreFault.OutcomeUnknown, $"The connection to {_sessions.Location} was lost while it committed, and the server does not tell what became of it.", failure);
        }
    }

    // Never throws, since it runs while another failure may be on its way. A connection that cannot roll back is given up, and the server ends its transaction.
    private static async ValueTask EndAsync(NpgsqlConnection? connection, NpgsqlBatchCommand? afterwards = null)
    {
        if (connection is null)
        {
            return;
        }

        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await connection.RunAsync(Statements.Sql("rollback"), CancellationToken.None);
                if (afterwards is not null)
                {
                    await connection.RunAsync(afterwards, CancellationToken.None);
                }
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // It is closed below.
        }

        await connection.DisposeAsync();
    }

    private async Task CheckServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var settings = await connection.ReadAllAsync(
            Statements.Sql("select current_setting(name) from unnest($1::text[]) with ordinality u (name, place) order by place")
                .With((string[])["server_version_num", "server_version", "server_encoding", "fsync", "full_page_writes"]),
            row => row.GetString(0),
            cancellationToken);
        if (int.Parse(settings[0], CultureInfo.InvariantCulture) < OldestServer)
        {
            throw new StoreException(StoreFault.Misconfigured, $"{_sessions.Location} is version {settings[1]}, but Laurel needs PostgreSQL 13 or later. Upgrade the server, or name another in Laurel:Store.");
        }

        if (settings[2] != "UTF8")
        {
            throw new StoreException(StoreFault.Misconfigured, $"{_sessions.Location} has the encoding {settings[2]}, which cannot hold every text. Create the database with encoding UTF8.");
        }

        _warnings = (settings[3] == "off" ? " (warning: fsync is off, so a crash of its machine may destroy everything; set it to on)" : "")
            + (settings[4] == "off" ? " (warning: full_page_writes is off, so a crash of its machine may damage pages; set it to on)" : "");
    }

    private static OpenBatch OpenOf(StoreBatch batch) => (OpenBatch)batch.Transaction!;
}
