using System.Collections.Frozen;
using System.Security.Cryptography;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Tenants;

/// <summary>When a key was last used, as this node saw it. Outlives the snapshots it stands in. Any thread.</summary>
internal sealed class KeyUse(Timestamp? stored)
{
    private const long NoteAfterMicroseconds = 1_000_000;
    private long _last = stored?.UnixMicroseconds ?? long.MinValue;

    /// <summary>The key's calls within a minute.</summary>
    public KeyCalls Calls { get; } = new();

    /// <summary>Last use; null for never.</summary>
    public Timestamp? Last => Volatile.Read(ref _last) is var last && last == long.MinValue ? null : new Timestamp(last);

    /// <summary>Notes a use, at most once a second: a key under load is not a line that all processors write.</summary>
    public void Note(Timestamp now)
    {
        var last = Volatile.Read(ref _last);
        if (last == long.MinValue || now.UnixMicroseconds - last >= NoteAfterMicroseconds)
        {
            Volatile.Write(ref _last, now.UnixMicroseconds);
        }
    }
}

/// <summary>A key that may be presented. <paramref name="Caller"/> is null for an operator's key.</summary>
internal sealed record RingKey(ApiKey Key, Caller? Caller, KeyUse Use)
{
    /// <summary>Whether the key is neither revoked nor expired at <paramref name="now"/>.</summary>
    public bool IsValidAt(Timestamp now) => Key.RevokedAt is null && (Key.ExpiresAt is not { } expiry || now < expiry);

    /// <summary>Whether the key may administer its environment.</summary>
    public bool IsAdmin { get; } = Key.Scopes.Contains("admin") || Key.Scopes.Contains("gamify:admin");
}

/// <summary>All tenants and keys at one moment. Never changes; a newer one takes its place. Any thread.</summary>
internal sealed class KeySnapshot
{
    public static readonly KeySnapshot Empty = new(Tenancy.Empty, null);

    private readonly FrozenDictionary<UInt128, RingKey> _byFinder;
    private readonly Dictionary<string, RingKey> _byId;
    private readonly Dictionary<string, Tenant> _tenants;

    /// <summary>Takes over from <paramref name="before"/> when its keys were last used.</summary>
    public KeySnapshot(Tenancy tenancy, KeySnapshot? before)
    {
        Tenancy = tenancy;
        _tenants = tenancy.Tenants.ToDictionary(tenant => tenant.Id, StringComparer.Ordinal);
        _byId = new Dictionary<string, RingKey>(StringComparer.Ordinal);
        foreach (var key in tenancy.Keys)
        {
            var use = before?.FindById(key.Id)?.Use ?? new KeyUse(key.LastUsedAt);
            if (key.TenantId is null)
            {
                _byId.Add(key.Id, new RingKey(key, null, use));
            }
            else if (_tenants.TryGetValue(key.TenantId, out var tenant))
            {
                _byId.Add(key.Id, new RingKey(key, new Caller(EnvironmentKey.Of(tenant.Key, key.IsLive), tenant, key), use));
            }
        }

        _byFinder = _byId.Values.ToFrozenDictionary(key => KeyText.Finder(key.Key.Hash));
    }

    /// <summary>What the store holds.</summary>
    public Tenancy Tenancy { get; }

    /// <summary>The key with this hash (32 bytes), valid or not; null when there is none.</summary>
    public RingKey? Find(ReadOnlySpan<byte> hash) =>
        _byFinder.TryGetValue(KeyText.Finder(hash), out var key) && CryptographicOperations.FixedTimeEquals(key.Key.Hash, hash) ? key : null;

    /// <summary>A key by its id; null when there is none.</summary>
    public RingKey? FindById(string id) => _byId.GetValueOrDefault(id);

    /// <summary>A tenant by its id; null when there is none.</summary>
    public Tenant? FindTenant(string id) => _tenants.GetValueOrDefault(id);

    /// <summary>Whether <paramref name="tenancy"/> decides every request as this snapshot does. What a key is never changes but for its revocation.</summary>
    public bool Holds(Tenancy tenancy)
    {
        if (tenancy.Tenants.Count != Tenancy.Tenants.Count || tenancy.Keys.Count != Tenancy.Keys.Count)
        {
            return false;
        }

        return tenancy.Tenants.All(tenant => FindTenant(tenant.Id) == tenant)
            && tenancy.Keys.All(key => FindById(key.Id) is { } known && known.Key.RevokedAt == key.RevokedAt && known.Key.ExpiresAt == key.ExpiresAt);
    }
}
