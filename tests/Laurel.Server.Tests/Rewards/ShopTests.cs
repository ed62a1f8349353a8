using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Rewards;

/// <summary>The shop's list, and claims. Source: gamification-api.md, "Rewards".</summary>
[Collection(OneServer.Name)]
public sealed class ShopTests(RunningServer server)
{
    [Fact]
    public async Task The_shop_lists_what_can_be_had_now()
    {
        var shop = await Shop.OpenAsync(server, "A", "B", "C");
        var participant = await shop.ParticipantAsync(100);
        await shop.ClaimedAsync("coupon", participant);
        await shop.ClaimedAsync("mug", participant);

        var list = (await shop.Api.GetAsync(Shop.Rewards)).Json;

        Assert.Equal(
            """
            {"rewards":[
            {"id":"coupon","name":"Coupon","type":"coupon","description":"For you","points_cost":20,"available_codes":2,"max_claims_per_user":2,"expires_at":null},
            {"id":"mug","name":"Mug","type":"physical","description":"","points_cost":30,"available_codes":4,"max_claims_per_user":null,"expires_at":null},
            {"id":"wallpaper","name":"Wallpaper","type":"digital","description":"","points_cost":0,"available_codes":null,"max_claims_per_user":null,"expires_at":null}],
            "total":3}
            """.ReplaceLineEndings(""),
            list.GetRawText());
    }

