using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Definitions;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Definitions one at a time: make, read, list, change, deactivate. Source: gamification-api.md "Admin definitions", program.md.</summary>
[Collection(OneServer.Name)]
public sealed class DefinitionTests(RunningServer server)
{
    private const string Rules = "/api/v1/gamify/admin/point-rules";
    private const string Badges = "/api/v1/gamify/admin/badges";
    private const string Rule = """{"code":"spend","event_name":"purchase_completed","amount":5}""";

    public static TheoryData<string> Routes => [.. DefinitionSection.All.Select(section => section.Route)];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task The_example_of_every_section_is_made_read_listed_changed_and_deactivated(string route)
    {
        var section = DefinitionSection.All.Single(section => section.Route == route);
        var example = (await server.Anonymous.GetAsync(ReferenceApi.DocumentRoute)).Json.GetProperty("paths").GetProperty(section.Path)
            .GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example");
        var tenant = await server.NewTenantAsync();
        var code = example.GetProperty("code").GetString()!;

        var made = await tenant.Admin.PostAsync(section.Path, example.GetRawText());
        Assert.True(made.Status == 201, made.ToString());
        Same(example, made.Json);
        Assert.Equal((section.PathOf(code), "\"1\""), (made.Header("Location"), made.Header("ETag")));

        var read = await tenant.Admin.GetAsync(section.PathOf(code));
        Assert.Equal((200, made.Text, "\"1\""), (read.Status, read.Text, read.Header("ETag")));

        var listed = await tenant.Admin.GetAsync(section.Path);
        Assert.Equal((200, "\"1\""), (listed.Status, listed.Header("ETag")));
        Expect.Members(listed.Json, section.Name, "total", "page", "page_size");
        Same(example, Assert.Single(listed.Json.GetProperty(section.Name).EnumerateArray()));
        Assert.Equal((1, 1, 50), (Number(listed.Json, "total"), Number(listed.Json, "page"), Number(listed.Json, "page_size")));

        var changed = await tenant.Admin.PatchAsync(section.PathOf(code), """{"name":"Another name"}""");
        Assert.True(changed.Status == 200, changed.ToString());
        Assert.Equal(("Another name", "\"2\""), (changed["name"], changed.Header("ETag")));

        var replaced = await tenant.Admin.PutAsync(section.PathOf(code), example.GetRawText());
        Assert.Equal((200, made.Text, "\"3\""), (replaced.Status, replaced.Text, replaced.Header("ETag")));

        var gone = await tenant.Admin.DeleteAsync(section.PathOf(code));
        Assert.Equal((204, 0, "\"4\""), (gone.Status, gone.Body.Length, gone.Header("ETag")));
        Assert.False((await tenant.Admin.GetAsync(section.PathOf(code))).Json.GetProperty("is_active").GetBoolean());
        Assert.Equal("\"4\"", (await tenant.Admin.DeleteAsync(section.PathOf(code))).Header("ETag"));
    }

    [Fact]
    public async Task A_definition_governs_the_next_event_and_stands_in_the_program()
    {
        var (tenant, participant) = (await server.NewTenantAsync(), Some.Participant());

        await tenant.Admin.PostAsync(Rules, Rule);
        Assert.Equal(5, await GrantedAsync());
        await tenant.Admin.PatchAsync($"{Rules}/spend", """{"amount":7}""");
        Assert.Equal(7, await GrantedAsync());
        Assert.Equal(7, (await tenant.Admin.GetAsync(Api.Program)).Json.GetProperty("point_rules")[0].GetProperty("amount").GetInt32());
        await tenant.Admin.DeleteAsync($"{Rules}/spend");
        Assert.Equal(0, await GrantedAsync());

        async Task<int> GrantedAsync() => (await tenant.Participant.PostEventAsync(Some.Event(participant))).Json.GetProperty("rewards_granted").EnumerateArray()
            .Sum(reward => reward.GetProperty("amount").GetInt32());
    }

    [Fact]
    public async Task A_patch_merges_objects_removes_what_is_null_and_replaces_lists()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(
            Rules,
            """{"code":"spend","name":"Spend","event_name":"e","where":{"property":"properties.a","op":"in","value":[1,2]},"amount":{"property":"properties.n","min":1,"max":9}}""");

