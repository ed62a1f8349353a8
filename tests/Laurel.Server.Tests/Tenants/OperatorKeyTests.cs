using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Tenants;

/// <summary>Operator keys, and how soon the operator's changes hold on the node that made them. Source: semantics §1.</summary>
public sealed class OperatorKeyTests
{
    private const string Keys = "/api/v1/operator/keys";

    [Fact]
    public async Task An_operator_key_is_rotated_and_the_old_one_revoked_for_good()
    {
        await using var server = new LaurelServer();
        var old = server.OperatorKey;
        var young = $"bq_op_{new string('a', 32)}";
        server.Settings["Laurel__Bootstrap__OperatorKey"] = $"{old},{young}";
        await server.StartAsync();
        Assert.Equal(200, (await server.Operator.With(old).GetAsync(Api.Tenants)).Status);

        var listed = (await server.Operator.With(young).GetAsync(Keys)).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(2, listed.Count);
        Assert.All(listed, key => Expect.Members(key, "key_id", "name", "prefix", "revoked_at", "created_at", "last_used_at"));
        var oldId = IdOf(listed, old);
        Expect.Problem(await server.Operator.With(young).DeleteAsync($"{Keys}/{IdOf(listed, young)}"), 409, "KEY_IN_USE");
        Assert.Equal(204, (await server.Operator.With(young).DeleteAsync($"{Keys}/{oldId}")).Status);

        Expect.Problem(await server.Operator.With(old).GetAsync(Api.Tenants), 401, "unauthorized");
        Expect.Problem(await server.Operator.With(young).DeleteAsync($"{Keys}/01HZ0000000000000000000000"), 404, "KEY_NOT_FOUND");

        // The old key still stands in the configuration: it is ensured, not raised from the dead.
        await server.TerminateAsync();
        await server.StartAsync();
        Expect.Problem(await server.Operator.With(old).GetAsync(Api.Tenants), 401, "unauthorized");
        Assert.Equal(200, (await server.Operator.With(young).GetAsync(Api.Tenants)).Status);
    }

    [Fact]
    public async Task A_change_holds_for_the_very_next_call()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        var made = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, "test", """["participant"]""");
        var api = server.Test.With(made["key"]);
        Expect.Processed(await api.PostEventAsync(Some.Event("p")));

        await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{made["key_id"]}");
        Expect.Problem(await api.PostEventAsync(Some.Event("p")), 401, "unauthorized");

        await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"status":"disabled"}""");
        Expect.Problem(await tenant.Live.PostEventAsync(Some.Event("p")), 403, "forbidden");

        await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"status":"active"}""");
        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event("p")));
    }

    [Fact]
    public async Task One_and_the_same_body_answers_every_bad_key_expired_ones_and_operator_keys_among_them()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        var expired = await TestTenant.CreateKeyAsync(server.Operator, tenant.Id, "live", """["participant"]""", "2020-01-01T00:00:00Z");
        var revoked = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, "live", """["participant"]""");
        await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{revoked["key_id"]}");

        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in (string?[])[null, "", "x", $"bq_live_{new string('0', 32)}", expired, revoked["key"], server.OperatorKey])
        {
            var reply = await server.Test.With(key).PostEventAsync(Some.Event("p"));
            Expect.Problem(reply, 401, "unauthorized");
            Assert.NotNull(reply.Header("WWW-Authenticate"));
            var body = JsonNode.Parse(reply.Body)!.AsObject();
            body.Remove("trace_id");
            bodies.Add(body.ToJsonString());
        }

        Assert.Single(bodies);
    }

    [Fact]
    public async Task A_last_use_is_shown_and_survives_a_restart()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event("p")));
        var before = await LastUseAsync(server, tenant);
        Assert.Equal(JsonValueKind.String, before.ValueKind);

        Assert.Equal(0, await server.TerminateAsync());
        await server.StartAsync();

        Assert.Equal(before.GetString(), (await LastUseAsync(server, tenant)).GetString());
    }

    private static async Task<JsonElement> LastUseAsync(LaurelServer server, TestTenant tenant)
    {
        var keys = (await server.Operator.GetAsync($"{Api.Tenants}/{tenant.Id}/keys")).Json.GetProperty("keys").EnumerateArray();
        return keys.Single(key => key.GetProperty("environment").GetString() == "live").GetProperty("last_used_at");
    }

    private static string IdOf(List<JsonElement> keys, string key) =>
        keys.Single(entry => entry.GetProperty("prefix").GetString() == key[..12]).GetProperty("key_id").GetString()!;
}
