using Laurel.Storage.Transfer;

namespace Laurel.Storage.Sqlite;

/// <summary>All of the embedded store, out and in. While either goes on, nobody writes.</summary>
internal sealed class SqliteTransfer(SqliteStore store, string path) : IStoreTransfer
{
    /// <inheritdoc/>
    public async ValueTask<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        await store.BeginExclusiveAsync(cancellationToken);
        return new SqliteSnapshot(store, path);
    }

    /// <inheritdoc/>
    public async ValueTask ImportAsync(IAsyncEnumerable<StoreRecord> records, CancellationToken cancellationToken)
    {
        var connection = await store.BeginExclusiveAsync(cancellationToken);
        var isKept = false;
        try
        {
            connection.Execute("begin immediate");
            if (SqliteImport.NotEmpty(connection) is { } table)
            {
                throw new StoreException(
                    StoreFault.Misconfigured, $"The store {path} is not empty: its table {table} has rows. An import needs a store that nothing was ever kept in; set Laurel:Store to a new file.");
            }

            var import = new SqliteImport(connection);
            await foreach (var record in records.WithCancellation(cancellationToken))
            {
                import.Write(record);
            }

            import.Finish();
            connection.Execute("commit");
            isKept = true;
            connection.Scalar("pragma wal_checkpoint(truncate)");
        }
        finally
        {
            store.EndExclusive(isKept);
        }
    }
}
