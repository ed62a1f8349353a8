using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>What writes of single definitions do to the program's version: tags, dry runs, writers at once, the list of versions. Source: laurel-api.md "Program".</summary>
[Collection(OneServer.Name)]
public sealed class DefinitionVersionTests(RunningServer server)
{
    private const string Rules = "/api/v1/gamify/admin/point-rules";
    private const string Challenges = "/api/v1/gamify/admin/challenges";

    [Fact]
    public async Task Sixty_four_definitions_sent_at_once_are_all_kept()
    {
        var tenant = await server.NewTenantAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => tenant.Admin.PostAsync(Rules, Rule(i))));

        Assert.All(replies, reply => Assert.True(reply.Status == 201, reply.ToString()));
        Assert.Equal(Enumerable.Range(1, 64), replies.Select(reply => int.Parse(reply.Header("ETag")!.Trim('"'))).Order());
        var kept = (await tenant.Admin.GetAsync(Api.Program)).Json.GetProperty("point_rules").EnumerateArray().Select(rule => rule.GetProperty("code").GetString()).ToList();
        Assert.Equal(64, kept.Distinct().Count());
        Assert.Equal(64, kept.Count);
    }

    [Fact]
    public async Task Writers_of_different_definitions_and_of_the_whole_document_lose_nothing_of_each_other()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync($$"""{"point_rules":[{{string.Join(',', Enumerable.Range(0, 8).Select(Rule))}}]}""");

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).SelectMany(i => (Task<Reply>[])[
            tenant.Admin.PatchAsync($"{Rules}/r{i}", """{"amount":500}"""),
            tenant.Admin.PostAsync("/api/v1/gamify/admin/badges", $$"""{"code":"b{{i}}"}"""),
            tenant.Admin.PatchAsync($"{Rules}/r{i}", """{"name":"N"}""")]));

        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 201, reply.ToString()));
        var program = (await tenant.Admin.GetAsync(Api.Program)).Json;
        Assert.Equal(25, program.GetProperty("version").GetInt32());
        Assert.Equal(8, program.GetProperty("badges").GetArrayLength());
        Assert.All(program.GetProperty("point_rules").EnumerateArray(), rule => Assert.Equal((500, "N"), (rule.GetProperty("amount").GetInt32(), rule.GetProperty("name").GetString())));
    }

    [Fact]
    public async Task One_code_posted_by_many_is_made_once()
    {
        var tenant = await server.NewTenantAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tenant.Admin.PostAsync(Rules, Rule(1))));

        Assert.Single(replies, reply => reply.Status == 201);
        Assert.All(replies.Where(reply => reply.Status != 201), reply => Expect.Problem(reply, 409, "DEFINITION_EXISTS"));
    }

    [Fact]
    public async Task If_match_guards_every_write()
    {
        var tenant = await server.NewTenantAsync();
        (string, string)[] stale = [("If-Match", "\"1\"")];
        Assert.Equal(201, (await tenant.Admin.PostAsync(Rules, Rule(1), ("If-Match", "\"0\""))).Status);
        Assert.Equal(201, (await tenant.Admin.PostAsync(Rules, Rule(2), ("If-Match", "\"1\""))).Status);

        foreach (var reply in (Reply[])[
            await tenant.Admin.PostAsync(Rules, Rule(3), stale),
            await tenant.Admin.PostAsync(Rules, Rule(1), stale),
            await tenant.Admin.PostAsync($"{Rules}?dry_run=true", Rule(3), stale),
            await tenant.Admin.PutAsync($"{Rules}/r1", Rule(1), stale),
            await tenant.Admin.PatchAsync($"{Rules}/r1", """{"amount":2}""", stale),
            await tenant.Admin.DeleteAsync($"{Rules}/r1", stale)])
        {
            Expect.Problem(reply, 412, "PROGRAM_VERSION_MISMATCH");
            Assert.Equal("\"2\"", reply.Header("ETag"));
        }

        Assert.Equal(204, (await tenant.Admin.DeleteAsync($"{Rules}/r1", ("If-Match", "\"2\""))).Status);
        Assert.Equal(200, (await tenant.Admin.PatchAsync($"{Rules}/r1", """{"is_active":true}""", ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task A_dry_run_of_every_write_answers_the_changes_and_keeps_nothing()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule(1));

        Assert.Equal("point_rule r2 added", Change(await tenant.Admin.PostAsync($"{Rules}?dry_run=true", Rule(2))));
        Assert.Equal("point_rule r1 changed", Change(await tenant.Admin.PutAsync($"{Rules}/r1?dry_run=true", Rule(1).Replace("\"e\"", "\"f\"", StringComparison.Ordinal))));
        Assert.Equal("point_rule r1 changed", Change(await tenant.Admin.PatchAsync($"{Rules}/r1?dry_run=true", """{"amount":2}""")));
        Assert.Equal("point_rule r1 deactivated", Change(await tenant.Admin.DeleteAsync($"{Rules}/r1?dry_run=true")));
        Expect.Problem(await tenant.Admin.PostAsync($"{Rules}?dry_run=true", Rule(1)), 409, "DEFINITION_EXISTS");
        Expect.Unprocessable(await tenant.Admin.PostAsync($"{Rules}?dry_run=true", "{}"));
        Expect.Unprocessable(await tenant.Admin.DeleteAsync($"{Rules}/r1?dry_run=maybe"), "/dry_run");

        Assert.Equal("\"1\"", (await tenant.Admin.GetAsync(Rules)).Header("ETag"));
        Assert.Equal(Rule(1), (await tenant.Admin.GetAsync($"{Rules}/r1")).Text);

        static string Change(Reply reply)
        {
            Assert.True(reply.Status == 200, reply.ToString());
            Expect.Members(reply.Json, "version", "changes", "published_at");
            Assert.Equal((1, "\"1\""), (reply.Json.GetProperty("version").GetInt32(), reply.Header("ETag")));
            var change = Assert.Single(reply.Json.GetProperty("changes").EnumerateArray());
            return $"{change.GetProperty("kind").GetString()} {change.GetProperty("code").GetString()} {change.GetProperty("change").GetString()}";
        }
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_version()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule(1));

        foreach (var reply in (Reply[])[
            await tenant.Admin.PatchAsync($"{Rules}/r1", "{}"),
            await tenant.Admin.PatchAsync($"{Rules}/r1", """{"amount":1.0}"""),
            await tenant.Admin.PutAsync($"{Rules}/r1", Rule(1))])
        {
            Assert.Equal((200, Rule(1), "\"1\""), (reply.Status, reply.Text, reply.Header("ETag")));
        }
    }

    [Fact]
    public async Task The_changes_say_what_becomes_of_progress()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Challenges, """{"code":"c","objectives":[{"code":"a","event_name":"e","target":5},{"code":"b","event_name":"e","target":5}]}""");

        var dry = await tenant.Admin.PatchAsync(
            $"{Challenges}/c?dry_run=true", """{"objectives":[{"code":"a","event_name":"e","target":3},{"code":"c","event_name":"e","target":5}]}""");

        var change = Assert.Single(dry.Json.GetProperty("changes").EnumerateArray());
        Expect.Members(change, "kind", "code", "change", "progress");
        var progress = change.GetProperty("progress").EnumerateArray().ToList();
        Assert.All(progress, effect => Expect.Members(effect, "objective", "effect", "note"));
        Assert.Equal(["b lost", "a kept", "c new"], progress.Select(effect => $"{effect.GetProperty("objective").GetString()} {effect.GetProperty("effect").GetString()}"));
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_with_who_and_when_and_each_can_be_read()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync("{}");
        var second = await tenant.Admin.PutAsync(Api.Program, """{"badges":[{"code":"b"}]}""");
        await tenant.Admin.DeleteAsync("/api/v1/gamify/admin/badges/b");

        var page = await tenant.Admin.GetAsync($"{Api.Program}/versions?page_size=2");

        Assert.True(page.Status == 200, page.ToString());
        Expect.Members(page.Json, "versions", "total", "page", "page_size");
        Assert.Equal(3, page.Json.GetProperty("total").GetInt32());
        var versions = page.Json.GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal([3, 2], versions.Select(version => version.GetProperty("version").GetInt32()));
        Assert.All(versions, version => Expect.Members(version, "version", "published_at", "published_by"));
        Assert.Equal(second["published_at"], versions[1].GetProperty("published_at").GetString());
        var keys = (await server.Operator.GetAsync($"{Api.Tenants}/{tenant.Id}/keys")).Json.GetProperty("keys").EnumerateArray();
        Assert.Contains(keys, key => key.GetProperty("key_id").GetString() == versions[0].GetProperty("published_by").GetString());

        var kept = await tenant.Admin.GetAsync($"{Api.Program}/versions/2");
        Assert.Equal((200, """{"version":2,"badges":[{"code":"b"}]}""", "\"2\""), (kept.Status, kept.Text, kept.Header("ETag")));
        Assert.Equal((await tenant.Admin.GetAsync(Api.Program)).Text, (await tenant.Admin.GetAsync($"{Api.Program}/versions/3")).Text);
    }

    [Fact]
    public async Task Versions_belong_to_their_environment()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await tenant.PublishAsync("{}");

        foreach (var stranger in (Api[])[other.Admin, tenant.Live])
        {
            Assert.Equal("""{"versions":[],"total":0,"page":1,"page_size":50}""", (await stranger.GetAsync($"{Api.Program}/versions")).Text);
            Expect.Problem(await stranger.GetAsync($"{Api.Program}/versions/1"), 404, "PROGRAM_VERSION_NOT_FOUND");
        }

        Expect.Problem(await tenant.Participant.GetAsync($"{Api.Program}/versions"), 403, "forbidden");
        Expect.Problem(await tenant.Participant.GetAsync($"{Api.Program}/versions/1"), 403, "forbidden");
        Expect.Unprocessable(await tenant.Admin.GetAsync($"{Api.Program}/versions?page=none"), "/page");
        foreach (var none in (string[])["0", "2", "-1", "01", "%2B1", "1.0", "99999999999", "x", "%F0%9F%8E%89"])
        {
            Expect.Problem(await tenant.Admin.GetAsync($"{Api.Program}/versions/{none}"), 404, "PROGRAM_VERSION_NOT_FOUND");
        }
    }

    [Fact]
    public async Task The_demo_program_was_published_by_bootstrap()
    {
        var versions = (await server.Test.GetAsync($"{Api.Program}/versions?page_size=100")).Json;

        Assert.Equal("bootstrap", versions.GetProperty("versions").EnumerateArray().Last().GetProperty("published_by").GetString());
    }

    [Fact]
    public async Task A_changed_zone_of_program_or_tenant_is_told_and_makes_a_version()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync("{}");

        var named = await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", """{"time_zone":"Asia/Kolkata"}""");
        Assert.Equal("time_zone Asia/Kolkata added kept", Zone(named));
        Assert.Contains("clock of Europe/Berlin; Asia/Kolkata", named.Text, StringComparison.Ordinal);
        Assert.Equal("time_zone Europe/Berlin added ", Zone(await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", """{"time_zone":"Europe/Berlin"}""")));

        Assert.Equal(200, (await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"time_zone":"UTC"}""")).Status);
        await Wait.UntilAsync("the key knows the tenant's new zone", async () =>
            (await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", "{}")).Json.GetProperty("changes").GetArrayLength() == 1);
        var again = await tenant.Admin.PutAsync(Api.Program, "{}");
        Assert.Equal(("time_zone UTC changed kept", 2), (Zone(again), again.Json.GetProperty("version").GetInt32()));
        Assert.Empty((await tenant.Admin.PutAsync(Api.Program, "{}")).Json.GetProperty("changes").EnumerateArray());

        static string Zone(Reply reply)
        {
            var change = Assert.Single(reply.Json.GetProperty("changes").EnumerateArray());
            var effects = change.TryGetProperty("progress", out var progress) ? progress.EnumerateArray().Select(effect => effect.GetProperty("effect").GetString()) : [];
            return $"{change.GetProperty("kind").GetString()} {change.GetProperty("code").GetString()} {change.GetProperty("change").GetString()} {string.Join(',', effects)}";
        }
    }

    private static string Rule(int number) => $$"""{"code":"r{{number}}","event_name":"e","amount":{{Math.Max(1, number)}}}""";
}
