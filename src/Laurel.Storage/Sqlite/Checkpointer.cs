namespace Laurel.Storage.Sqlite;

/// <summary>
/// Keeps the write-ahead log bounded, off the writer's path: copies its pages into the file beside the writer, then, in the short time it holds the
/// store's write semaphore, the few that came meanwhile, so that the log starts again from its beginning. One thread of the pool at a time; a connection of its own.
/// </summary>
internal sealed class Checkpointer(SqliteStoreOptions options, SemaphoreSlim writing) : IAsyncDisposable
{
    private const int PageBytes = 4096;
    private readonly Lazy<Connection> _connection = new(() => Connection.Open(options.Path, readOnly: false, cacheMiB: 2));
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private long _pagesSinceReset;
    private bool _isDisposed;

    /// <summary>Counts pages that the writer appended; starts a checkpoint when half of the limit is reached.</summary>
    public void NoteWritten(int pages)
    {
        lock (_lock)
        {
            _pagesSinceReset += pages;
            if (_pagesSinceReset * PageBytes >= options.WalLimitBytes / 2 && _running.IsCompleted && !_isDisposed)
            {
                _running = Task.Run(RunAsync);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_lock)
        {
            _isDisposed = true;
            running = _running;
        }

        await running;
        if (_connection.IsValueCreated)
        {
            _connection.Value.Dispose();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            _connection.Value.Scalar("pragma wal_checkpoint(passive)");
            await writing.WaitAsync();
            try
            {
                // Busy (1) means that a reader still needs the log: the next commit starts another try.
                if (_connection.Value.Scalar("pragma wal_checkpoint(restart)") == 0)
                {
                    lock (_lock)
                    {
                        _pagesSinceReset = 0;
                    }
                }
            }
            finally
            {
                writing.Release();
            }
        }
        catch (StoreException)
        {
            // A full or failing disk: the log keeps what it has, commits say so to their callers, and the next commit starts another try.
        }
    }
}
