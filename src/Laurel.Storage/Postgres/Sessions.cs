using System.Globalization;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Connections to the server. Batches have a pool of their own, so that no number of readers keeps a lane waiting. Every failure that leaves here is a
/// <see cref="StoreException"/>. Thread-safe.
/// </summary>
internal sealed class Sessions : IAsyncDisposable
{
    private const int ConflictAttempts = 5;

    // Whatever the server's defaults are: what is acknowledged is on disk; a dead node's locks go soon; and plans are those that the statements were written
    // for (by index, one row leading to the next), which no stale statistics of a table that has just grown may change.
    private const string Prepare =
        """
        select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') not in ('on', 'remote_apply');
        set default_transaction_isolation = 'read committed';
        set idle_in_transaction_session_timeout = '30s';
        set tcp_keepalives_idle = 10;
        set tcp_keepalives_interval = 5;
        set tcp_keepalives_count = 3;
        set client_min_messages = 'warning';
        set jit = off;
        set plan_cache_mode = 'force_generic_plan';
        set enable_seqscan = off;
        set enable_bitmapscan = off;
        set enable_hashjoin = off;
        set enable_mergejoin = off
        """;

    // What moves or verifies a whole store takes as long as it takes. Which of these there are depends on the server's version.
    private const string PrepareTransfer =
        """
        select set_config(name, '0', false) from pg_settings where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
        """;

    private readonly NpgsqlDataSource _writers;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlConnectionStringBuilder _single;
    private readonly string _prepare;

    public Sessions(PostgresStoreOptions options)
    {
        var settings = PostgresStoreOptions.Parse(options.ConnectionString);
        settings.CommandTimeout = options.CommandTimeoutSeconds;
        settings.Timeout = options.CommandTimeoutSeconds;
        settings.Enlist = false;
        settings.Multiplexing = false;
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 10;
        settings.TcpKeepAliveInterval = 5;
        settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;
        settings.PersistSecurityInfo = false;
        settings.IncludeErrorDetail = false;

        // Sessions never differ from each other, so there is nothing to reset.
        settings.NoResetOnClose = true;
        settings.ApplicationName ??= "laurel";
        Location = PostgresStoreOptions.Describe(settings);
        _prepare = string.Create(CultureInfo.InvariantCulture, $"{Prepare}; set lock_timeout = {options.CommandTimeoutSeconds * 500}");
        _writers = Pool(settings, options.WriterConnections);
        _readers = Pool(settings, options.MaxConnections - options.WriterConnections);
        _single = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false };
    }

    /// <summary>Host, port and database.</summary>
    public string Location { get; }

    /// <summary>A connection for a batch.</summary>
    public ValueTask<NpgsqlConnection> OpenWriterAsync(CancellationToken cancellationToken) => _writers.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection outside all pools, for what must not wait for them nor be given a dead one.</summary>
    public async Task<NpgsqlConnection> OpenSingleAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_single.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection outside all pools for what reads or fills a whole store: nothing limits its time, and it closes with its user.</summary>
    public async Task<NpgsqlConnection> OpenTransferAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_single.ConnectionString) { CommandTimeout = 0, CancellationTimeout = -1 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var prepare = new NpgsqlCommand($"{Prepare}; {PrepareTransfer}", connection);
            await prepare.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the planner do what it likes within the open transaction, or, as everywhere else, go by index only.</summary>
    public static async Task PlanAsync(NpgsqlConnection connection, bool byIndexOnly, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(
            Statements.Sql("select set_config(name, $1, true) from unnest($2::text[]) u (name)")
                .With(byIndexOnly ? "off" : "on").With((string[])["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs what reads, or what is one statement that may run twice.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _readers.OpenConnectionAsync(cancellationToken);
                return await read(connection, cancellationToken);
            }
            catch (Exception failure) when (IsWorthAnotherTry(failure, attempt))
            {
                // On another connection.
            }
            catch (Exception failure) when (Translate(failure) is not null)
            {
                throw Translate(failure)!;
            }
        }
    }

    /// <summary>
    /// Runs what writes in a transaction of its own, again where another one got in the way. Null from <paramref name="write"/> keeps nothing. A commit whose
    /// answer was lost is <see cref="StoreFault.OutcomeUnknown"/>.
    /// </summary>
    public async ValueTask<T> WriteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isCommitting = false;
            try
            {
                await using var connection = await _readers.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await write(connection, cancellationToken);
                if (result is not null)
                {
                    isCommitting = true;
                    await transaction.CommitAsync(CancellationToken.None);
                }

                return result;
            }
            catch (Exception failure) when (isCommitting && failure is NpgsqlException and not PostgresException)
            {
                throw new StoreException(StoreFault.OutcomeUnknown, $"The connection to {Location} was lost while a change was committed. Look whether it was kept.", failure);
            }
            catch (Exception failure) when (IsWorthAnotherTry(failure, attempt) || (attempt < ConflictAttempts && Translate(failure) is { Fault: StoreFault.Conflict }))
            {
                // Nothing was kept.
            }
            catch (Exception failure) when (Translate(failure) is not null)
            {
                throw Translate(failure)!;
            }
        }
    }

    /// <summary>Runs what takes as long as it takes, on a connection of its own, in a transaction or without one.</summary>
    public async ValueTask<T> RunLongAsync<T>(Func<NpgsqlConnection, Task<T>> run, bool inTransaction, CancellationToken cancellationToken)
    {
        var isCommitting = false;
        try
        {
            await using var connection = await OpenTransferAsync(cancellationToken);
            if (!inTransaction)
            {
                return await run(connection);
            }

            await connection.RunAsync(Statements.Sql("begin"), cancellationToken);
            var result = await run(connection);
            isCommitting = true;
            await connection.RunAsync(Statements.Sql("commit"), CancellationToken.None);
            return result;
        }
        catch (Exception failure) when (isCommitting && failure is NpgsqlException and not PostgresException)
        {
            throw new StoreException(StoreFault.OutcomeUnknown, $"The connection to {Location} was lost while a change was committed. Look whether it was kept.", failure);
        }
        catch (Exception failure) when (Translate(failure) is not null)
        {
            throw Translate(failure)!;
        }
    }

    /// <summary>What a failure means in the port's words; null where it must go on as it is.</summary>
    public StoreException? Translate(Exception failure) => PostgresFailures.Of(failure, Location);

    /// <summary>
    /// Whether a failure is that of one dead connection. Then those that lie idle are dead as well, as after a restart of the server: they are thrown away,
    /// and the first attempt is worth another.
    /// </summary>
    public bool IsWorthAnotherTry(Exception failure, int attempt)
    {
        if (PostgresFailures.IsLostConnection(failure) || PostgresFailures.IsReadOnly(failure))
        {
            _writers.Clear();
            _readers.Clear();
            return attempt == 1;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _writers.DisposeAsync();
        await _readers.DisposeAsync();
    }

    private NpgsqlDataSource Pool(NpgsqlConnectionStringBuilder settings, int connections)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.ConnectionStringBuilder.MinPoolSize = 0;
        builder.ConnectionStringBuilder.MaxPoolSize = connections;
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var prepare = new NpgsqlCommand(_prepare, connection);
                prepare.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var prepare = new NpgsqlCommand(_prepare, connection);
                await prepare.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }
}
