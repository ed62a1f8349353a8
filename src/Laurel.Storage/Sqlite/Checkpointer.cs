using Microsoft.Win32.SafeHandles;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Keeps the write-ahead log bounded, off the writer's path: copies its pages into the file beside the writer, a small step at a time, and syncs the file
/// itself; then, at half the limit, it holds the store's write semaphore for the few that are left, so that the log starts again from its beginning.
/// Steps are small because SQLite syncs the file only when the whole log is copied: all that was copied until then would be written while the writer is
/// held, and before the next commit's own sync. One thread of the pool at a time; a connection of its own.
/// </summary>
internal sealed class Checkpointer(SqliteStoreOptions options, SemaphoreSlim writing, long pageBytes) : IDisposable
{
    private const long StepBytes = 2 * 1024 * 1024;
    private readonly Lazy<Connection> _connection = new(() => Connection.Open(options.Path, readOnly: false, cacheMiB: 2));

    // Closing any descriptor of a file drops the process's POSIX locks on it, SQLite's too: this one is closed last of all.
    private readonly Lazy<SafeFileHandle> _file = new(() => File.OpenHandle(options.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
    private readonly Lock _lock = new();

    // SQLite lets one checkpoint run at a time, and does not wait for the other.
    private readonly Lock _checkpointing = new();
    private Task _running = Task.CompletedTask;
    private long _pagesSinceReset;
    private long _pagesAtLastStep;
    private bool _isStopped;

    /// <summary>
    /// Counts pages that the writer appended; starts a step when enough of them came. Where the writer is faster than all steps, and the limit is near, it
    /// empties the log itself on its <paramref name="connection"/>, between two commits.
    /// </summary>
    public void NoteWritten(int pages, Connection connection)
    {
        lock (_lock)
        {
            _pagesSinceReset += pages;
            if (_pagesSinceReset * pageBytes >= options.WalLimitBytes / 8 * 7 && TryRestart(connection))
            {
                _pagesSinceReset = 0;
                _pagesAtLastStep = 0;
                return;
            }

            var step = Math.Min(StepBytes, options.WalLimitBytes / 4);
            if ((_pagesSinceReset - _pagesAtLastStep) * pageBytes >= step && _running.IsCompleted && !_isStopped)
            {
                _running = Task.Run(RunAsync);
            }
        }
    }

    /// <summary>
    /// Copies all of the log into the file and cuts it to nothing, on the writer's <paramref name="connection"/> between two transactions; false where a reader still needs it.
    /// </summary>
    public bool TryTruncate(Connection connection)
    {
        lock (_checkpointing)
        {
            if (connection.Scalar("pragma wal_checkpoint(truncate)") != 0)
            {
                return false;
            }
        }

        Restart();
        return true;
    }

    /// <summary>Ends what runs and closes the connection.</summary>
    public async ValueTask StopAsync()
    {
        Task running;
        lock (_lock)
        {
            _isStopped = true;
            running = _running;
        }

        await running;
        if (_connection.IsValueCreated)
        {
            _connection.Value.Dispose();
        }
    }

    /// <summary>Closes the file itself; every connection of the process must be closed before.</summary>
    public void Dispose()
    {
        if (_file.IsValueCreated)
        {
            _file.Value.Dispose();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            Copy();
            if (TakeStep() * pageBytes < options.WalLimitBytes / 2)
            {
                return;
            }

            // Once more for what came meanwhile, so that little is left to do while the writer waits.
            Copy();
            await writing.WaitAsync();
            try
            {
                // Busy (1) means that a reader still needs the log: the next step starts another try.
                if (_connection.Value.Scalar("pragma wal_checkpoint(restart)") == 0)
                {
                    Restart();
                }
            }
            finally
            {
                writing.Release();
            }
        }
        catch (Exception failure) when (failure is StoreException or IOException)
        {
            // A full or failing disk: the log keeps what it has, commits say so to their callers, and a later one starts another try.
        }
    }

    private static bool TryRestart(Connection connection)
    {
        try
        {
            return connection.Scalar("pragma wal_checkpoint(restart)") == 0;
        }
        catch (StoreException)
        {
            // As below: the commit before was kept, and the next one says what is wrong.
            return false;
        }
    }

    private void Copy()
    {
        lock (_checkpointing)
        {
            _connection.Value.Scalar("pragma wal_checkpoint(passive)");
        }

        RandomAccess.FlushToDisk(_file.Value);
    }

    private long TakeStep()
    {
        lock (_lock)
        {
            return _pagesAtLastStep = _pagesSinceReset;
        }
    }

    private void Restart()
    {
        lock (_lock)
        {
            _pagesSinceReset = 0;
            _pagesAtLastStep = 0;
        }
    }
}
