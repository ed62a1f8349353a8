using System.Globalization;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Learns what became of a transaction whose answer to COMMIT was lost (pitfall 1). Whether it still runs is asked by its number; whether it was kept is asked by
/// an input that it added, since after a crash of the server a number may be given out again.
/// </summary>
internal static class CommitOutcome
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // So long a session that waits for the rest of a lost conversation keeps its locks; then it is ended, and its transaction rolls back.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>True: it was committed. False: it was rolled back. Null: it could not be learned within <paramref name="limit"/>.</summary>
    public static async Task<bool?> LearnAsync(Sessions sessions, OpenBatch batch, LogRow? marker, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) is var elapsed && elapsed < limit)
        {
            try
            {
                using var deadline = new CancellationTokenSource(limit - elapsed);
                await using var connection = await sessions.OpenSingleAsync(deadline.Token);
                var status = await StatusAsync(connection, batch.TransactionId, deadline.Token);
                if (status != "in progress")
                {
                    return marker is null ? status switch { "committed" => true, "aborted" => false, _ => null } : await IsKeptAsync(connection, marker, deadline.Token);
                }

                if (elapsed > Patience)
                {
                    await EndAsync(connection, batch, deadline.Token);
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException || sessions.Translate(failure) is { Fault: StoreFault.Unavailable })
            {
                // The server is not back yet.
            }

            await Task.Delay(Pause);
        }

        return null;
    }

    // A number that the server has not given out was lost in its crash, and its transaction with it.
    private static async Task<string?> StatusAsync(NpgsqlConnection connection, ulong transactionId, CancellationToken cancellationToken)
    {
        try
        {
            await using var select = new NpgsqlCommand("select pg_xact_status($1::text::xid8)", connection);
            select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = transactionId.ToString(CultureInfo.InvariantCulture) });
            return await select.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (PostgresException failure) when (failure.SqlState == "22023")
        {
            return "aborted";
        }
    }

    private static async Task<bool?> IsKeptAsync(NpgsqlConnection connection, LogRow marker, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand("select exists (select 1 from log where participant_key = $1 and seq = $2 and event_id = $3)", connection);
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = marker.ParticipantKey });
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = marker.Seq });
        select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = marker.EventId.ToUuid() });
        return (bool)(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    // Only while it waits for us, between messages or within one that came in part: a session that is committing is left to it.
    private static async Task EndAsync(NpgsqlConnection connection, OpenBatch batch, CancellationToken cancellationToken)
    {
        await using var end = new NpgsqlCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_xid::text = $2 and wait_event = 'ClientRead'", connection);
        end.Parameters.Add(new NpgsqlParameter<int> { TypedValue = batch.ProcessId });
        end.Parameters.Add(new NpgsqlParameter<string> { TypedValue = (batch.TransactionId & uint.MaxValue).ToString(CultureInfo.InvariantCulture) });
        await end.ExecuteNonQueryAsync(cancellationToken);
    }
}
