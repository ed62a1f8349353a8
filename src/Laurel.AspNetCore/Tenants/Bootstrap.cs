using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Tenants;

/// <summary>The keys a first start makes, one of each kind, in the one moment in which they are known.</summary>
internal sealed record FirstKeys(string Operator, string Test, string Live);

/// <summary>
/// Brings a store to where it can be used: a tenant named <c>default</c>, the keys the configuration names, and on a store that has no key at
/// all one of each kind. Called at start, one step after the other. Source: semantics §1.
/// </summary>
internal sealed class Bootstrap(KeyRing ring, IReadOnlyList<string> adminKeys, IReadOnlyList<string> operatorKeys)
{
    /// <summary>Where the keys are.</summary>
    public KeyRing Ring => ring;

    private const string TenantName = "default";
    private const string ConfiguredName = "bootstrap";
    private const string FirstName = "first start";
    private static readonly string[] AllScopes = ["participant", "admin"];

    /// <summary>
    /// Before the server listens: makes the tenant where there is none, and adds the configured keys that are absent. A key that is there
    /// stays as it is, revoked or not.
    /// </summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var now = ring.Now;
        var tenant = DefaultTenant(await ring.ChangeAsync(
            before => before.Tenancy.Tenants.Count > 0
                ? Tenancy.Empty
                : new Tenancy([new Tenant(0, OperatorApi.NewId(now), TenantName, true, "UTC", null, now)], []),
            cancellationToken));
        await ring.ChangeAsync(
            before => new Tenancy(
                [],
                [.. adminKeys.Concat(operatorKeys)
                    .Distinct(StringComparer.Ordinal)
                    .Where(key => before.Find(KeyText.Hash(key)) is null)
                    .Select(key => NewKey(key, ConfiguredName, tenant.Id, now))]),
            cancellationToken);
    }

    /// <summary>
    /// Once the server listens: makes the first keys of a store that has none, unless the configuration names keys; null otherwise.
    /// Only now, so that a start that fails keeps no key that nobody has seen.
    /// </summary>
    public async Task<FirstKeys?> IssueFirstKeysAsync(CancellationToken cancellationToken)
    {
        if (adminKeys.Count > 0 || operatorKeys.Count > 0 || ring.Current.Tenancy.Keys.Count > 0)
        {
            return null;
        }

        var now = ring.Now;
        var keys = new FirstKeys(KeyText.Draw(KeyText.Operator), KeyText.Draw(KeyText.Test), KeyText.Draw(KeyText.Live));
        var tenant = DefaultTenant(ring.Current);

        // Of nodes that start at once, one makes them.
        var isFirst = false;
        await ring.ChangeAsync(
            before =>
            {
                isFirst = before.Tenancy.Keys.Count == 0;
                return !isFirst ? Tenancy.Empty : new Tenancy(
                    [],
                    [
                        NewKey(keys.Operator, FirstName, tenant.Id, now),
                        NewKey(keys.Test, FirstName, tenant.Id, now),
                        NewKey(keys.Live, FirstName, tenant.Id, now),
                    ]);
            },
            cancellationToken);
        return isFirst ? keys : null;
    }

    /// <summary>The tenant that configured keys and the demo program belong to: the oldest one, whatever it is called by now.</summary>
    public static Tenant DefaultTenant(KeySnapshot snapshot) =>
        snapshot.Tenancy.Tenants.MinBy(tenant => tenant.Key) ?? throw new InvalidOperationException("No tenant was made at start.");

    private static ApiKey NewKey(string text, string name, string tenantId, Timestamp now)
    {
        var isOperator = KeyText.IsOperatorKey(text);
        return OperatorApi.Keep(
            new ApiKey(
                "",
                isOperator ? null : tenantId,
                text.StartsWith(KeyText.Live, StringComparison.Ordinal),
                name,
                isOperator ? [] : AllScopes,
                [],
                "",
                null,
                null,
                now,
                null),
            text,
            now);
    }
}
