using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Makes the server forget what was erased: rewrites the tables that held it, so that no dead row is left in a page; takes new samples of them, since statistics keep values;
/// and turns to a new segment of the write-ahead log. What the server's settings keep beyond that stands in docs/operate/erasure.md.
/// </summary>
internal static class Scrubbing
{
    private static readonly string[] _tables = ["participants", "parts", "log", "outbox", "deliveries", "webhook_attempts", "idempotency_keys"];

    // A name without an input stands there to be locked; none of them is worth keeping, and whoever waits for one names it again.
    private const string RemoveNames = "delete from participants where created_at is null";

    /// <summary>Scrubs; answers what the user of the connection may not do, a sentence each.</summary>
    public static async Task<List<string>> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, RemoveNames, cancellationToken);
        foreach (var table in _tables)
        {
            await ExecuteAsync(connection, $"vacuum (full, analyze) {table}", cancellationToken);
        }

        var left = new List<string>();
        await TryAsync("vacuum full pg_catalog.pg_statistic", "The statistics of the planner may keep samples of values: let the database's owner run VACUUM FULL pg_catalog.pg_statistic.");
        await TryAsync("checkpoint", "The files of the old tables stand until the server's next checkpoint: let a superuser run CHECKPOINT.");
        await TryAsync("select pg_switch_wal()", "The write-ahead log was not moved on: let a superuser run SELECT pg_switch_wal().");
        await TryAsync("checkpoint", "Old segments of the write-ahead log stand until the server's next checkpoint.");
        return left;

        async Task TryAsync(string sql, string otherwise)
        {
            try
            {
                await ExecuteAsync(connection, sql, cancellationToken);
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                left.Add(otherwise);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts are this assembly's own.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
