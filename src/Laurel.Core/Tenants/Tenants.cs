using Laurel.Facts;

namespace Laurel.Tenants;

/// <summary>
/// One environment of one tenant: the scope of participants, events, definitions and idempotency keys. It is twice the tenant's internal
/// key, plus one for <c>live</c>. Source: semantics §1.
/// </summary>
public readonly record struct EnvironmentKey(int Value)
{
    /// <summary>The environment of a tenant.</summary>
    public static EnvironmentKey Of(int tenantKey, bool live) => new((tenantKey * 2) + (live ? 1 : 0));

    /// <summary>The tenant's internal key.</summary>
    public int TenantKey => Value >> 1;

    /// <summary>Whether this is the <c>live</c> environment.</summary>
    public bool IsLive => (Value & 1) == 1;

    /// <summary><c>live</c> or <c>test</c>.</summary>
    public override string ToString() => IsLive ? "live" : "test";
}

/// <summary>Writes a participant may receive through the API: sustained per second, and how many at once. 0 per second = no cap (semantics §6).</summary>
public sealed record ParticipantRate(double PerSecond, int Burst);

/// <summary>A tenant. <paramref name="Key"/> is internal (0 = not stored yet), <paramref name="Id"/> a ULID for callers. A null rate is the server's default.</summary>
public sealed record Tenant(int Key, string Id, string Name, bool IsActive, string TimeZone, ParticipantRate? Rate, Timestamp CreatedAt);

/// <summary>
/// An API key. Only its SHA-256 (32 bytes) and its first 12 characters are kept (semantics §1). <paramref name="Scopes"/>: <c>participant</c>,
/// <c>admin</c>, <c>gamify:admin</c>. <paramref name="TenantId"/> is null for an operator's key.
/// </summary>
public sealed record ApiKey(
    string Id,
    string? TenantId,
    bool IsLive,
    string Name,
    IReadOnlyList<string> Scopes,
    byte[] Hash,
    string Prefix,
    Timestamp? ExpiresAt,
    Timestamp? RevokedAt,
    Timestamp CreatedAt,
    Timestamp? LastUsedAt)
{
    /// <summary>Whether the key belongs to the operator of the whole server.</summary>
    public bool IsOperator => TenantId is null;
}

/// <summary>Tenants and keys, all of them or those that a write changes.</summary>
public sealed record Tenancy(IReadOnlyList<Tenant> Tenants, IReadOnlyList<ApiKey> Keys)
{
    /// <summary>Nothing.</summary>
    public static readonly Tenancy Empty = new([], []);
}