        var reply = await tenant.Admin.PatchAsync($"{Rules}/spend", """{"name":null,"where":{"value":[3]},"amount":{"min":null,"round":"up"}}""");

        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal(
            """{"code":"spend","event_name":"e","where":{"property":"properties.a","op":"in","value":[3]},"amount":{"property":"properties.n","max":9,"round":"up"}}""",
            reply.Text);
    }

    [Fact]
    public async Task A_code_exists_once_and_never_changes()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule);

        var again = await tenant.Admin.PostAsync(Rules, Rule);
        Expect.Problem(again, 409, "DEFINITION_EXISTS");
        Assert.Equal("\"1\"", again.Header("ETag"));
        await tenant.Admin.DeleteAsync($"{Rules}/spend");
        var inactive = await tenant.Admin.PostAsync(Rules, Rule);
        Expect.Problem(inactive, 409, "DEFINITION_EXISTS");
        Assert.Contains("not active", inactive["detail"], StringComparison.Ordinal);

        Expect.Unprocessable(await tenant.Admin.PatchAsync($"{Rules}/spend", """{"code":"other"}"""), "/code");
        Expect.Unprocessable(await tenant.Admin.PatchAsync($"{Rules}/spend", """{"code":null}"""), "/code");
        Expect.Unprocessable(await tenant.Admin.PutAsync($"{Rules}/spend", Rule.Replace("spend", "other", StringComparison.Ordinal)), "/code");
        Assert.Equal(200, (await tenant.Admin.PutAsync($"{Rules}/spend", """{"event_name":"e","amount":1}""")).Status);
        Assert.Equal("""{"code":"spend","event_name":"e","amount":1}""", (await tenant.Admin.GetAsync($"{Rules}/spend")).Text);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("Not%20A%20Code")]
    [InlineData("spend%2Fx")]
    [InlineData("%F0%9F%8E%89")]
    public async Task An_unknown_code_is_404_for_every_verb(string code)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule);
        var path = $"{Rules}/{code}";

        foreach (var reply in (Reply[])[
            await tenant.Admin.GetAsync(path),
            await tenant.Admin.PutAsync(path, Rule),
            await tenant.Admin.PatchAsync(path, "{}"),
            await tenant.Admin.PatchAsync(path, "{}", ("If-Match", "\"77\"")),
            await tenant.Admin.DeleteAsync(path),
            await tenant.Admin.DeleteAsync($"{path}?dry_run=true")])
        {
            Expect.Problem(reply, 404, "DEFINITION_NOT_FOUND");
            Assert.Equal("\"1\"", reply.Header("ETag"));
        }
    }

    [Fact]
    public async Task Faults_point_into_what_was_sent()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule);

        Expect.Unprocessable(await tenant.Admin.PostAsync(Rules, """{"code":"r2","event_name":"e","amount":-1,"wher":{}}"""), "/amount", "/wher");
        Expect.Unprocessable(
            await tenant.Admin.PostAsync(Rules, """{"code":"Bad Code","event_name":"e","where":{"all":[{"property":"properties.a","op":"almost"}]},"amount":1}"""),
            "/code",
            "/where/all/0/op");
        Expect.Unprocessable(await tenant.Admin.PatchAsync($"{Rules}/spend", """{"cap":{"period":"fortnight","amount":5}}"""), "/cap/period");
        Expect.Unprocessable(await tenant.Admin.PutAsync($"{Rules}/spend", """{"amount":1}"""), "/event_name");
        Assert.Equal("\"1\"", (await tenant.Admin.GetAsync(Rules)).Header("ETag"));
    }

    [Fact]
    public async Task What_another_definition_needs_is_named()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(
            """
            {"badges":[{"code":"first","name":"First"}],
             "challenges":[{"code":"c0","objectives":[{"code":"o","event_name":"e","target":1}]},
                           {"code":"c1","objectives":[{"code":"o","event_name":"e","target":1}],"rewards":[{"type":"badge","code":"first"}]}]}
            """);

        var reply = await tenant.Admin.DeleteAsync($"{Badges}/first");

        Expect.Unprocessable(reply, "");
        Assert.StartsWith(
            "does not fit to the challenge 'c1', whose /rewards/0/code ", reply.Json.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await tenant.Admin.GetAsync($"{Badges}/first")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("""{"code":"a","code":"b"}""")]
    [InlineData("""{"code":"a\u0000"}""")]
    [InlineData("""{"code":"a","name":"\ud800"}""")]
    [InlineData("""{"code":"a","event_name":"e","amount":1e400}""")]
    [InlineData("""{"code":{},"event_name":[],"amount":null}""")]
    [InlineData("""{"version":1}""")]
    public async Task Garbage_is_422_and_keeps_nothing(string body)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PostAsync(Rules, Rule);
        foreach (var section in DefinitionSection.All)
        {
            Expect.Unprocessable(await tenant.Admin.PostAsync(section.Path, body));
        }

        Expect.Unprocessable(await tenant.Admin.PutAsync($"{Rules}/spend", body));
        Expect.Unprocessable(await tenant.Admin.PatchAsync($"{Rules}/spend", body));
        Assert.Equal("\"1\"", (await tenant.Admin.GetAsync(Rules)).Header("ETag"));
    }

    [Fact]
    public async Task Nesting_that_fits_alone_but_not_in_the_program_is_422()
    {
        var tenant = await server.NewTenantAsync();
        var nested = $$"""{"code":"t","level":1,"award_type":"manual","benefits":{{new string('[', 62)}}{{new string(']', 62)}}}""";

        Expect.Unprocessable(await tenant.Admin.PostAsync("/api/v1/gamify/admin/tiers", nested), "");
    }

    [Fact]
    public async Task Media_type_and_size_are_checked_before_the_content()
    {
        var tenant = await server.NewTenantAsync();

        Expect.Problem(await tenant.Admin.SendAsync(HttpMethod.Post, Rules, "x"u8.ToArray(), "text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE");
        Expect.Problem(await tenant.Admin.PostAsync(Rules, Rule + new string(' ', 256 * 1024)), 413, "CONTENT_TOO_LARGE");
        Expect.Problem(await tenant.Admin.DeleteAsync(Rules), 405, "METHOD_NOT_ALLOWED");
        Assert.Equal(201, (await tenant.Admin.PostAsync(Rules, Rule)).Status);
        var patch = await tenant.Admin.SendAsync(HttpMethod.Patch, $"{Rules}/spend", """{"amount":6}"""u8.ToArray(), "application/merge-patch+json");
        Assert.Equal(200, patch.Status);
    }

    [Fact]
    public async Task Keys_reach_their_own_environment_and_only_with_the_scope_admin()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await tenant.Admin.PostAsync(Rules, Rule);

        foreach (var stranger in (Api[])[other.Admin, tenant.Live])
        {
            Assert.Equal(0, Number((await stranger.GetAsync(Rules)).Json, "total"));
            Expect.Problem(await stranger.GetAsync($"{Rules}/spend"), 404, "DEFINITION_NOT_FOUND");
            Expect.Problem(await stranger.PatchAsync($"{Rules}/spend", """{"amount":9}"""), 404, "DEFINITION_NOT_FOUND");
            Expect.Problem(await stranger.DeleteAsync($"{Rules}/spend"), 404, "DEFINITION_NOT_FOUND");
        }

        Assert.Equal(201, (await other.Admin.PostAsync(Rules, Rule.Replace("5", "9", StringComparison.Ordinal))).Status);
        Assert.Equal(5, (await tenant.Admin.GetAsync($"{Rules}/spend")).Json.GetProperty("amount").GetInt32());
        foreach (var (api, status, code) in ((Api, int, string)[])[(tenant.Participant, 403, "forbidden"), (server.Anonymous, 401, "unauthorized")])
        {
            Expect.Problem(await api.GetAsync(Rules), status, code);
            Expect.Problem(await api.PostAsync(Rules, "garbage"), status, code);
            Expect.Problem(await api.GetAsync($"{Rules}/spend"), status, code);
            Expect.Problem(await api.PutAsync($"{Rules}/spend", Rule), status, code);
            Expect.Problem(await api.PatchAsync($"{Rules}/spend", "{}"), status, code);
            Expect.Problem(await api.DeleteAsync($"{Rules}/spend"), status, code);
        }
    }

    [Fact]
    public async Task A_list_is_paged_in_the_programs_order_and_filtered()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync($$"""{"badges":[{{string.Join(',', Enumerable.Range(0, 7).Select(i => $$"""{"code":"b{{i}}","is_active":{{(i % 3 == 0 ? "false" : "true")}}}"""))}}]}""");

        Assert.Equal(("b0 b1 b2", 7), await ListAsync("?page_size=3"));
        Assert.Equal(("b6", 7), await ListAsync("?page_size=3&page=3"));
        Assert.Equal(("", 7), await ListAsync("?page=2147483647&page_size=100"));
        Assert.Equal(("b4 b5", 4), await ListAsync("?is_active=true&page=2&page_size=2"));
        Assert.Equal(("b0 b3 b6", 3), await ListAsync("?is_active=false"));
        foreach (var (query, pointer) in ((string, string)[])[("?page=0", "/page"), ("?page_size=101", "/page_size"), ("?is_active=perhaps", "/is_active"), ("?is_active=true&is_active=true", "/is_active")])
        {
            Expect.Unprocessable(await tenant.Admin.GetAsync(Badges + query), pointer);
        }

        async Task<(string Codes, int Total)> ListAsync(string query)
        {
            var json = (await tenant.Admin.GetAsync(Badges + query)).Json;
            return (string.Join(' ', json.GetProperty("badges").EnumerateArray().Select(badge => badge.GetProperty("code").GetString())), Number(json, "total"));
        }
    }

    [Fact]
    public async Task Ten_thousand_definitions_are_listed_and_the_next_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync($$"""{"badges":[{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"code":"b{{i}}"}"""))}}]}""");

        var last = (await tenant.Admin.GetAsync($"{Badges}?page=100&page_size=100")).Json;
        Assert.Equal((10_000, "b9999"), (Number(last, "total"), last.GetProperty("badges")[99].GetProperty("code").GetString()));
        Assert.Equal(200, (await tenant.Admin.PatchAsync($"{Badges}/b5000", """{"name":"Middle"}""")).Status);
        var refused = await tenant.Admin.PostAsync(Badges, """{"code":"one_more"}""");
        Expect.Unprocessable(refused, "");
        Assert.Contains("at most 10000 definitions", refused["detail"], StringComparison.Ordinal);
    }

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static void Same(JsonElement expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(expected, actual), actual.ToString());
}
