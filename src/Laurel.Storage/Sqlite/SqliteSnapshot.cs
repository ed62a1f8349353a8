using System.Collections.Concurrent;
using Laurel.Storage.Transfer;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// The embedded store at rest: it holds the store's write semaphore, so that every reader sees the same, and all of it stands in the tables. Each reader has a
/// connection of its own.
/// </summary>
internal sealed class SqliteSnapshot(SqliteStore store, string path) : IStoreSnapshot
{
    private const int CacheMiB = 32;
    private readonly ConcurrentBag<Connection> _idle = [];

    /// <inheritdoc/>
    public ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => new(Read(connection => new StoreCounts(
        connection.Scalar("select count(*) from participants"),
        connection.Scalar("select through_log_id - (select inputs from removals) from folded"),
        connection.Scalar("select max(key) from participants"))));

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ReadAsync(StoreSection section, CancellationToken cancellationToken) =>
        Stream(connection => SectionReads.Of(connection, section)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ReadParticipantsAsync(long afterKey, long throughKey, CancellationToken cancellationToken) =>
        Stream(connection => SectionReads.WithLogs(connection, afterKey, throughKey)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask<RewardCodeRecord?> FindCodeAsync(RewardName reward, string value, CancellationToken cancellationToken) =>
        new(Read(connection => SectionReads.Code(connection, reward, value)));

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ReadBrokenIndexesAsync(CancellationToken cancellationToken) => Stream(IndexChecks.Run).ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        store.EndExclusive(hasWritten: false);
        return ValueTask.CompletedTask;
    }

    private T Read<T>(Func<Connection, T> read)
    {
        var connection = Rent();
        try
        {
            return read(connection);
        }
        finally
        {
            _idle.Add(connection);
        }
    }

    // A reader that is left in the middle leaves statements open, which would be found by the connection's next user.
    private IEnumerable<T> Stream<T>(Func<Connection, IEnumerable<T>> read)
    {
        var connection = Rent();
        var isRead = false;
        try
        {
            foreach (var item in read(connection))
            {
                yield return item;
            }

            isRead = true;
        }
        finally
        {
            if (isRead)
            {
                _idle.Add(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    private Connection Rent() => _idle.TryTake(out var connection) ? connection : Connection.Open(path, readOnly: true, CacheMiB);
}
