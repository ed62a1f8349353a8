using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>tenants</c> and <c>api_keys</c>.</summary>
internal static class TenancyTables
{
    /// <summary>All tenants, for <see cref="ReadTenant"/>.</summary>
    public const string SelectTenants = "select key, id, name, is_active, time_zone, rate_per_second, rate_burst, created_at from tenants order by key";

    /// <summary>All keys, for <see cref="ReadKey"/>.</summary>
    public const string SelectKeys =
        "select id, tenant_id, is_live, name, scopes, hash, prefix, expires_at, revoked_at, created_at, last_used_at from api_keys order by created_at, id";

    /// <summary>All of both, of one instant.</summary>
    public static async Task<Tenancy> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(
            Statements.Sql("begin isolation level repeatable read read only"),
            Statements.Sql(SelectTenants),
            Statements.Sql(SelectKeys),
            Statements.Sql("commit"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var tenants = await reader.RowsAsync(ReadTenant, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var keys = await reader.RowsAsync(ReadKey, cancellationToken);
        return new Tenancy(tenants, keys);
    }

    /// <summary>Changes what <paramref name="decide"/> says, within the open transaction, while nobody else does.</summary>
    public static async Task<Tenancy> ChangeAsync(NpgsqlConnection connection, Func<Tenancy, Tenancy> decide, CancellationToken cancellationToken)
    {
        // Reads go on; whoever writes waits, also for the first tenant of all, which no row could be locked for.
        await connection.RunAsync(Statements.Sql("lock table tenants in share row exclusive mode"), cancellationToken);
        var before = await ReadWithinAsync(connection, cancellationToken);
        var changes = decide(before);
        if (changes.Tenants.Count + changes.Keys.Count == 0)
        {
            return before;
        }

        await WriteAsync(connection, changes, cancellationToken);
        return await ReadWithinAsync(connection, cancellationToken);
    }

    private static async Task<Tenancy> ReadWithinAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => new(
        await connection.ReadAllAsync(Statements.Sql(SelectTenants), ReadTenant, cancellationToken),
        await connection.ReadAllAsync(Statements.Sql(SelectKeys), ReadKey, cancellationToken));

    public static Tenant ReadTenant(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetString(4),
        row.IsDBNull(5) ? null : new ParticipantRate(row.GetDouble(5), row.GetInt32(6)), row.Time(7));

    public static ApiKey ReadKey(NpgsqlDataReader row) => new(
        row.GetString(0), row.TextOrNull(1), row.GetBoolean(2), row.GetString(3), row.GetString(4).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        row.GetFieldValue<byte[]>(5), row.GetString(6), row.TimeOrNull(7), row.TimeOrNull(8), row.Time(9), row.TimeOrNull(10));

    /// <summary>Adds or changes, within the open transaction and in the given order, which is that of the tenants' keys. Two writers that meet in a circle run again.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, Tenancy changes, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var tenant in changes.Tenants)
        {
            batch.BatchCommands.Add(Write(tenant));
        }

        foreach (var key in changes.Keys)
        {
            batch.BatchCommands.Add(Write(key));
        }

        // Keys that came from elsewhere are passed over by the sequence.
        if (changes.Tenants.Any(tenant => tenant.Key != 0))
        {
            batch.BatchCommands.Add(Statements.Sql(
                "select setval(pg_get_serial_sequence('tenants', 'key'), greatest((select max(key) from tenants), (select last_value from tenants_key_seq)))"));
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // A tenant that has a key keeps it: the sequence gives one to the others only.
    private static NpgsqlBatchCommand Write(Tenant tenant) => Statements.Sql(
        $"""
        insert into tenants ({(tenant.Key == 0 ? "" : "key, ")}id, name, is_active, time_zone, rate_per_second, rate_burst, created_at)
        values ({(tenant.Key == 0 ? "" : "$8, ")}$1, $2, $3, $4, $5, $6, $7)
        on conflict (id) do update set name = $2, is_active = $3, time_zone = $4, rate_per_second = $5, rate_burst = $6
        """)
        .With(tenant.Id).With(tenant.Name).With(tenant.IsActive).With(tenant.TimeZone)
        .WithOrNull(tenant.Rate?.PerSecond).WithOrNull(tenant.Rate?.Burst).With(tenant.CreatedAt.UnixMicroseconds)
        .WithKey(tenant.Key);

    private static NpgsqlBatchCommand WithKey(this NpgsqlBatchCommand statement, int key) => key == 0 ? statement : statement.With(key);

    private static NpgsqlBatchCommand Write(ApiKey key) => Statements.Sql(
        """
        insert into api_keys (id, tenant_id, is_live, name, scopes, hash, prefix, expires_at, revoked_at, created_at, last_used_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (id) do update set name = $4, scopes = $5, expires_at = $8, revoked_at = $9, last_used_at = $11
        """)
        .With(key.Id).WithOrNull(key.TenantId).With(key.IsLive).With(key.Name).With(string.Join(' ', key.Scopes)).With(key.Hash).With(key.Prefix)
        .WithOrNull(key.ExpiresAt?.UnixMicroseconds).WithOrNull(key.RevokedAt?.UnixMicroseconds).With(key.CreatedAt.UnixMicroseconds)
        .WithOrNull(key.LastUsedAt?.UnixMicroseconds);
}
