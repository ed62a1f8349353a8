using Laurel.Storage.Transfer;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>All of a database, out and in. Reading takes nothing away from servers that run on it; filling it keeps their writes waiting.</summary>
internal sealed class PostgresTransfer(Sessions sessions) : IStoreTransfer
{
    /// <inheritdoc/>
    public async ValueTask<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await sessions.OpenTransferAsync(cancellationToken);
            await connection.RunAsync(Statements.Sql("begin isolation level repeatable read read only"), cancellationToken);
            var names = await connection.ReadAllAsync(Statements.Sql("select pg_export_snapshot()"), row => row.GetString(0), cancellationToken);
            return new PostgresSnapshot(sessions, connection, names[0]);
        }
        catch (Exception failure)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            if (sessions.Translate(failure) is { } known)
            {
                throw known;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ImportAsync(IAsyncEnumerable<StoreRecord> records, CancellationToken cancellationToken)
    {
        await using var connection = await RunAsync(() => sessions.OpenTransferAsync(cancellationToken));
        await RunAsync(() => connection.RunAsync(Statements.Sql("begin"), cancellationToken));
        await using (var import = new PostgresImport(connection))
        {
            await RunAsync(async () =>
            {
                await import.LockAsync(cancellationToken);
                return await import.NotEmptyAsync(cancellationToken) is { } table
                    ? throw new StoreException(
                        StoreFault.Misconfigured,
                        $"{sessions.Location} is not empty: its table {table} has rows. An import needs a store that nothing was ever kept in; name a new database in Laurel:Store.")
                    : true;
            });

            // What goes wrong with the records themselves is not the database's fault.
            await foreach (var record in records.WithCancellation(cancellationToken))
            {
                await WriteAsync(import, record, cancellationToken);
            }

            await RunAsync(async () =>
            {
                await import.FinishAsync(cancellationToken);
                return true;
            });
        }

        await CommitAsync(connection);
    }

    private async Task CommitAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.RunAsync(Statements.Sql("commit"), CancellationToken.None);
        }
        catch (NpgsqlException failure) when (failure is not PostgresException)
        {
            throw new StoreException(
                StoreFault.OutcomeUnknown, $"The connection to {sessions.Location} was lost while the import was committed. It holds all of it or nothing: see with verify.", failure);
        }
        catch (PostgresException failure)
        {
            throw sessions.Translate(failure)!;
        }
    }

    private async ValueTask WriteAsync(PostgresImport import, StoreRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await import.WriteAsync(record, cancellationToken);
        }
        catch (Exception failure) when (sessions.Translate(failure) is not null)
        {
            throw sessions.Translate(failure)!;
        }
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception failure) when (sessions.Translate(failure) is not null)
        {
            throw sessions.Translate(failure)!;
        }
    }
}
