using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Versions of programs: what makes one, what does not, and who may. Source: laurel-api.md "Program".</summary>
[Collection(OneServer.Name)]
public sealed class ProgramVersionTests(RunningServer server)
{
    [Fact]
    public async Task Before_the_first_publish_there_is_an_empty_document_of_version_0()
    {
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Admin.GetAsync(Api.Program);

        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal("""{"version":0}""", reply.Text);
        Assert.Equal("\"0\"", reply.Header("ETag"));
        var first = await tenant.Admin.PutAsync(Api.Program, reply.Text, ("If-Match", "\"0\""));
        Assert.True(first.Status == 200, first.ToString());
        Assert.Equal(1, first.Json.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task The_same_document_makes_no_version()
    {
        var tenant = await server.NewTenantAsync();
        var first = await tenant.Admin.PutAsync(Api.Program, Rules(1, 2));
        var again = await tenant.Admin.PutAsync(Api.Program, Rules(1, 2).Replace(",", " , ", StringComparison.Ordinal));

        Assert.True(again.Status == 200, again.ToString());
        Assert.Equal(1, again.Json.GetProperty("version").GetInt32());
        Assert.Equal("\"1\"", again.Header("ETag"));
        Assert.Empty(again.Json.GetProperty("changes").EnumerateArray());
        Assert.Equal(first["published_at"], again["published_at"]);
    }

    [Fact]
    public async Task What_is_left_out_stays_inactive_and_can_come_back()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Rules(1, 2));
        await tenant.PublishAsync(Rules(2));

        var kept = (await tenant.Admin.GetAsync(Api.Program)).Json;
        var back = await tenant.Admin.PutAsync(Api.Program, Rules(1, 2));

        Assert.Equal(["r2 active", "r1 inactive"], kept.GetProperty("point_rules").EnumerateArray().Select(rule =>
            $"{rule.GetProperty("code").GetString()} {(rule.TryGetProperty("is_active", out var active) && !active.GetBoolean() ? "inactive" : "active")}"));
        var change = Assert.Single(back.Json.GetProperty("changes").EnumerateArray());
        Assert.Equal("""{"kind":"point_rule","code":"r1","change":"changed"}""", change.GetRawText());
    }

    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("\"7\", \"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"2\"", 412)]
    [InlineData("W/\"1\"", 412)]
    [InlineData("1", 412)]
    [InlineData("\"01\"", 412)]
    public async Task If_match_names_the_version_to_replace(string ifMatch, int status)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Rules(1));

        var reply = await tenant.Admin.PutAsync(Api.Program, Rules(1, 2), ("If-Match", ifMatch));

        Assert.True(reply.Status == status, reply.ToString());
        if (status == 412)
        {
            Expect.Problem(reply, 412, "PROGRAM_VERSION_MISMATCH");
        }
    }

    [Fact]
    public async Task Publishes_at_once_all_get_a_version_of_their_own()
    {
        var tenant = await server.NewTenantAsync();

        var replies = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => tenant.Admin.PutAsync(Api.Program, Rules(i))));

        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.ToString()));
        Assert.Equal(Enumerable.Range(1, 12), replies.Select(reply => reply.Json.GetProperty("version").GetInt32()).Order());
        var kept = (await tenant.Admin.GetAsync(Api.Program)).Json.GetProperty("point_rules").EnumerateArray().ToList();
        Assert.Equal(12, kept.Count);
        Assert.Single(kept, rule => !rule.TryGetProperty("is_active", out _));
    }

    [Fact]
    public async Task Only_one_of_two_publishers_of_one_version_wins()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Rules(1));

        var replies = await Task.WhenAll(Enumerable.Range(2, 8).Select(i => tenant.Admin.PutAsync(Api.Program, Rules(i), ("If-Match", "\"1\""))));

        Assert.Single(replies, reply => reply.Status == 200);
        Assert.All(replies.Where(reply => reply.Status != 200), reply => Expect.Problem(reply, 412, "PROGRAM_VERSION_MISMATCH"));
    }

    [Fact]
    public async Task A_dry_run_tells_faults_and_asks_for_the_version_too()
    {
        var tenant = await server.NewTenantAsync();

        var dry = await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", Rules(1));
        Assert.Equal((200, 0), (dry.Status, dry.Json.GetProperty("version").GetInt32()));
        Assert.Equal(JsonValueKind.Null, dry.Json.GetProperty("published_at").ValueKind);
        Assert.Equal(200, (await tenant.Admin.PutAsync($"{Api.Program}?dry_run=false", Rules(1))).Status);
        Expect.Problem(await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", Rules(2), ("If-Match", "\"0\"")), 412, "PROGRAM_VERSION_MISMATCH");
        Expect.Unprocessable(await tenant.Admin.PutAsync($"{Api.Program}?dry_run=maybe", Rules(2)), "/dry_run");
    }

    [Fact]
    public async Task A_document_may_have_a_mebibyte_and_no_more()
    {
        var tenant = await server.NewTenantAsync();
        var padding = (1024 * 1024) - Rules(1).Length;

        var fits = await tenant.Admin.PutAsync(Api.Program, Rules(1) + new string(' ', padding));
        var large = await tenant.Admin.PutAsync(Api.Program, Rules(1) + new string(' ', padding + 1));

        Assert.True(fits.Status == 200, fits.ToString());
        Expect.Problem(large, 413, "CONTENT_TOO_LARGE");
    }

    [Fact]
    public async Task A_cycle_is_refused_and_named()
    {
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Admin.PutAsync(Api.Program, """{"point_rules":[{"code":"more","event_name":"points.awarded","amount":1}]}""");

        Expect.Unprocessable(reply, "/point_rules/0/event_name");
        Assert.Contains(
            "point rule 'more' -> points.awarded -> point rule 'more'",
            reply.Json.GetProperty("errors")[0].GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    private static string Rules(params int[] numbers) =>
        $$"""{"point_rules":[{{string.Join(',', numbers.Select(i => $$"""{"code":"r{{i}}","event_name":"e","amount":{{i}}}"""))}}]}""";
}
