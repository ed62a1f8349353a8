using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>From an event to its reward: <c>rewards_granted</c>, <c>/state</c> and <c>/facts</c>. Source: laurel-api.md, semantics §7–9.</summary>
[Collection(OneServer.Name)]
public sealed class RewardTests(RunningServer server)
{
    private const string Program =
        """
        {
          "point_rules": [
            { "code": "spend", "event_name": "purchase_completed", "where": { "property": "properties.currency", "op": "eq", "value": "USD" },
              "amount": { "property": "properties.amount", "multiply": 1, "round": "down" } },
            { "code": "signup", "event_name": "loyalty_signup", "amount": 100, "cap": { "period": "all_time", "amount": 100 } }
          ],
          "badges": [
            { "code": "first_purchase", "name": "First purchase", "rarity": "common", "criteria": { "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 1 } },
            { "code": "hand_made", "name": "Hand made", "rarity": "rare" }
          ],
          "challenges": [
            { "code": "shopper", "name": "Shopper", "completion": "all", "max_completions": 1,
              "objectives": [
                { "code": "buy_two", "event_name": "purchase_completed", "where": { "all": [{ "property": "properties.amount", "op": "gte", "value": 20 }, { "not": { "property": "properties.refund", "op": "eq", "value": true } }] },
                  "metric": { "type": "count" }, "target": 2 },
                { "code": "spend_100", "event_name": "purchase_completed", "metric": { "type": "sum", "property": "properties.amount" }, "target": 100 }
              ],
              "rewards": [{ "type": "points", "amount": 10 }, { "type": "badge", "code": "hand_made" }] }
          ],
          "tiers": [
            { "code": "bronze", "name": "Bronze", "level": 1, "color": "#cd7f32", "criteria_config": { "min_points": 0 } },
            { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 150 } }
          ]
        }
        """;

