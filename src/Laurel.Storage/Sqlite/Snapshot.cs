using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// What a reader sees: a connection in a read transaction, and of the participant at hand what the tail has beyond the tables, both of one instant.
/// </summary>
internal sealed record Snapshot(Connection Connection, RecentParticipant? Participant, List<HistoryKey> TailEntries);

/// <summary>A participant in the tail as it was at one instant: the writer goes on changing the tail's own.</summary>
internal sealed record RecentParticipant(long Key, byte[] StateDocument, Timestamp CreatedAt, Timestamp? DueAt)
{
    /// <summary>Reads the state.</summary>
    public ParticipantState ReadState() => Evaluation.StateDocument.Read(StateDocument);
}

/// <summary>
/// Held while a commit and the tail change together, and while a reader takes both together; so no reader sees an input twice or not at all.
/// </summary>
internal sealed class TailLock
{
    private readonly Lock _lock = new();

    public Lock.Scope Enter() => _lock.EnterScope();
}

/// <summary>Read-only connections, a few at a time: a reader beyond them waits its turn.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int Connections = 4;
    private readonly SemaphoreSlim _places = new(Connections, Connections);
    private readonly System.Collections.Concurrent.ConcurrentBag<Connection> _idle = [];

    public async ValueTask<Connection> RentAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return _idle.TryTake(out var connection) ? connection : Connection.Open(path, readOnly: true, cacheMiB: 16);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    public void Return(Connection connection)
    {
        _idle.Add(connection);
        _places.Release();
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        _places.Dispose();
    }
}
