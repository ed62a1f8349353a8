using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Tiers by hand, and the tier held with its history. Source: gamification-api.md, "Tiers".</summary>
[Collection(OneServer.Name)]
public sealed class TierTests(RunningServer server)
{
    private const string Assign = "/api/v1/gamify/tiers/assign";

    private const string Program =
        """
        {"badges":[{"code":"climber","criteria":{"event_name":"tier.changed","target":2}}],
         "tiers":[{"code":"bronze","name":"Bronze","level":1,"color":"#cd7f32","criteria_config":{"min_points":0}},{"code":"silver","name":"Silver","level":2,"criteria_config":{"min_points":100}},
           {"code":"friend","name":"Friend","level":3,"award_type":"manual"},{"code":"gone","level":9,"award_type":"manual","is_active":false}]}
        """;

    [Fact]
    public async Task A_tier_is_given_up_and_down_and_the_history_tells_the_newest_first()
    {
        var (tenant, id) = (await PublishedAsync(), "ä/b%");
        await tenant.Participant.PostAsync("/api/v1/gamify/points/award", $$"""{"participant_id":{{Some.Json(id)}},"amount":120}""");

        var up = await GiveAsync(tenant, id, "friend");
        var down = await GiveAsync(tenant, id, "bronze");

        Assert.True(up.Status == 200, up.ToString());
        Expect.Members(up.Json, "participant_id", "tier", "previous_code", "previous_level", "changed", "rewards_granted");
        Assert.Equal("""{"code":"friend","name":"Friend","level":3}""", up.Json.GetProperty("tier").GetRawText());
        Assert.Equal(("silver", 2, true), (up["previous_code"], up.Json.GetProperty("previous_level").GetInt32(), up.Json.GetProperty("changed").GetBoolean()));
        Assert.Equal(["tier", "badge"], up.Json.GetProperty("rewards_granted").EnumerateArray().Select(granted => granted.GetProperty("type").GetString()));
        Assert.Equal("""{"code":"bronze","name":"Bronze","level":1}""", down.Json.GetProperty("tier").GetRawText());

        await tenant.Participant.PostAsync("/api/v1/gamify/points/award", $$"""{"participant_id":{{Some.Json(id)}},"amount":500}""");
        var tier = await tenant.Participant.GetAsync(Api.PathOf(id) + "/tier");
        Assert.True(tier.Status == 200, tier.ToString());
        Expect.Members(tier.Json, "participant_id", "current_tier", "next_tier", "tier_history");
        Expect.Members(tier.Json.GetProperty("current_tier"), "code", "name", "level", "color", "achieved_at", "requalification");
        Assert.Equal("bronze", tier.Json.GetProperty("current_tier").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, tier.Json.GetProperty("next_tier").ValueKind);
        Assert.All(tier.Json.GetProperty("tier_history").EnumerateArray(), change => Expect.Members(change, "code", "name", "level", "previous_code", "source", "changed_at"));
        Assert.Equal(
            ["bronze<friend api", "friend<silver api", "silver< tier"],
            tier.Json.GetProperty("tier_history").EnumerateArray().Select(change =>
                $"{change.GetProperty("code").GetString()}<{change.GetProperty("previous_code").GetString()} {change.GetProperty("source").GetProperty("type").GetString()}"));
    }

    [Fact]
    public async Task Before_the_first_tier_there_is_none_and_the_next_one_is_told()
    {
        var (tenant, id) = (await server.NewTenantAsync(), Some.Participant());
        await tenant.PublishAsync("""{"tiers":[{"code":"silver","name":"Silver","level":2,"criteria_config":{"min_points":100}}]}""");
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id)));

        var tier = (await tenant.Participant.GetAsync(Api.PathOf(id) + "/tier")).Json;

        Assert.Equal(JsonValueKind.Null, tier.GetProperty("current_tier").ValueKind);
        Assert.Equal("""{"code":"silver","name":"Silver","points_required":100,"points_remaining":100,"period_end":null}""", tier.GetProperty("next_tier").GetRawText());
        Assert.Empty(tier.GetProperty("tier_history").EnumerateArray());
    }

    [Fact]
    public async Task The_tier_held_may_be_given_and_makes_no_fact()
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());
        var first = await GiveAsync(tenant, id, "friend");

        var again = await GiveAsync(tenant, id, "friend");

        Assert.Equal(JsonValueKind.Null, first.Json.GetProperty("previous_level").ValueKind);
        Assert.Equal(("friend", 3, false), (again["previous_code"], again.Json.GetProperty("previous_level").GetInt32(), again.Json.GetProperty("changed").GetBoolean()));
        Assert.Empty(again.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Equal(1, (await tenant.Participant.FactsAsync(id)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_key_makes_a_retry_answer_what_the_first_call_answered()
    {
        var (tenant, id, key) = (await PublishedAsync(), Some.Participant(), Some.Key());
        var body = $$"""{"participant_id":{{Some.Json(id)}},"tier_code":"friend","reason":"canary"}""";
        var first = await tenant.Participant.PostAsync(Assign, body, ("Idempotency-Key", key));
        await GiveAsync(tenant, id, "bronze");

        var retry = await tenant.Participant.PostAsync(Assign, body, ("Idempotency-Key", key));

        Assert.Equal(first.Text, retry.Text);
        Assert.Equal("true", retry.Header("Idempotent-Replayed"));
        Assert.Equal("bronze", (await tenant.Participant.GetAsync(Api.PathOf(id) + "/tier")).Json.GetProperty("current_tier").GetProperty("code").GetString());
        Assert.DoesNotContain("canary", (await tenant.Participant.FactsAsync(id)).Text, StringComparison.Ordinal);
        Expect.Problem(await tenant.Participant.PostAsync(Assign, body, ("Idempotency-Key", "a b")), 400, "IDEMPOTENCY_KEY_INVALID");
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("nothing")]
    public async Task A_tier_that_is_not_active_is_404(string code)
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        Expect.Problem(await GiveAsync(tenant, id, code), 404, "TIER_NOT_FOUND");
        Expect.Problem(await tenant.Participant.GetAsync(Api.PathOf(id) + "/tier"), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task Each_wrong_member_is_named()
    {
        var api = (await PublishedAsync()).Participant;

        Expect.Unprocessable(await api.PostAsync(Assign, "null"), "");
        Expect.Unprocessable(await api.PostAsync(Assign, """{"participant_id":"","tier_code":7,"reason":{}}"""), "/participant_id", "/tier_code", "/reason");
        Expect.Unprocessable(await api.PostAsync(Assign, $$"""{"reason":"{{new string('x', 501)}}"}"""), "/participant_id", "/tier_code", "/reason");
        Expect.Unprocessable(await api.GetAsync("/api/v1/gamify/participants/%FF/tier"), "/participant_id");
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> GiveAsync(TestTenant tenant, string participant, string tier) =>
        tenant.Participant.PostAsync(Assign, $$"""{"participant_id":{{Some.Json(participant)}},"tier_code":"{{tier}}"}""");
}
