using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>An event that is only tried: the whole decision, and nothing kept. Source: issue, "Why"; laurel-api.md, "Trace".</summary>
[Collection(OneServer.Name)]
public sealed class DryRunTests(RunningServer server)
{
    private const string DryRun = $"{Api.Events}?dry_run=true";

    private const string Program =
        """
        {"point_rules":[{"code":"spend","event_name":"buy","amount":{"property":"properties.amount"},"where":{"property":"properties.currency","op":"eq","value":"USD"}}],
         "badges":[{"code":"two","name":"Two","criteria":{"event_name":"buy","metric":{"type":"count"},"target":2}}],
         "rewards":[{"code":"mug","name":"Mug","type":"physical","stock":1},{"code":"coupon","name":"Coupon","type":"coupon","code_pool":true}],
         "challenges":[{"code":"c","name":"C","max_completions":3,"objectives":[{"code":"o","event_name":"win","metric":{"type":"count"},"target":1}],
                        "rewards":[{"type":"points","amount":7},{"type":"reward","code":"mug"},{"type":"reward","code":"coupon"}]}]}
        """;

    [Fact]
    public async Task A_dry_run_answers_what_the_event_then_earns_and_keeps_nothing()
    {
        var tenant = await NewTenantAsync();
        Expect.Processed(await tenant.Admin.PostEventAsync(Buy("p")));
        var before = await AllOfAsync(tenant, "p");

        var tried = await tenant.Participant.PostAsync(DryRun, Buy("p"));
        var again = await tenant.Participant.PostAsync(DryRun, Buy("p"));

        Assert.True(tried.Status == 200, tried.ToString());
        Assert.Equal(tried.Text, again.Text);
        Assert.Equal(before, await AllOfAsync(tenant, "p"));
        Expect.Members(tried.Json, "dry_run", "status", "event_id", "fact_id", "rewards_granted", "facts", "trace");
        Assert.True(tried.Json.GetProperty("dry_run").GetBoolean());
        Assert.Equal(("processed", null, null), (tried["status"], tried["event_id"], tried["fact_id"]));
        Assert.Equal(["points", "badge"], Types(tried));

        var real = await tenant.Admin.PostEventAsync(Buy("p"));
        Assert.Equal(WithoutIds(real), WithoutIds(tried));
    }

    [Fact]
    public async Task Facts_of_a_dry_run_name_what_caused_them_by_its_place()
    {
        var tenant = await NewTenantAsync();

        var facts = (await tenant.Admin.PostAsync(DryRun, Some.Event("p", "win"))).Json.GetProperty("facts").EnumerateArray().ToList();

        Assert.All(facts, fact => Expect.Members(fact, "kind", "code", "data", "caused_by"));
        Assert.Equal(
            ["challenge.objective_completed c null", "challenge.completed c null", "points.awarded points 1", "reward.granted mug 1", "reward.refused coupon 1"],
            facts.Select(fact => $"{fact.GetProperty("kind")} {CodeOf(fact)} {fact.GetProperty("caused_by").GetRawText()}"));
    }

