using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Laurel.Storage.Transfer;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// One instant of a database: <paramref name="holder"/> has a transaction open that exported it as <paramref name="name"/>, and each reader has a connection of its own
/// that took it over. While it is open, the server cleans up nothing that was removed since.
/// </summary>
internal sealed class PostgresSnapshot(Sessions sessions, NpgsqlConnection holder, string name) : IStoreSnapshot
{
    // Beside those, one holds the snapshot. Who streams may look codes up, so these have connections that no stream can take.
    private const int MostStreams = 16;
    private const int MostLookups = 4;

    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];
    private readonly SemaphoreSlim _streams = new(MostStreams);
    private readonly SemaphoreSlim _lookups = new(MostLookups);

    /// <inheritdoc/>
    public async ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => await LookUpAsync(
        async connection => (await connection.ReadAllAsync(
            Statements.Sql(
                """
                select (select count(*) from participants where created_at is not null), (select count(*) from log),
                  (select coalesce(max(key), 0) from participants where created_at is not null)
                """),
            row => new StoreCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
            cancellationToken))[0],
        cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ReadAsync(StoreSection section, CancellationToken cancellationToken) => section == StoreSection.Inputs
        ? SectionReads.WithDeliveries(
            StreamAsync(SectionReads.Inputs(), SectionReads.ReadInput, cancellationToken), StreamAsync(SectionReads.Deliveries(), SectionReads.ReadDelivery, cancellationToken), cancellationToken)
        : StreamAsync(SectionReads.Of(section), row => SectionReads.Read(section, row), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ReadParticipantsAsync(long afterKey, long throughKey, CancellationToken cancellationToken) =>
        StreamAsync(connection => ParticipantLogs.ReadAsync(connection, afterKey, throughKey, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<RewardCodeRecord?> FindCodeAsync(RewardName reward, string value, CancellationToken cancellationToken) => await LookUpAsync(
        async connection => (await connection.ReadAllAsync(SectionReads.Code(reward, value), SectionReads.ReadCode, cancellationToken)).FirstOrDefault(), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ReadBrokenIndexesAsync(CancellationToken cancellationToken) =>
        StreamAsync(connection => IndexChecks.RunAsync(connection, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }

        await holder.DisposeAsync();
        _streams.Dispose();
        _lookups.Dispose();
    }

    private IAsyncEnumerable<T> StreamAsync<T>(NpgsqlBatchCommand select, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        StreamAsync(connection => connection.StreamAsync(select, read, cancellationToken), cancellationToken);

    // A reader that is left in the middle takes its connection along.
    private async IAsyncEnumerable<T> StreamAsync<T>(Func<NpgsqlConnection, IAsyncEnumerable<T>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _streams.WaitAsync(cancellationToken);
        try
        {
            var connection = await TranslatedAsync(() => RentAsync(cancellationToken));
            var isRead = false;
            try
            {
                await using var rows = read(connection).GetAsyncEnumerator(cancellationToken);
                while (await NextAsync(rows))
                {
                    yield return rows.Current;
                }

                isRead = true;
            }
            finally
            {
                await ReturnAsync(connection, isRead);
            }
        }
        finally
        {
            _streams.Release();
        }
    }

    private async Task<T> LookUpAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await _lookups.WaitAsync(cancellationToken);
        try
        {
            return await TranslatedAsync(async () =>
            {
                var connection = await RentAsync(cancellationToken);
                var isRead = false;
                try
                {
                    var result = await read(connection);
                    isRead = true;
                    return result;
                }
                finally
                {
                    await ReturnAsync(connection, isRead);
                }
            });
        }
        finally
        {
            _lookups.Release();
        }
    }

    private async Task<NpgsqlConnection> RentAsync(CancellationToken cancellationToken)
    {
        if (_idle.TryTake(out var idle))
        {
            return idle;
        }

        var connection = await sessions.OpenTransferAsync(cancellationToken);
        try
        {
            // The name is the server's own, of digits and hyphens; SET takes no parameters.
            await connection.RunAsync(Statements.Sql("begin isolation level repeatable read read only"), cancellationToken);
            await connection.RunAsync(Statements.Sql($"set transaction snapshot '{name}'"), cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async ValueTask ReturnAsync(NpgsqlConnection connection, bool isUsable)
    {
        if (isUsable)
        {
            _idle.Add(connection);
        }
        else
        {
            await connection.DisposeAsync();
        }
    }

    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> rows)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (Exception failure) when (sessions.Translate(failure) is not null)
        {
            throw sessions.Translate(failure)!;
        }
    }

    private async Task<T> TranslatedAsync<T>(Func<Task<T>> run)
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
