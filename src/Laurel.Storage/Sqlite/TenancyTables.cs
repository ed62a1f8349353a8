using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>tenants</c> and <c>api_keys</c>.</summary>
internal static class TenancyTables
{
    public static Tenancy Read(Connection connection)
    {
        var tenants = new List<Tenant>();
        var select = connection.Prepare("select key, id, name, is_active, time_zone, rate_per_second, rate_burst, created_at from tenants order by key");
        while (select.Step())
        {
            var rate = select.IsNull(5) ? null : new ParticipantRate(select.Double(5), select.Int(6));
            tenants.Add(new Tenant(select.Int(0), select.Text(1), select.Text(2), select.Int(3) != 0, select.Text(4), rate, new Timestamp(select.Long(7))));
        }

        select.Reset();
        return new Tenancy(tenants, ReadKeys(connection));
    }

    public static void Write(Connection connection, Tenancy changes)
    {
        foreach (var tenant in changes.Tenants)
        {
            connection.Prepare(
                """
                insert into tenants (key, id, name, is_active, time_zone, rate_per_second, rate_burst, created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                on conflict (id) do update set name = ?3, is_active = ?4, time_zone = ?5, rate_per_second = ?6, rate_burst = ?7
                """)
                .Bind(1, tenant.Key == 0 ? null : tenant.Key).Bind(2, tenant.Id).Bind(3, tenant.Name).Bind(4, tenant.IsActive ? 1 : 0)
                .Bind(5, tenant.TimeZone).Bind(6, tenant.Rate?.PerSecond).Bind(7, tenant.Rate?.Burst).Bind(8, tenant.CreatedAt.UnixMicroseconds).Run();
        }

        foreach (var key in changes.Keys)
        {
            connection.Prepare(
                """
                insert into api_keys (id, tenant_id, is_live, name, scopes, hash, prefix, expires_at, revoked_at, created_at, last_used_at)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                on conflict (id) do update set name = ?4, scopes = ?5, expires_at = ?8, revoked_at = ?9, last_used_at = ?11
                """)
                .Bind(1, key.Id).Bind(2, key.TenantId).Bind(3, key.IsLive ? 1 : 0).Bind(4, key.Name).Bind(5, string.Join(' ', key.Scopes)).BindBlob(6, key.Hash)
                .Bind(7, key.Prefix).Bind(8, key.ExpiresAt?.UnixMicroseconds).Bind(9, key.RevokedAt?.UnixMicroseconds)
                .Bind(10, key.CreatedAt.UnixMicroseconds).Bind(11, key.LastUsedAt?.UnixMicroseconds).Run();
        }
    }

    private static List<ApiKey> ReadKeys(Connection connection)
    {
        var keys = new List<ApiKey>();
        var select = connection.Prepare(
            "select id, tenant_id, is_live, name, scopes, hash, prefix, expires_at, revoked_at, created_at, last_used_at from api_keys order by created_at, id");
        while (select.Step())
        {
            keys.Add(new ApiKey(
                select.Text(0),
                select.TextOrNull(1),
                select.Int(2) != 0,
                select.Text(3),
                select.Text(4).Split(' ', StringSplitOptions.RemoveEmptyEntries),
                select.Bytes(5).ToArray(),
                select.Text(6),
                TimeOrNull(select, 7),
                TimeOrNull(select, 8),
                new Timestamp(select.Long(9)),
                TimeOrNull(select, 10)));
        }

        select.Reset();
        return keys;
    }

    private static Timestamp? TimeOrNull(Statement select, int column) => select.LongOrNull(column) is { } time ? new Timestamp(time) : null;
}
