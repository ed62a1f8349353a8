using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>What PostgreSQL and the way to it do to us, in the port's words: a fault to act on and a sentence for the operator. No sentence holds a password.</summary>
internal static class PostgresFailures
{
    private const string GoesOn = "Laurel goes on by itself.";

    /// <summary>What a failure means; null where it is none of the environment's, and must go on as it is.</summary>
    public static StoreException? Of(Exception failure, string location) => First(failure) switch
    {
        PostgresException refused => OfServer(refused, location),
        NpgsqlException lost when lost.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => new StoreException(
            StoreFault.Unavailable, $"All connections to {location} are in use. Raise Laurel:Postgres:MaxConnections, and the server's max_connections with it, or start another node.", lost),
        NpgsqlException { InnerException: TimeoutException } slow => new StoreException(
            StoreFault.Unavailable, $"{location} did not answer in time. See what it waits for (pg_stat_activity), or raise Laurel:Postgres:CommandTimeoutSeconds. {GoesOn}", slow),
        NpgsqlException { InnerException: AuthenticationException reason } tls => new StoreException(
            StoreFault.Misconfigured, $"{location} and Laurel found no common TLS: {reason.Message} Set SSL Mode and Root Certificate in Laurel:Store.", tls),
        NpgsqlException or SocketException or IOException or TimeoutException => new StoreException(
            StoreFault.Unavailable, $"{location} cannot be reached ({Innermost(failure)}). Check that the server runs and that this host may connect. {GoesOn}", failure),
        _ => null,
    };

    /// <summary>Whether a failure says that the connection is gone, so that the same on another connection may succeed at once.</summary>
    public static bool IsLostConnection(Exception failure) => First(failure) switch
    {
        PostgresException server => server.SqlState is "57P01" or "57P02" or "57P05" or "25P03" || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException lost => lost.InnerException is IOException or SocketException,
        _ => false,
    };

    /// <summary>Whether the server takes no writes: it is a standby, or has become one.</summary>
    public static bool IsReadOnly(Exception failure) => First(failure) is PostgresException { SqlState: "25006" };

    // Where statements of one batch fail one by one, Npgsql wraps them together; the first one is the cause.
    private static Exception First(Exception failure) =>
        failure is NpgsqlException { InnerException: AggregateException { InnerExceptions: [var first, ..] } } ? first : failure;

    private static StoreException OfServer(PostgresException failure, string location)
    {
        var (fault, sentence) = failure.SqlState switch
        {
            // Of all unique names of the schema, only these two are raced for.
            "23505" when failure.ConstraintName is "log_seq" => (StoreFault.Conflict, "Another batch has added inputs of the same participant."),
            "23505" when failure.ConstraintName is "idempotency_keys_pkey" => (StoreFault.Conflict, "Another batch has used an idempotency key meanwhile."),
            "40001" or "40P01" => (StoreFault.Conflict, "Another transaction got in the way; the same again may succeed."),
            "55P03" => (StoreFault.Conflict, "A row stayed locked for too long. See who holds it (pg_stat_activity, pg_blocking_pids)."),
            "25P03" => (StoreFault.Conflict, "The transaction stood still for too long and was ended. Was this process suspended?"),
            "57014" => (StoreFault.Unavailable, "A statement took too long. See what it waits for (pg_stat_activity), or raise Laurel:Postgres:CommandTimeoutSeconds."),
            "53100" => (StoreFault.Unavailable, $"The disk of the server is full. Free space there; {GoesOn}"),
            "53200" => (StoreFault.Unavailable, "The server is out of memory or of room for locks. Lower work_mem or the number of connections, or raise max_locks_per_transaction."),
            "53300" => (StoreFault.Unavailable, "The server has no connection left. Raise its max_connections, or lower Laurel:Postgres:MaxConnections on the nodes."),
            "25006" => (StoreFault.Unavailable, "The server is read-only, as a standby is. Name the primary in Laurel:Store, or several hosts with Target Session Attributes=primary."),
            "28P01" => (StoreFault.Misconfigured, "The server refuses the user or its password. Correct them in Laurel:Store."),
            "28000" => (StoreFault.Misconfigured, "The server lets this user not in from this host. Correct the user in Laurel:Store, or the server's pg_hba.conf."),
            "3D000" => (StoreFault.Misconfigured, "The database does not exist. Create it (createdb), or name another in Laurel:Store."),
            "42501" => (StoreFault.Misconfigured, "The user may not do this. Make it the database's owner, or grant it usage and create on the schema and all on its tables."),
            "42P01" or "3F000" => (StoreFault.Misconfigured, "A table is missing. Was the schema dropped, or the search_path changed? Start Laurel again, which makes what is missing."),
            "XX001" or "XX002" => (StoreFault.Unavailable, "The server's data is damaged. Check its disk, and restore a backup."),
            var state => (FaultOfClass(state), FaultOfClass(state) == StoreFault.Unavailable
                ? $"The server cannot serve now. See its log; {GoesOn}"
                : "The server refused a statement."),
        };
        return new StoreException(fault, $"{location}: {sentence} ({failure.SqlState} {failure.MessageText})", failure);
    }

    // Classes of PostgreSQL's appendix A: connection, resources, operator, system.
    private static StoreFault FaultOfClass(string state) => state[..2] switch
    {
        "40" => StoreFault.Conflict,
        "08" or "53" or "57" or "58" or "F0" => StoreFault.Unavailable,
        _ => StoreFault.Refused,
    };

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message.TrimEnd('.');
    }
}
