using Laurel.Facts;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>audit</c>.</summary>
internal static class AuditTable
{
    /// <summary>All rows in the order in which they were kept, for <see cref="Read"/>.</summary>
    public const string SelectAll = $"select {Columns} from audit order by id";

    /// <summary>The environment that stands for operators: keys of tenants count from 1, so that none is 0.</summary>
    public const int Operators = 0;

    private const string Columns = "environment, at, key_id, key_name, key_prefix, method, route, path, status, trace_id";
    private const string Wanted = "environment = $1 and at >= $2 and at <= $3 and ($4 is null or key_id = $4 or key_name = $4)";

    public static NpgsqlBatchCommand Insert(AuditEntry entry) =>
        Statements.Sql($"insert into audit ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .With(entry.Environment?.Value ?? Operators).With(entry.At.UnixMicroseconds).With(entry.KeyId).With(entry.KeyName).With(entry.KeyPrefix)
            .With(entry.Method).With(entry.Route).With(entry.Path).With(entry.Status).With(entry.TraceId);

    /// <summary>A page, newest first.</summary>
    public static async Task<AuditPage> PageAsync(NpgsqlConnection connection, AuditQuery query, CancellationToken cancellationToken)
    {
        var totals = await connection.ReadAllAsync(Bind(Statements.Sql($"select count(*) from audit where {Wanted}"), query), row => row.GetInt64(0), cancellationToken);
        var select = Bind(Statements.Sql($"select {Columns} from audit where {Wanted} order by at desc, id desc limit $5 offset $6"), query)
            .With(query.PageSize).With((query.Page - 1L) * query.PageSize);
        return new AuditPage(await connection.ReadAllAsync(select, Read, cancellationToken), totals[0]);
    }

    /// <summary>Removes those of the <paramref name="limit"/> oldest that are older than <paramref name="before"/>.</summary>
    public static NpgsqlBatchCommand Purge(Timestamp before, int limit) =>
        Statements.Sql("delete from audit where id in (select id from audit order by id limit $2) and at < $1").With(before.UnixMicroseconds).With(limit);

    public static AuditEntry Read(NpgsqlDataReader row) => new(
        row.GetInt32(0) is var environment && environment == Operators ? null : new EnvironmentKey(environment),
        row.Time(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetInt32(8), row.GetString(9));

    private static NpgsqlBatchCommand Bind(NpgsqlBatchCommand statement, AuditQuery query) => statement
        .With(query.Environment?.Value ?? Operators)
        .With(query.From?.UnixMicroseconds ?? long.MinValue).With(query.Through?.UnixMicroseconds ?? long.MaxValue).WithOrNull(query.Actor);
}
