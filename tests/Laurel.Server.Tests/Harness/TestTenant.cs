using System.Text.Json;

namespace Laurel.Server.Tests.Harness;

/// <summary>A tenant of a test's own, made through the operator's endpoints: no program, no participants, its own rate.</summary>
public sealed record TestTenant(string Id, Api Admin, Api Live, Api Participant)
{
    public const string NoCap = """{"per_second":0,"burst":100}""";

    /// <summary>
    /// A new tenant with three keys: <see cref="Admin"/> (test, scopes participant and admin), <see cref="Live"/> (live, participant and admin) and
    /// <see cref="Participant"/> (test, participant only). <paramref name="rate"/> is its <c>participant_rate</c>.
    /// </summary>
    public static async Task<TestTenant> CreateAsync(Api operatorApi, Api anyApi, string rate = NoCap)
    {
        var tenant = await operatorApi.PostAsync(Api.Tenants, $$"""{"name":"Acme","time_zone":"Europe/Berlin","participant_rate":{{rate}}}""");
        Assert.True(tenant.Status == 201, tenant.ToString());
        var id = tenant["tenant_id"]!;
        return new TestTenant(
            id,
            anyApi.With(await CreateKeyAsync(operatorApi, id, "test", """["participant","admin"]""")),
            anyApi.With(await CreateKeyAsync(operatorApi, id, "live", """["participant","admin"]""")),
            anyApi.With(await CreateKeyAsync(operatorApi, id, "test", """["participant"]""")));
    }

    /// <summary>Makes a key and returns it.</summary>
    public static async Task<string> CreateKeyAsync(Api operatorApi, string tenantId, string environment, string scopes, string? expiresAt = null) =>
        (await CreateKeyReplyAsync(operatorApi, tenantId, environment, scopes, expiresAt))["key"]!;

    /// <summary>Makes a key and returns the whole answer.</summary>
    public static async Task<Reply> CreateKeyReplyAsync(Api operatorApi, string tenantId, string environment, string scopes, string? expiresAt = null)
    {
        var key = await operatorApi.PostAsync(
            $"{Api.Tenants}/{tenantId}/keys",
            $$"""{"name":"web","environment":"{{environment}}","scopes":{{scopes}},"expires_at":{{JsonSerializer.Serialize(expiresAt)}}}""");
        Assert.True(key.Status == 201, key.ToString());
        return key;
    }

    /// <summary>Publishes a program in <c>test</c>.</summary>
    public async Task PublishAsync(string program)
    {
        var published = await Admin.PutAsync(Api.Program, program);
        Assert.True(published.Status == 200, published.ToString());
    }
}