    [Theory]
    [InlineData("physical", "mug")]
    [InlineData("voucher", "")]
    [InlineData("points_multiplier", "")]
    public async Task The_list_is_narrowed_to_a_type(string type, string codes)
    {
        var shop = await Shop.OpenAsync(server);

        var list = (await shop.Api.GetAsync($"{Shop.Rewards}?reward_type={type}")).Json;

        Assert.Equal(codes, string.Join(' ', list.GetProperty("rewards").EnumerateArray().Select(reward => reward.GetProperty("id").GetString())));
        Assert.Equal(codes.Length == 0 ? 0 : 1, list.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("?reward_type=")]
    [InlineData("?reward_type=Coupon")]
    [InlineData("?reward_type=coupon&reward_type=digital")]
    public async Task A_type_that_there_is_not_is_unprocessable(string query) =>
        Expect.Unprocessable(await server.Test.GetAsync(Shop.Rewards + query), "/reward_type");

    [Fact]
    public async Task A_claim_takes_points_and_a_code_at_once_and_says_so()
    {
        var shop = await Shop.OpenAsync(server, "SAVE-1", "SAVE-2");
        var participant = await shop.ParticipantAsync(70);

        var reply = await shop.ClaimAsync("coupon", participant);

        Assert.True(reply.Status == 200, reply.ToString());
        Expect.Members(
            reply.Json,
            "claim_id", "participant_id", "reward_code", "reward_name", "reward_type", "code_value", "status", "points_deducted", "new_balance", "claimed_at", "rewards_granted");
        Assert.Equal(
            (participant, "coupon", "Coupon", "coupon", "SAVE-1", "issued"),
            (reply["participant_id"], reply["reward_code"], reply["reward_name"], reply["reward_type"], reply["code_value"], reply["status"]));
        Assert.Equal((20, 50), (reply.Json.GetProperty("points_deducted").GetInt64(), reply.Json.GetProperty("new_balance").GetInt64()));
        var grant = Assert.Single(reply.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Equal((reply["claim_id"], "api", "claim"), (grant.GetProperty("claim_id").GetString(), grant.GetProperty("source").GetProperty("type").GetString(), grant.GetProperty("source").GetProperty("code").GetString()));
        Assert.Equal((50, 70, 20), await shop.PointsAsync(participant));
        var facts = (await shop.Api.FactsAsync(participant)).Json.GetProperty("facts").EnumerateArray().ToList();
        Assert.Equal(["reward.claimed", "points.deducted"], facts.Take(2).Select(fact => fact.GetProperty("kind").GetString()));
        Assert.Equal(reply["claim_id"], facts[0].GetProperty("fact_id").GetString());
        Assert.Equal(
            """{"reward_code":"coupon","reward_name":"Coupon","reward_type":"coupon","code_value":"SAVE-1","currency":"points","points_deducted":20}""",
            facts[0].GetProperty("data").GetRawText());
        var line = (await shop.LedgerAsync(participant))[0];
        Assert.Equal(("deduct", -20, 50), (line.GetProperty("type").GetString(), line.GetProperty("amount").GetInt64(), line.GetProperty("balance_after").GetInt64()));
        Assert.Equal("""{"type":"reward","code":"coupon"}""", line.GetProperty("source").GetRawText());
        Assert.Equal(1, (await shop.StockAsync("coupon")).GetProperty("available").GetInt32());
    }

    [Fact]
    public async Task A_claim_without_points_or_of_what_costs_none_takes_none()
    {
        var shop = await Shop.OpenAsync(server, "SAVE-1");
        var participant = Some.Participant();

        var free = await shop.ClaimAsync("wallpaper", participant);
        var given = await shop.ClaimAsync("coupon", participant, more: ",\"points_deduction\":false");

        Assert.Equal((200, 200), (free.Status, given.Status));
        Assert.Null(free["code_value"]);
        Assert.Equal("SAVE-1", given["code_value"]);
        Assert.Equal((0, 0), (free.Json.GetProperty("points_deducted").GetInt64(), given.Json.GetProperty("points_deducted").GetInt64()));
        Assert.Empty(await shop.LedgerAsync(participant));
    }

    [Fact]
    public async Task Rules_hear_of_a_claim_and_their_points_are_in_its_balance()
    {
        var shop = await Shop.OpenAsync(server);
        var participant = await shop.ParticipantAsync(49);

        var reply = await shop.ClaimAsync("mug", participant);

        Assert.Equal(22, reply.Json.GetProperty("new_balance").GetInt64());
        Assert.Equal(["reward", "points", "tier"], reply.Json.GetProperty("rewards_granted").EnumerateArray().Select(grant => grant.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_retry_with_the_key_is_answered_byte_for_byte_and_claims_once()
    {
        var shop = await Shop.OpenAsync(server, "A", "B");
        var (participant, key) = (await shop.ParticipantAsync(100), Some.Key());

        var first = await shop.ClaimAsync("coupon", participant, key);
        var again = await shop.ClaimAsync("coupon", participant, key);
        var other = await shop.ClaimAsync("mug", participant, key);

        Assert.Equal(first.Body, again.Body);
        Assert.Equal(first.Body, other.Body);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal("true", other.Header("Idempotency-Payload-Mismatch"));
        Assert.Equal((80, 100, 20), await shop.PointsAsync(participant));
        Assert.Equal(1, (await shop.StockAsync("coupon")).GetProperty("issued").GetInt32());
    }

    [Fact]
    public async Task A_refusal_says_why_burns_no_key_and_leaves_no_trace()
    {
        var shop = await Shop.OpenAsync(server, "A");
        var (participant, key) = (await shop.ParticipantAsync(19), Some.Key());

        Expect.Problem(await shop.ClaimAsync("nothing", participant, key), 404, "REWARD_NOT_FOUND");
        Expect.Problem(await shop.ClaimAsync("gone", participant, key), 404, "REWARD_NOT_FOUND");
        Expect.Problem(await shop.ClaimAsync("old", participant, key), 409, "REWARD_EXPIRED");
        var poor = await shop.ClaimAsync("coupon", participant, key);
        Expect.Problem(poor, 400, "INSUFFICIENT_POINTS");
        Assert.Equal("Insufficient points. Available: 19, requested: 20", poor["detail"]);
        Assert.Equal((19, 19, 0), await shop.PointsAsync(participant));
        Assert.Equal(1, (await shop.Api.FactsAsync(participant)).Json.GetProperty("total").GetInt32());
        Assert.Equal(0, (await shop.StockAsync("coupon")).GetProperty("issued").GetInt32());
        await shop.AwardAsync(participant, 1);
        Assert.Equal(200, (await shop.ClaimAsync("coupon", participant, key)).Status);
        var unknown = Some.Participant();
        Expect.Problem(await shop.ClaimAsync("mug", unknown), 400, "INSUFFICIENT_POINTS");
        Expect.Problem(await shop.Api.StateAsync(unknown), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task What_is_out_of_stock_or_was_had_often_enough_takes_no_points()
    {
        var shop = await Shop.OpenAsync(server, "A", "B", "C");
        var (first, second) = (await shop.ParticipantAsync(100), await shop.ParticipantAsync(100));
        await shop.ClaimedAsync("coupon", first);
        await shop.ClaimedAsync("coupon", first);

        Expect.Problem(await shop.ClaimAsync("coupon", first), 409, "REWARD_CLAIM_LIMIT_REACHED");
        await shop.ClaimedAsync("coupon", second);
        Expect.Problem(await shop.ClaimAsync("coupon", second), 409, "REWARD_OUT_OF_STOCK");

        Assert.Equal(60, (await shop.PointsAsync(first)).Balance);
        Assert.Equal(80, (await shop.PointsAsync(second)).Balance);
    }

    [Fact]
    public async Task A_claim_that_cannot_be_read_is_unprocessable()
    {
        var shop = await Shop.OpenAsync(server);

        Expect.Unprocessable(await shop.Api.PostAsync($"{Shop.Rewards}/mug/claim", "{}"), "/participant_id");
        Expect.Unprocessable(await shop.Api.PostAsync($"{Shop.Rewards}/mug/claim", """{"participant_id":7,"points_deduction":"yes"}"""), "/participant_id", "/points_deduction");
        Expect.Unprocessable(await shop.Api.PostAsync($"{Shop.Rewards}/mug/claim", "[]"), "");
        Expect.Problem(await shop.Api.SendAsync(HttpMethod.Post, $"{Shop.Rewards}/mug/claim", "x"u8.ToArray(), "text/plain"), 415, null);
        Expect.Problem(await shop.ClaimAsync("mug", "p", "no spaces please"), 400, "IDEMPOTENCY_KEY_INVALID");
        Expect.Problem(await server.Anonymous.GetAsync(Shop.Rewards), 401, "unauthorized");
        Expect.Problem(await server.Anonymous.PostAsync($"{Shop.Rewards}/mug/claim", "{}"), 401, "unauthorized");
    }

    [Fact]
    public async Task Claims_count_towards_the_participants_rate()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":0.01,"burst":1}""");
        await tenant.PublishAsync("""{"rewards":[{"code":"wallpaper","type":"digital"}]}""");
        var shop = new Shop(tenant);
        await shop.ClaimedAsync("wallpaper", "p");

        Expect.Capped(await shop.ClaimAsync("wallpaper", "p"));
    }

    [Fact]
    public async Task The_shop_of_the_other_environment_is_another_shop()
    {
        var shop = await Shop.OpenAsync(server, "A");

        Assert.Equal(0, (await shop.Tenant.Live.GetAsync(Shop.Rewards)).Json.GetProperty("total").GetInt32());
        Expect.Problem(await shop.Tenant.Live.PostAsync($"{Shop.Rewards}/wallpaper/claim", """{"participant_id":"p"}"""), 404, "REWARD_NOT_FOUND");
    }
}
