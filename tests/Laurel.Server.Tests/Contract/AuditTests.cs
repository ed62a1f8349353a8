using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Who changed what is noted across all that administrators and operators write. Source: semantics §12, issue "audit log".</summary>
[Collection(OneServer.Name)]
public sealed class AuditTests(RunningServer server)
{
    private const string Log = "/api/v1/gamify/admin/audit-log";
    private const string OperatorLog = "/api/v1/operator/audit-log";
    private const string Badges = "/api/v1/gamify/admin/badges";

    [Fact]
    public async Task Every_write_that_succeeded_is_noted_with_who_when_what_and_how_it_ended()
    {
        var tenant = await server.NewTenantAsync();
        var before = DateTimeOffset.UtcNow;

        var published = await tenant.Admin.PutAsync(Api.Program, """{"badges":[{"code":"first","name":"First"}]}""");
        Assert.Equal(201, (await tenant.Admin.PostAsync(Badges, """{"code":"second","name":"Second"}""")).Status);
        Assert.Equal(200, (await tenant.Admin.PatchAsync($"{Badges}/second", """{"name":"Zweite"}""")).Status);
        Assert.Equal(204, (await tenant.Admin.DeleteAsync($"{Badges}/first")).Status);

        var page = await LogAsync(tenant.Admin);
        Assert.Equal(4, page.GetProperty("total").GetInt32());
        Assert.Equal(
            [
                $"DELETE {Badges}/{{code}} {Badges}/first 204", $"PATCH {Badges}/{{code}} {Badges}/second 200", $"POST {Badges} {Badges}/second 201", $"PUT {Api.Program} {Api.Program} 200",
            ],
            Entries(page).Select(Shown));
        foreach (var entry in Entries(page))
        {
            Expect.Members(entry, "at", "actor", "method", "route", "path", "status", "trace_id");
            Assert.InRange(entry.GetProperty("at").GetDateTimeOffset(), before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
            Assert.StartsWith(entry.GetProperty("actor").GetProperty("prefix").GetString()!, tenant.Admin.Key!, StringComparison.Ordinal);
            Assert.NotEqual("", entry.GetProperty("trace_id").GetString());
        }

        Assert.Equal(200, published.Status);
        Assert.Equal(0, (await LogAsync(tenant.Live)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_failed_what_was_only_tried_and_what_was_only_read_is_not_noted()
    {
        var tenant = await server.NewTenantAsync();

        Assert.Equal(422, (await tenant.Admin.PostAsync(Badges, "{}")).Status);
        Assert.Equal(404, (await tenant.Admin.DeleteAsync($"{Badges}/nothing")).Status);
        Assert.Equal(403, (await tenant.Participant.PutAsync(Api.Program, "{}")).Status);
        Assert.Equal(200, (await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", "{}")).Status);
        Assert.Equal(200, (await tenant.Admin.GetAsync(Badges)).Status);
        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("p")));

        Assert.Equal(0, (await LogAsync(tenant.Admin)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_log_is_narrowed_by_actor_and_by_day()
    {
        var tenant = await server.NewTenantAsync();
        var second = server.Test.With(await TestTenant.CreateKeyAsync(server.Operator, tenant.Id, "test", """["admin"]"""));
        await tenant.Admin.PostAsync(Badges, """{"code":"a","name":"A"}""");
        await second.PostAsync(Badges, """{"code":"b","name":"B"}""");
        var all = Entries(await LogAsync(tenant.Admin));
        var keyId = all[0].GetProperty("actor").GetProperty("key_id").GetString();
        Assert.NotEqual(keyId, all[1].GetProperty("actor").GetProperty("key_id").GetString());

        Assert.Equal([Shown(all[0])], Entries(await LogAsync(tenant.Admin, $"?actor={keyId}")).Select(Shown));
        Assert.Equal([Shown(all[1])], Entries(await LogAsync(tenant.Admin, "?page=2&page_size=1")).Select(Shown));
        Assert.Empty(Entries(await LogAsync(tenant.Admin, "?actor=nobody")));
        Assert.Empty(Entries(await LogAsync(tenant.Admin, "?to_date=2020-01-01")));
        Assert.Equal(2, Entries(await LogAsync(tenant.Admin, "?from_date=2020-01-01")).Count);
        var refused = await tenant.Admin.GetAsync($"{Log}?actor=&from_date=today&page=0");
        Expect.Problem(refused, 422, "unprocessable_entity");
        Assert.Equal(3, refused.Json.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task Operators_have_a_log_of_their_own()
    {
        var tenant = await server.NewTenantAsync();

        var page = (await server.Operator.GetAsync($"{OperatorLog}?page_size=100&actor=bootstrap")).Json;

        var shown = Entries(page).Select(Shown).ToList();
        Assert.Contains($"POST /api/v1/operator/tenants /api/v1/operator/tenants/{tenant.Id} 201", shown);
        Assert.Contains($"POST /api/v1/operator/tenants/{{tenant_id}}/keys /api/v1/operator/tenants/{tenant.Id}/keys 201", shown);
        Expect.Problem(await tenant.Admin.GetAsync(OperatorLog), 401, "unauthorized");
    }

    private static async Task<JsonElement> LogAsync(Api api, string query = "")
    {
        var reply = await api.GetAsync(Log + query);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply.Json;
    }

    private static List<JsonElement> Entries(JsonElement page) => [.. page.GetProperty("entries").EnumerateArray()];

    private static string Shown(JsonElement entry) =>
        $"{entry.GetProperty("method")} {entry.GetProperty("route")} {entry.GetProperty("path")} {entry.GetProperty("status")}";
}