    [Fact]
    public async Task A_participant_that_was_only_tried_is_unknown()
    {
        var tenant = await NewTenantAsync();

        Assert.Equal(200, (await tenant.Admin.PostAsync(DryRun, Buy("nobody"))).Status);

        Expect.Problem(await tenant.Admin.StateAsync("nobody"), 404, "PARTICIPANT_NOT_FOUND");
        Assert.Equal(0, (await tenant.Admin.HistoryAsync("nobody")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_dry_run_takes_no_stock_and_sees_what_is_left()
    {
        var tenant = await NewTenantAsync();
        for (var i = 0; i < 3; i++)
        {
            var tried = await tenant.Admin.PostAsync(DryRun, Some.Event($"p{i}", "win"));
            var grant = tried.Json.GetProperty("rewards_granted").EnumerateArray().Single(grant => grant.GetProperty("type").GetString() == "reward");
            Assert.Equal("mug", grant.GetProperty("reward_code").GetString());
            Assert.Equal(JsonValueKind.Null, grant.GetProperty("claim_id").ValueKind);
            Assert.Equal(JsonValueKind.Null, grant.GetProperty("fact_id").ValueKind);
        }

        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("p", "win")));

        var late = await tenant.Admin.PostAsync(DryRun, Some.Event("q", "win"));
        Assert.DoesNotContain("reward", Types(late));
        Assert.Contains(late.Json.GetProperty("facts").EnumerateArray(), fact =>
            fact.GetProperty("kind").GetString() == "reward.refused" && fact.GetProperty("data").GetProperty("reward_code").GetString() == "mug"
            && fact.GetProperty("data").GetProperty("reason").GetString() == "out_of_stock");
    }

    [Fact]
    public async Task A_dry_run_burns_no_key_and_costs_no_rate()
    {
        var tenant = await NewTenantAsync("""{"per_second":0.001,"burst":1}""");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await tenant.Admin.PostAsync(DryRun, Buy("p"), ("Idempotency-Key", "k"))).Status);
        }

        var real = await tenant.Admin.PostEventAsync(Buy("p"), "k");
        Expect.Processed(real);
        Assert.Null(real.Header("Idempotent-Replayed"));
        Expect.Capped(await tenant.Admin.PostEventAsync(Buy("p")));
        Assert.Equal(200, (await tenant.Admin.PostAsync(DryRun, Buy("p"))).Status);
    }

    [Fact]
    public async Task A_dry_run_is_refused_as_the_real_call_is()
    {
        var tenant = await NewTenantAsync();

        Expect.Unprocessable(await tenant.Admin.PostAsync(DryRun, """{"participant_id":"p","properties":5}"""), "/event_name", "/properties");
        Expect.Problem(await tenant.Admin.PostAsync(DryRun, Buy("p"), ("Idempotency-Key", "not a key")), 400, "IDEMPOTENCY_KEY_INVALID");
        Expect.Problem(await tenant.Admin.PostAsync(DryRun, Some.Event("p", key: "a"), ("Idempotency-Key", "b")), 400, "IDEMPOTENCY_KEY_MISMATCH");
        Expect.Problem(await tenant.Admin.With(null).PostAsync(DryRun, Buy("p")), 401, "unauthorized");
    }

    [Theory]
    [InlineData("maybe")]
    [InlineData("")]
    [InlineData("true&dry_run=true")]
    public async Task What_is_neither_true_nor_false_is_refused_beside_the_other_faults(string value)
    {
        var tenant = await NewTenantAsync();

        Expect.Unprocessable(await tenant.Admin.PostAsync($"{Api.Events}?dry_run={value}", Buy("p")), "/dry_run");
        Expect.Unprocessable(await tenant.Admin.PostAsync($"{Api.Events}?dry_run={value}", """{"participant_id":"p"}"""), "/dry_run", "/event_name");
        Expect.Problem(await tenant.Admin.StateAsync("p"), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task A_batch_cannot_be_tried()
    {
        var tenant = await NewTenantAsync();

        Expect.Unprocessable(await tenant.Admin.PostAsync($"{Api.Batch}?dry_run=true", $$"""{"events":[{{Buy("p")}}]}"""), "/dry_run");
        Assert.Equal(200, (await tenant.Admin.PostAsync($"{Api.Batch}?dry_run=false", $$"""{"events":[{{Buy("q")}}]}""")).Status);
        Expect.Processed(await tenant.Admin.PostAsync($"{Api.Events}?dry_run=false", Buy("q")));
        Expect.Problem(await tenant.Admin.StateAsync("p"), 404, "PARTICIPANT_NOT_FOUND");
    }

    private async Task<TestTenant> NewTenantAsync(string rate = TestTenant.NoCap)
    {
        var tenant = await server.NewTenantAsync(rate);
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static string Buy(string participant) => Some.Event(participant, "buy", """{"amount":49.5,"currency":"USD"}""");

    private static async Task<string> AllOfAsync(TestTenant tenant, string participant) =>
        (await tenant.Admin.StateAsync(participant)).Text + (await tenant.Admin.FactsAsync(participant)).Text + (await tenant.Admin.HistoryAsync(participant)).Text;

    private static IEnumerable<string?> Types(Reply reply) => reply.Json.GetProperty("rewards_granted").EnumerateArray().Select(grant => grant.GetProperty("type").GetString());

    private static string WithoutIds(Reply reply)
    {
        var grants = JsonNode.Parse(reply.Json.GetProperty("rewards_granted").GetRawText())!.AsArray();
        foreach (var grant in grants)
        {
            grant!["fact_id"] = null;
        }

        return grants.ToJsonString();
    }

    private static string? CodeOf(JsonElement fact) => fact.GetProperty("data").TryGetProperty("currency", out var currency) ? currency.GetString() : fact.GetProperty("code").GetString();
}
