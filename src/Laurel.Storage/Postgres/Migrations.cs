using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Brings a database's schema up to date: numbered SQL files inside the assembly, each in a transaction of its own, forward only. Nodes that start at once take
/// turns by an advisory lock.
/// </summary>
internal static class Migrations
{
    // Any number would do that nobody else uses: "Laurel" in ASCII.
    private const long LockKey = 0x4C617572656C;

    /// <summary>Applies what is missing, and answers what was there and what is now. A database of a newer Laurel is refused.</summary>
    public static async Task<SchemaChange> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var scripts = Scripts();
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            // Where it is there, the user need not be one who may make tables.
            if (!await ExistsAsync(connection, cancellationToken))
            {
                await ExecuteAsync(connection, "create table schema_version (version integer primary key, applied_at timestamptz not null default now())", cancellationToken);
            }

            var version = await VersionAsync(connection, cancellationToken);
            if (version > scripts.Count)
            {
                throw new StoreException(
                    StoreFault.Misconfigured, $"The store has schema {version}, but this version of Laurel knows only {scripts.Count}. Run a newer Laurel.");
            }

            for (var next = version; next < scripts.Count; next++)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, scripts[next], cancellationToken);
                await ExecuteAsync(connection, $"insert into schema_version (version) values ({next + 1})", cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            return new SchemaChange(version, scripts.Count);
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    /// <summary>The schema that this version of Laurel makes.</summary>
    public static int Newest => Scripts().Count;

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand("select to_regclass('schema_version') is not null", connection);
        return (bool)(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand("select coalesce(max(version), 0) from schema_version", connection);
        return (int)(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    // A connection that is gone has given its lock back.
    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        if (connection.FullState == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    // Another node's migration may take long, and is waited for.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts are this assembly's own.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<string> Scripts()
    {
        var assembly = typeof(Migrations).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Postgres.Migrations.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            })
            .ToList();
    }
}
