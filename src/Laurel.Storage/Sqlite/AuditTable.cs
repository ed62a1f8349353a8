using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>audit</c>.</summary>
internal static class AuditTable
{
    /// <summary>All rows in the order in which they were kept, for <see cref="Read"/>.</summary>
    public const string SelectAll = $"select {Columns} from audit order by id";

    private const string Columns = "environment, at, key_id, key_name, key_prefix, method, route, path, status, trace_id";
    private const string Wanted = "environment = ?1 and at >= ?2 and at <= ?3 and (?4 is null or key_id = ?4 or key_name = ?4)";

    // Keys of tenants count from 1, so that no environment is 0.
    private const int Operators = 0;

    public static void Insert(Connection connection, AuditEntry entry) =>
        connection.Prepare($"insert into audit ({Columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
            .Bind(1, entry.Environment?.Value ?? Operators).Bind(2, entry.At.UnixMicroseconds).Bind(3, entry.KeyId).Bind(4, entry.KeyName).Bind(5, entry.KeyPrefix)
            .Bind(6, entry.Method).Bind(7, entry.Route).Bind(8, entry.Path).Bind(9, entry.Status).Bind(10, entry.TraceId).Run();

    /// <summary>A page, newest first.</summary>
    public static AuditPage Page(Connection connection, AuditQuery query)
    {
        var count = Bind(connection.Prepare($"select count(*) from audit where {Wanted}"), query);
        count.Step();
        var total = count.Long(0);
        count.Reset();

        var select = Bind(connection.Prepare($"select {Columns} from audit where {Wanted} order by at desc, id desc limit ?5 offset ?6"), query)
            .Bind(5, query.PageSize).Bind(6, (query.Page - 1L) * query.PageSize);
        var entries = new List<AuditEntry>();
        while (select.Step())
        {
            entries.Add(Read(select));
        }

        select.Reset();
        return new AuditPage(entries, total);
    }

    /// <summary>Removes those of the <paramref name="limit"/> oldest that are older than <paramref name="before"/>, and answers how many.</summary>
    public static int Purge(Connection connection, Timestamp before, int limit)
    {
        connection.Prepare("delete from audit where id in (select id from audit order by id limit ?2) and at < ?1").Bind(1, before.UnixMicroseconds).Bind(2, limit).Run();
        return connection.Changes;
    }

    public static AuditEntry Read(Statement row) => new(
        row.Int(0) is var environment && environment == Operators ? null : new EnvironmentKey(environment),
        new Timestamp(row.Long(1)), row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6), row.Text(7), row.Int(8), row.Text(9));

    private static Statement Bind(Statement statement, AuditQuery query) => statement
        .Bind(1, query.Environment?.Value ?? Operators)
        .Bind(2, query.From?.UnixMicroseconds ?? long.MinValue).Bind(3, query.Through?.UnixMicroseconds ?? long.MaxValue).Bind(4, query.Actor);
}
