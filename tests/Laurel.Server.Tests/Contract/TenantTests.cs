using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>The operator's endpoints. Source: laurel-api.md "Operator".</summary>
[Collection(OneServer.Name)]
public sealed class TenantTests(RunningServer server)
{
    private static readonly string[] _tenantMembers = ["tenant_id", "name", "status", "time_zone", "participant_rate", "created_at"];
    private static readonly string[] _keyMembers = ["key_id", "name", "environment", "scopes", "prefix", "expires_at", "revoked_at", "created_at", "last_used_at"];

    [Fact]
    public async Task A_tenant_is_made_read_changed_and_listed()
    {
        var made = await server.Operator.PostAsync(Api.Tenants, """{"name":"Acme","time_zone":"Europe/Berlin","participant_rate":{"per_second":10,"burst":100}}""");
        Assert.True(made.Status == 201, made.ToString());
        Expect.Members(made.Json, _tenantMembers);
        Assert.Matches(Expect.UlidPattern(), made["tenant_id"]!);
        Assert.Equal(("Acme", "active", "Europe/Berlin"), (made["name"], made["status"], made["time_zone"]));
        Assert.Equal("""{"per_second":10,"burst":100}""", made.Json.GetProperty("participant_rate").GetRawText());

        var path = $"{Api.Tenants}/{made["tenant_id"]}";
        Assert.Equal(made.Text, (await server.Operator.GetAsync(path)).Text);

        var changed = await server.Operator.PatchAsync(path, """{"name":"Acme & Sons","time_zone":"America/New_York","participant_rate":{"per_second":0,"burst":1}}""");
        Assert.True(changed.Status == 200, changed.ToString());
        Assert.Equal(("Acme & Sons", "active", "America/New_York"), (changed["name"], changed["status"], changed["time_zone"]));
        Assert.Equal(0, changed.Json.GetProperty("participant_rate").GetProperty("per_second").GetDouble());
        Assert.Equal(changed.Text, (await server.Operator.GetAsync(path)).Text);

        var listed = (await server.Operator.GetAsync($"{Api.Tenants}?page_size=100")).Json;
        Expect.Members(listed, "tenants", "total", "page", "page_size");
        Assert.True(listed.GetProperty("total").GetInt32() >= 2);
    }

    [Theory]
    [InlineData("{}", "/name")]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"name":"x","time_zone":"Mars/Olympus"}""", "/time_zone")]
    public async Task A_bad_tenant_is_422(string body, string pointer) => Expect.Unprocessable(await server.Operator.PostAsync(Api.Tenants, body), pointer);

    [Fact]
    public async Task A_bad_change_is_422_and_an_unknown_tenant_404()
    {
        var tenant = await server.NewTenantAsync();

        Expect.Unprocessable(await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"status":"asleep"}"""), "/status");
        Expect.Problem(await server.Operator.GetAsync($"{Api.Tenants}/01HZ0000000000000000000000"), 404, null);
        Expect.Problem(await server.Operator.PatchAsync($"{Api.Tenants}/01HZ0000000000000000000000", """{"name":"x"}"""), 404, null);
        Expect.Problem(await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/01HZ0000000000000000000000"), 404, null);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("live")]
    public async Task A_key_is_shown_once(string environment)
    {
        var tenant = await server.NewTenantAsync();

        var made = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, environment, """["participant"]""");

        Expect.Members(made.Json, [.. _keyMembers, "key"]);
        Assert.Matches($"^bq_{environment}_[0-9a-f]{{32}}$", made["key"]!);
        Assert.Equal(made["key"]![..12], made["prefix"]);
        Assert.Equal(environment, made["environment"]);
        Assert.Equal("""["participant"]""", made.Json.GetProperty("scopes").GetRawText());
        foreach (var name in (string[])["expires_at", "revoked_at", "last_used_at"])
        {
            Assert.Equal(JsonValueKind.Null, made.Json.GetProperty(name).ValueKind);
        }

        var listed = await server.Operator.GetAsync($"{Api.Tenants}/{tenant.Id}/keys");
        Assert.True(listed.Status == 200, listed.ToString());
        Assert.DoesNotContain(made["key"]!, listed.Text, StringComparison.Ordinal);
        var entry = Assert.Single(listed.Json.GetProperty("keys").EnumerateArray(), key => key.GetProperty("key_id").GetString() == made["key_id"]);
        Expect.Members(entry, _keyMembers);
    }

    [Fact]
    public async Task A_revoked_key_stays_listed_with_its_time()
    {
        var tenant = await server.NewTenantAsync();
        var made = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, "test", """["participant"]""");

        Assert.Equal(204, (await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{made["key_id"]}")).Status);

        var keys = (await server.Operator.GetAsync($"{Api.Tenants}/{tenant.Id}/keys")).Json.GetProperty("keys").EnumerateArray();
        var entry = Assert.Single(keys, key => key.GetProperty("key_id").GetString() == made["key_id"]);
        Assert.Equal(JsonValueKind.String, entry.GetProperty("revoked_at").ValueKind);
    }

    [Theory]
    [InlineData("""{"name":"web","environment":"staging","scopes":["participant"]}""", "/environment")]
    [InlineData("""{"name":"web","environment":"test","scopes":["everything"]}""", "/scopes/0")]
    [InlineData("""{"name":"web","environment":"test","scopes":["participant"],"expires_at":"soon"}""", "/expires_at")]
    public async Task A_bad_key_is_422(string body, string pointer)
    {
        var tenant = await server.NewTenantAsync();

        Expect.Unprocessable(await server.Operator.PostAsync($"{Api.Tenants}/{tenant.Id}/keys", body), pointer);
    }
}