    [Fact]
    public async Task An_event_is_answered_with_the_rewards_it_earned()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());

        var reply = await BuyAsync(tenant, participant, "49.99");

        Expect.Processed(reply);
        var rewards = reply.Json.GetProperty("rewards_granted").EnumerateArray().ToList();
        Assert.Equal(["points", "badge", "tier"], rewards.Select(TypeOf));
        Expect.Members(rewards[0], "type", "currency", "amount", "new_balance", "source", "fact_id");
        Assert.Equal("points", rewards[0].GetProperty("currency").GetString());
        Assert.Equal(49, rewards[0].GetProperty("amount").GetInt64());
        Assert.Equal(49, rewards[0].GetProperty("new_balance").GetInt64());
        Source(rewards[0], "point_rule", "spend");
        Expect.Members(rewards[1], "type", "badge_code", "badge_name", "rarity", "source", "fact_id");
        Assert.Equal("first_purchase", rewards[1].GetProperty("badge_code").GetString());
        Assert.Equal("First purchase", rewards[1].GetProperty("badge_name").GetString());
        Assert.Equal("common", rewards[1].GetProperty("rarity").GetString());
        Source(rewards[1], "badge", "first_purchase");
        Expect.Members(rewards[2], "type", "tier_code", "tier_name", "level", "previous_code", "source", "fact_id");
        Assert.Equal("bronze", rewards[2].GetProperty("tier_code").GetString());
        Assert.Equal(JsonValueKind.Null, rewards[2].GetProperty("previous_code").ValueKind);
        Source(rewards[2], "tier", "bronze");
        Assert.All(rewards, reward => Assert.Matches(Expect.UlidPattern(), reward.GetProperty("fact_id").GetString()!));
    }

    [Fact]
    public async Task A_challenge_that_is_completed_pays_and_lifts_the_tier_in_the_same_call()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await BuyAsync(tenant, participant, "60");

        var reply = await BuyAsync(tenant, participant, "95");

        var rewards = reply.Json.GetProperty("rewards_granted").EnumerateArray().ToList();
        var points = rewards.Where(reward => TypeOf(reward) == "points").ToList();
        Assert.Equal([95L, 10L], points.Select(reward => reward.GetProperty("amount").GetInt64()));
        Assert.Equal([155L, 165L], points.Select(reward => reward.GetProperty("new_balance").GetInt64()));
        Source(points[1], "challenge", "shopper");
        var badge = Assert.Single(rewards, reward => TypeOf(reward) == "badge");
        Assert.Equal("hand_made", badge.GetProperty("badge_code").GetString());
        Source(badge, "challenge", "shopper");
        var challenge = Assert.Single(rewards, reward => TypeOf(reward) == "challenge");
        Expect.Members(challenge, "type", "challenge_code", "challenge_name", "completions", "source", "fact_id");
        Assert.Equal("shopper", challenge.GetProperty("challenge_code").GetString());
        Assert.Equal("Shopper", challenge.GetProperty("challenge_name").GetString());
        Assert.Equal(1, challenge.GetProperty("completions").GetInt32());
        Source(challenge, "challenge", "shopper");
        var tier = Assert.Single(rewards, reward => TypeOf(reward) == "tier");
        Assert.Equal("silver", tier.GetProperty("tier_code").GetString());
        Assert.Equal("bronze", tier.GetProperty("previous_code").GetString());
        Assert.Equal(2, tier.GetProperty("level").GetInt32());
    }

    [Fact]
    public async Task An_event_that_fulfils_nothing_grants_nothing()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await BuyAsync(tenant, participant, "1");

        foreach (var properties in (string[])["""{"amount":5,"currency":"EUR"}""", """{"amount":-5,"currency":"USD"}""", """{"amount":"5","currency":"USD"}""", """{"currency":"USD"}""", """{"amount":{"x":[]},"currency":"USD"}""", """{"amount":1e300,"currency":"USD"}""", "{}"])
        {
            var reply = await tenant.Participant.PostEventAsync(Some.Event(participant, properties: properties));

            Expect.Processed(reply);
            Assert.Empty(reply.Json.GetProperty("rewards_granted").EnumerateArray());
        }
    }

    [Fact]
    public async Task A_capped_rule_grants_no_more_than_its_cap()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());

        var first = await tenant.Participant.PostEventAsync(Some.Event(participant, "loyalty_signup"));
        var second = await tenant.Participant.PostEventAsync(Some.Event(participant, "loyalty_signup"));

        Assert.Equal(100, first.Json.GetProperty("rewards_granted")[0].GetProperty("amount").GetInt64());
        Assert.Empty(second.Json.GetProperty("rewards_granted").EnumerateArray());
    }

    [Fact]
    public async Task The_state_tells_all_of_it()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await BuyAsync(tenant, participant, "60", "2026-02-14T10:00:00Z");

        var state = (await tenant.Participant.StateAsync(participant)).Json;

        Expect.Members(state, "participant_id", "total_events", "points", "tier", "badges", "challenges", "streaks", "rewards");
        Assert.Equal(participant, state.GetProperty("participant_id").GetString());
        Assert.Equal(1, state.GetProperty("total_events").GetInt64());
        var points = state.GetProperty("points");
        Expect.Members(points, "balance", "total_earned", "total_spent", "currencies");
        Balance(points, 60);
        Balance(points.GetProperty("currencies").GetProperty("points"), 60);
        var tier = state.GetProperty("tier");
        Expect.Members(tier, "current_tier", "next_tier");
        Expect.Members(tier.GetProperty("current_tier"), "code", "name", "level", "color", "achieved_at", "requalification");
        Assert.Equal("bronze", tier.GetProperty("current_tier").GetProperty("code").GetString());
        Assert.Equal("#cd7f32", tier.GetProperty("current_tier").GetProperty("color").GetString());
        Assert.Equal("""{"code":"silver","name":"Silver","points_required":150,"points_remaining":90,"period_end":null}""", tier.GetProperty("next_tier").GetRawText());
        var badge = Assert.Single(state.GetProperty("badges").EnumerateArray());
        Expect.Members(badge, "code", "name", "rarity", "icon", "earned_at");
        Assert.Equal("first_purchase", badge.GetProperty("code").GetString());
        var challenge = Assert.Single(state.GetProperty("challenges").EnumerateArray());
        Expect.Members(challenge, "code", "name", "status", "enrolled_at", "period_start", "period_end", "completions", "objectives");
        Assert.Equal("active", challenge.GetProperty("status").GetString());
        Assert.Equal(0, challenge.GetProperty("completions").GetInt32());
        Assert.Equal(
            """[{"code":"buy_two","current":1,"target":2,"completed":false},{"code":"spend_100","current":60,"target":100,"completed":false}]""",
            challenge.GetProperty("objectives").GetRawText());
    }

    [Theory]
    [InlineData("points", "points")]
    [InlineData("tier,badges", "tier badges")]
    [InlineData("challenges", "challenges")]
    [InlineData("points,tier,badges,challenges,streaks,rewards", "points tier badges challenges streaks rewards")]
    public async Task A_caller_may_ask_for_parts_of_the_state(string include, string parts)
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await BuyAsync(tenant, participant, "60");

        var state = (await tenant.Participant.StateAsync(participant, $"?include={include}")).Json;

        Expect.Members(state, ["participant_id", "total_events", .. parts.Split(' ')]);
    }

    [Fact]
    public async Task Facts_walk_every_grant_back_to_its_event()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await BuyAsync(tenant, participant, "60", "2026-02-14T10:00:00Z");
        var second = await BuyAsync(tenant, participant, "95", "2026-02-15T10:00:00Z");

        var reply = await tenant.Participant.FactsAsync(participant, "?page_size=100");

        Assert.True(reply.Status == 200, reply.ToString());
        var facts = reply.Json.GetProperty("facts").EnumerateArray().ToDictionary(fact => fact.GetProperty("fact_id").GetString()!);
        Assert.Equal(reply.Json.GetProperty("total").GetInt32(), facts.Count);
        foreach (var fact in facts.Values)
        {
            Expect.Members(fact, "fact_id", "seq", "kind", "code", "data", "caused_by", "event_id", "occurred_at", "recorded_at", "program_version");
            Assert.Equal(1, fact.GetProperty("program_version").GetInt32());
            var cause = fact;
            for (var steps = 0; cause.GetProperty("caused_by").GetString() is { } causedBy; steps++)
            {
                Assert.InRange(steps, 0, 8);
                cause = facts[causedBy];
            }

            Assert.Equal("event", cause.GetProperty("kind").GetString());
            Assert.Equal(cause.GetProperty("event_id").GetString(), fact.GetProperty("event_id").GetString());
        }

        foreach (var reward in second.Json.GetProperty("rewards_granted").EnumerateArray())
        {
            Assert.Equal(second["event_id"], facts[reward.GetProperty("fact_id").GetString()!].GetProperty("event_id").GetString());
        }

        Assert.Equal("event", facts[second["fact_id"]!].GetProperty("kind").GetString());
        Assert.Equal(1, facts.Values.Count(fact => fact.GetProperty("kind").GetString() == "challenge.completed"));
        Assert.Equal(165, await Ledger.SumAsync(tenant.Participant, participant));
    }

    [Fact]
    public async Task Facts_are_filtered_by_kind_and_paged()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        for (var i = 0; i < 5; i++)
        {
            await BuyAsync(tenant, participant, "1");
        }

        var page = (await tenant.Participant.FactsAsync(participant, "?kind=points.awarded&page=2&page_size=2")).Json;

        Assert.Equal(5, page.GetProperty("total").GetInt32());
        Assert.Equal(2, page.GetProperty("page").GetInt32());
        Assert.Equal(2, page.GetProperty("page_size").GetInt32());
        Assert.Equal(["points.awarded", "points.awarded"], page.GetProperty("facts").EnumerateArray().Select(fact => fact.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task State_and_facts_of_an_unknown_participant_are_404()
    {
        Expect.Problem(await server.Live.StateAsync(Some.Participant()), 404, null);
        Expect.Problem(await server.Live.FactsAsync(Some.Participant()), 404, null);
    }

    [Fact]
    public async Task A_replay_grants_nothing_again()
    {
        var (tenant, participant, key) = (await PublishedAsync(), Some.Participant(), Some.Key());
        var body = Some.Event(participant, properties: """{"amount":60,"currency":"USD"}""");
        var first = await tenant.Participant.PostEventAsync(body, key);

        var second = await tenant.Participant.PostEventAsync(body, key);

        Assert.Equal(first.Body, second.Body);
        Balance((await tenant.Participant.StateAsync(participant)).Json.GetProperty("points"), 60);
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> BuyAsync(TestTenant tenant, string participant, string amount, string? timestamp = null) =>
        tenant.Participant.PostEventAsync(Some.Event(participant, properties: $$"""{"amount":{{amount}},"currency":"USD"}""", timestamp: timestamp));

    private static string TypeOf(JsonElement reward) => reward.GetProperty("type").GetString()!;

    private static void Source(JsonElement reward, string type, string code)
    {
        var source = reward.GetProperty("source");
        Expect.Members(source, "type", "code");
        Assert.Equal(type, source.GetProperty("type").GetString());
        Assert.Equal(code, source.GetProperty("code").GetString());
    }

    private static void Balance(JsonElement points, long earned)
    {
        Assert.Equal(earned, points.GetProperty("balance").GetInt64());
        Assert.Equal(earned, points.GetProperty("total_earned").GetInt64());
        Assert.Equal(0, points.GetProperty("total_spent").GetInt64());
    }
}
