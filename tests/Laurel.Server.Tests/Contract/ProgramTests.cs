using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary><c>PUT</c> and <c>GET /gamify/admin/program</c>. Source: laurel-api.md "Program", program.md, semantics §8.</summary>
[Collection(OneServer.Name)]
public sealed class ProgramTests(RunningServer server)
{
    private const string OneRule = """{"point_rules":[{"code":"spend","event_name":"purchase_completed","amount":5}]}""";
    private const string RuleAndBadge =
        """
        {"point_rules":[{"code":"spend","event_name":"purchase_completed","amount":7}],
         "badges":[{"code":"first","name":"First","criteria":{"event_name":"purchase_completed","metric":{"type":"count"},"target":1}}]}
        """;

    [Fact]
    public async Task A_publish_answers_its_version_and_its_changes()
    {
        var tenant = await server.NewTenantAsync();

        var first = await tenant.Admin.PutAsync(Api.Program, OneRule);
        var second = await tenant.Admin.PutAsync(Api.Program, RuleAndBadge);
        var third = await tenant.Admin.PutAsync(Api.Program, OneRule);

        foreach (var reply in (Reply[])[first, second, third])
        {
            Assert.True(reply.Status == 200, reply.ToString());
            Expect.Members(reply.Json, "version", "changes", "published_at");
            Assert.All(reply.Json.GetProperty("changes").EnumerateArray(), change => Expect.Members(change, "kind", "code", "change"));
        }

        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(reply => reply.Json.GetProperty("version").GetInt32()));
        Assert.Equal(["point_rule spend added"], Changes(first));
        Assert.Equal(["badge first added", "point_rule spend changed"], Changes(second).Order());
        Assert.Equal(["badge first deactivated", "point_rule spend changed"], Changes(third).Order());
    }

    [Fact]
    public async Task What_was_published_comes_back_with_its_version_and_etag()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(OneRule);

        var reply = await tenant.Admin.GetAsync(Api.Program);

        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal("\"1\"", reply.Header("ETag"));
        Assert.Equal(1, reply.Json.GetProperty("version").GetInt32());
        var rule = Assert.Single(reply.Json.GetProperty("point_rules").EnumerateArray());
        Assert.Equal("spend", rule.GetProperty("code").GetString());
        Assert.Equal(5, rule.GetProperty("amount").GetInt32());
    }

    [Fact]
    public async Task What_comes_back_can_be_published_again_without_a_change()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(RuleAndBadge);
        var document = (await tenant.Admin.GetAsync(Api.Program)).Text;

        var again = await tenant.Admin.PutAsync(Api.Program, document);

        Assert.True(again.Status == 200, again.ToString());
        Assert.Empty(again.Json.GetProperty("changes").EnumerateArray());
    }

    [Fact]
    public async Task A_publish_governs_the_next_event()
    {
        var (tenant, participant) = (await server.NewTenantAsync(), Some.Participant());
        foreach (var amount in (int[])[5, 7, 11])
        {
            await tenant.PublishAsync(OneRule.Replace("5", amount.ToString(), StringComparison.Ordinal));

            var reply = await tenant.Participant.PostEventAsync(Some.Event(participant));

            Assert.Equal(amount, reply.Json.GetProperty("rewards_granted")[0].GetProperty("amount").GetInt32());
        }

        await tenant.PublishAsync("{}");
        Assert.Empty((await tenant.Participant.PostEventAsync(Some.Event(participant))).Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Equal(23, await Ledger.CheckAsync(tenant.Participant, participant));
    }

    [Fact]
    public async Task A_dry_run_keeps_nothing()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(OneRule);

        var dry = await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", RuleAndBadge);

        Assert.True(dry.Status == 200, dry.ToString());
        Assert.Equal(1, dry.Json.GetProperty("version").GetInt32());
        Assert.Equal(["badge first added", "point_rule spend changed"], Changes(dry).Order());
        Assert.Equal("\"1\"", (await tenant.Admin.GetAsync(Api.Program)).Header("ETag"));
        Expect.Unprocessable(await tenant.Admin.PutAsync($"{Api.Program}?dry_run=true", """{"badges":[{"code":"No Code"}]}"""));
    }

    [Fact]
    public async Task If_match_guards_against_another_publisher()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(OneRule);
        await tenant.PublishAsync(RuleAndBadge);

        Expect.Problem(await tenant.Admin.PutAsync(Api.Program, OneRule, ("If-Match", "\"1\"")), 412, "PROGRAM_VERSION_MISMATCH");
        Assert.Equal("\"2\"", (await tenant.Admin.GetAsync(Api.Program)).Header("ETag"));
        var fits = await tenant.Admin.PutAsync(Api.Program, OneRule, ("If-Match", "\"2\""));
        Assert.True(fits.Status == 200, fits.ToString());
        Assert.Equal(3, fits.Json.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Every_fault_of_a_document_is_listed_and_nothing_is_kept()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(OneRule);

        var reply = await tenant.Admin.PutAsync(
            Api.Program,
            """
            {"point_rules":[{"code":"Not A Code","event_name":"e","amount":1},{"code":"ok","amount":1},{"code":"ok2","event_name":"e","where":{"property":"properties.a","op":"almost","value":1},"amount":1}],
             "badges":[{"code":"b","name":"B","rarity":"shiny"},{"code":"b","name":"B"}]}
            """);

        Expect.Unprocessable(reply);
        var pointers = reply.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()!).ToList();
        foreach (var place in (string[])["/point_rules/0", "/point_rules/1", "/point_rules/2", "/badges/0", "/badges/1"])
        {
            Assert.Contains(pointers, pointer => pointer.StartsWith(place, StringComparison.Ordinal));
        }

        Assert.Equal("\"1\"", (await tenant.Admin.GetAsync(Api.Program)).Header("ETag"));
    }

    [Theory]
    [InlineData("""{"leaderboards":[{"code":"l","name":"L","time_window":"weekly","metric":{"event_name":"e","type":"count"}}]}""", "/leaderboards")]
    public async Task Parts_not_built_yet_are_refused_by_name(string program, string pointer)
    {
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Admin.PutAsync(Api.Program, program);

        Expect.Unprocessable(reply);
        Assert.All(
            reply.Json.GetProperty("errors").EnumerateArray(),
            error => Assert.StartsWith(pointer, error.GetProperty("pointer").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Environments_have_programs_of_their_own()
    {
        var (tenant, participant) = (await server.NewTenantAsync(), Some.Participant());
        await tenant.PublishAsync(OneRule);

        var live = await tenant.Live.PostEventAsync(Some.Event(participant));
        var test = await tenant.Participant.PostEventAsync(Some.Event(participant));

        Assert.Empty(live.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.NotEmpty(test.Json.GetProperty("rewards_granted").EnumerateArray());
    }

    [Fact]
    public async Task The_demo_program_is_there_in_test_of_the_default_tenant()
    {
        var reply = await server.Test.GetAsync(Api.Program);

        Assert.True(reply.Status == 200, reply.ToString());
        Assert.NotEmpty(reply.Json.GetProperty("point_rules").EnumerateArray());
        Assert.NotEmpty(reply.Json.GetProperty("badges").EnumerateArray());
    }

    private static List<string> Changes(Reply reply) =>
        [.. reply.Json.GetProperty("changes").EnumerateArray().Select(change => $"{Text(change, "kind")} {Text(change, "code")} {Text(change, "change")}")];

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;
}
