using System.Text.Json.Nodes;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>401 and 403, on every endpoint of the contract. Source: contract "Auth" and "Errors", semantics §1.</summary>
[Collection(OneServer.Name)]
public sealed class KeyTests(RunningServer server)
{
    private static readonly string _unknownKey = $"bq_live_{new string('0', 32)}";

    public static readonly TheoryData<string?> BadKeys = new(
        null, "", " ", "x", "bq_live_", "bq_test_xyz", _unknownKey, $"bq_test_{new string('0', 32)}", $"bq_prod_{new string('0', 32)}",
        $"{_unknownKey}0", _unknownKey.ToUpperInvariant(), $"Bearer {_unknownKey}", new string('k', 4000));

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task A_missing_malformed_or_unknown_key_is_401(string? key)
    {
        foreach (var reply in await EveryEndpointAsync(server.Live.With(key)))
        {
            Expect.Problem(reply, 401, "unauthorized");
        }
    }

    [Fact]
    public async Task A_key_is_exact()
    {
        var key = server.Live.Key!;
        string[] others = [key.ToUpperInvariant(), key[..^1], $"{key}0", $"{key[..^1]}{(key[^1] == '0' ? '1' : '0')}", key.Replace("live", "test", StringComparison.Ordinal)];
        foreach (var other in others)
        {
            Expect.Problem(await server.Live.With(other).PostEventAsync(Some.Event("p")), 401, "unauthorized");
        }
    }

    [Fact]
    public async Task An_operator_key_is_no_participant_key_and_the_other_way_round()
    {
        Expect.Problem(await server.Live.With(server.Process.OperatorKey).PostEventAsync(Some.Event("p")), 401, "unauthorized");
        Expect.Problem(await server.Operator.With(server.Live.Key).GetAsync(Api.Tenants), 401, "unauthorized");
        Expect.Problem(await server.Operator.With(null).GetAsync(Api.Tenants), 401, "unauthorized");
        Expect.Problem(await server.Operator.With($"bq_op_{new string('0', 32)}").GetAsync(Api.Tenants), 401, "unauthorized");
        Expect.Problem(await server.Live.With(server.Process.OperatorKey).GetAsync(Api.Tenants), 401, "unauthorized");
    }

    [Fact]
    public async Task A_revoked_key_is_401_within_a_second_or_so()
    {
        var tenant = await server.NewTenantAsync();
        var created = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, "live", """["participant"]""");
        var api = server.Live.With(created["key"]);
        Expect.Processed(await api.PostEventAsync(Some.Event("p")));

        Assert.Equal(204, (await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{created["key_id"]}")).Status);

        await Wait.UntilAsync("the revoked key is refused", async () => (await api.PostEventAsync(Some.Event("p"))).Status == 401);
        foreach (var reply in await EveryEndpointAsync(api))
        {
            Expect.Problem(reply, 401, "unauthorized");
        }

        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event("p")));
    }

    [Fact]
    public async Task A_key_works_until_it_expires()
    {
        var tenant = await server.NewTenantAsync();
        var expiresAt = DateTime.UtcNow.AddSeconds(3).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        var api = server.Live.With(await TestTenant.CreateKeyAsync(server.Operator, tenant.Id, "live", """["participant"]""", expiresAt));
        Expect.Processed(await api.PostEventAsync(Some.Event("p")));

        await Wait.UntilAsync("the key has expired", async () => (await api.PostEventAsync(Some.Event("p"))).Status == 401);

        foreach (var reply in await EveryEndpointAsync(api))
        {
            Expect.Problem(reply, 401, "unauthorized");
        }
    }

    [Fact]
    public async Task One_and_the_same_body_answers_every_bad_key()
    {
        var tenant = await server.NewTenantAsync();
        var created = await TestTenant.CreateKeyReplyAsync(server.Operator, tenant.Id, "live", """["participant"]""");
        await server.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{created["key_id"]}");
        var revoked = server.Live.With(created["key"]);
        await Wait.UntilAsync("the revoked key is refused", async () => (await revoked.PostEventAsync(Some.Event("p"))).Status == 401);

        Reply[] replies =
        [
            await revoked.PostEventAsync(Some.Event("p")),
            await server.Anonymous.PostEventAsync(Some.Event("p")),
            await server.Live.With("x").PostEventAsync(Some.Event("p")),
            await server.Live.With(_unknownKey).PostEventAsync(Some.Event("p")),
        ];

        Assert.Single(replies.Select(WithoutTraceId).Distinct());
    }

    [Fact]
    public async Task A_disabled_tenant_is_403_until_it_is_active_again()
    {
        var tenant = await server.NewTenantAsync();
        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event("p")));

        await SetStatusAsync(tenant, "disabled");
        await Wait.UntilAsync("the tenant is disabled", async () => (await tenant.Live.PostEventAsync(Some.Event("p"))).Status == 403);
        foreach (var api in (Api[])[tenant.Live, tenant.Admin, tenant.Participant])
        {
            foreach (var reply in await EveryEndpointAsync(api))
            {
                Expect.Problem(reply, 403, "forbidden");
            }
        }

        await SetStatusAsync(tenant, "active");
        await Wait.UntilAsync("the tenant is active", async () => (await tenant.Live.PostEventAsync(Some.Event("p"))).Status == 200);
    }

    [Fact]
    public async Task A_key_without_the_scope_admin_may_not_touch_the_program()
    {
        var tenant = await server.NewTenantAsync();

        Expect.Problem(await tenant.Participant.PutAsync(Api.Program, "{}"), 403, "forbidden");
        Expect.Problem(await tenant.Participant.GetAsync(Api.Program), 403, "forbidden");
        Assert.Equal(200, (await tenant.Admin.PutAsync(Api.Program, "{}")).Status);
    }

    private static async Task<Reply[]> EveryEndpointAsync(Api api) =>
    [
        await api.PostEventAsync(Some.Event("p")),
        await api.PostBatchAsync(Some.Event("p")),
        await api.HistoryAsync("p"),
        await api.StateAsync("p"),
        await api.FactsAsync("p"),
        await api.GetAsync(Api.Program),
        await api.PutAsync(Api.Program, "{}"),
    ];

    private static string WithoutTraceId(Reply reply)
    {
        var body = JsonNode.Parse(reply.Body)!.AsObject();
        body.Remove("trace_id");
        return body.ToJsonString();
    }

    private async Task SetStatusAsync(TestTenant tenant, string status)
    {
        var reply = await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", $$"""{"status":"{{status}}"}""");
        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal(status, reply["status"]);
    }
}
