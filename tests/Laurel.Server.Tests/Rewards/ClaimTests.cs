using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Rewards;

/// <summary>What becomes of claims: issued, then redeemed or cancelled, once.</summary>
[Collection(OneServer.Name)]
public sealed class ClaimTests(RunningServer server)
{
    private static readonly string[] Members =
    [
        "claim_id", "reward_code", "reward_name", "reward_type", "code_value", "currency", "points_deducted", "source", "status", "claimed_at", "redeemed_at", "cancelled_at",
    ];

    [Fact]
    public async Task A_claim_is_read_and_redeemed_once()
    {
        var shop = await Shop.OpenAsync(server, "A");
        var participant = await shop.ParticipantAsync(100);
        var claim = await shop.ClaimedAsync("coupon", participant);

        var issued = (await shop.ReadAsync(claim)).Json;
        var redeemed = await shop.MoveAsync(claim, "redeem", """{"reason":"Order 4711"}""");
        var read = await shop.ReadAsync(claim);

        Expect.Members(issued, ["participant_id", "reason", .. Members]);
        Assert.Equal("issued", issued.GetProperty("status").GetString());
        Assert.True(redeemed.Status == 200, redeemed.ToString());
        Expect.Members(
            redeemed.Json,
            "claim_id", "participant_id", "reward_code", "reward_name", "reward_type", "status", "points_refunded", "new_balance", "redeemed_at", "cancelled_at", "rewards_granted");
        Assert.Equal((claim, participant, "redeemed"), (redeemed["claim_id"], redeemed["participant_id"], redeemed["status"]));
        Assert.Equal((0, 80), (redeemed.Json.GetProperty("points_refunded").GetInt64(), redeemed.Json.GetProperty("new_balance").GetInt64()));
        Assert.Equal(("redeemed", "Order 4711", redeemed["redeemed_at"]), (read["status"], read["reason"], read["redeemed_at"]));
        Assert.Null(read["cancelled_at"]);
        Expect.Problem(await shop.MoveAsync(claim, "redeem"), 409, "CLAIM_REDEEMED");
        Expect.Problem(await shop.MoveAsync(claim, "cancel"), 409, "CLAIM_REDEEMED");
        var fact = (await shop.Api.FactsAsync(participant)).Json.GetProperty("facts")[0];
        Assert.Equal("reward.redeemed", fact.GetProperty("kind").GetString());
        Assert.Equal($$"""{"reward_code":"coupon","reward_name":"Coupon","reward_type":"coupon","claim_id":"{{claim}}"}""", fact.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Cancelling_gives_the_points_back_frees_the_cap_and_keeps_the_code()
    {
        var shop = await Shop.OpenAsync(server, "A", "B", "C");
        var participant = await shop.ParticipantAsync(100);
        await shop.ClaimedAsync("coupon", participant);
        var claim = await shop.ClaimedAsync("coupon", participant);
        Expect.Problem(await shop.ClaimAsync("coupon", participant), 409, "REWARD_CLAIM_LIMIT_REACHED");

        var cancelled = await shop.MoveAsync(claim, "cancel", """{"reason":"Sold out"}""");

        Assert.True(cancelled.Status == 200, cancelled.ToString());
        Assert.Equal((20, 80), (cancelled.Json.GetProperty("points_refunded").GetInt64(), cancelled.Json.GetProperty("new_balance").GetInt64()));
        Assert.Equal((80, 100, 20), await shop.PointsAsync(participant));
        var line = (await shop.LedgerAsync(participant))[0];
        Assert.Equal(("refund", 20, 80, "Sold out"), (line.GetProperty("type").GetString(), line.GetProperty("amount").GetInt64(), line.GetProperty("balance_after").GetInt64(), line.GetProperty("reason").GetString()));
        Expect.Problem(await shop.MoveAsync(claim, "redeem"), 409, "CLAIM_CANCELLED");
        Expect.Problem(await shop.MoveAsync(claim, "cancel"), 409, "CLAIM_CANCELLED");
        Assert.Equal((2, 1), ((await shop.StockAsync("coupon")).GetProperty("issued").GetInt32(), (await shop.StockAsync("coupon")).GetProperty("codes_free").GetInt32()));
        Assert.Equal("C", (await shop.ClaimAsync("coupon", participant))["code_value"]);
        var kinds = (await shop.Api.FactsAsync(participant)).Json.GetProperty("facts").EnumerateArray().Select(fact => fact.GetProperty("kind").GetString());
        Assert.Equal(["reward.claimed", "points.deducted", "points.refunded", "reward.cancelled"], kinds.Take(4));
    }

    [Fact]
    public async Task What_a_rule_granted_is_a_claim_too()
    {
        var shop = await Shop.OpenAsync(server, "A", "B");
        var participant = await shop.ParticipantAsync(30);
        var grants = (await shop.Api.PostEventAsync(Some.Event(participant, "hello"))).Json.GetProperty("rewards_granted").EnumerateArray();
        var granted = grants.Single(grant => grant.GetProperty("type").GetString() == "reward").GetProperty("claim_id").GetString()!;
        var claimed = await shop.ClaimedAsync("coupon", participant);

        var cancelled = await shop.MoveAsync(granted, "cancel");
        var list = (await shop.ClaimsAsync(participant)).Json;

        Assert.Equal((0, 10), (cancelled.Json.GetProperty("points_refunded").GetInt64(), cancelled.Json.GetProperty("new_balance").GetInt64()));
        Expect.Members(list, "participant_id", "claims", "total", "page", "page_size");
        var claims = list.GetProperty("claims").EnumerateArray().ToList();
        Assert.All(claims, claim => Expect.Members(claim, Members));
        Assert.Equal([claimed, granted], claims.Select(claim => claim.GetProperty("claim_id").GetString()));
        Assert.Equal(["issued", "cancelled"], claims.Select(claim => claim.GetProperty("status").GetString()));
        Assert.Equal(["B", "A"], claims.Select(claim => claim.GetProperty("code_value").GetString()));
        Assert.Equal(["points", null], claims.Select(claim => claim.GetProperty("currency").GetString()));
        Assert.Equal(["api", "challenge"], claims.Select(claim => claim.GetProperty("source").GetProperty("type").GetString()));
        Assert.Equal(list.GetProperty("claims").GetRawText(), (await shop.Api.StateAsync(participant, "?include=rewards")).Json.GetProperty("rewards").GetRawText());
    }

    [Fact]
    public async Task Claims_are_paged()
    {
        var shop = await Shop.OpenAsync(server);
        var participant = Some.Participant();
        var claims = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            claims.Insert(0, await shop.ClaimedAsync("wallpaper", participant));
        }

        var page = (await shop.ClaimsAsync(participant, "?page=2&page_size=2")).Json;

        Assert.Equal((5, 2, 2), (page.GetProperty("total").GetInt32(), page.GetProperty("page").GetInt32(), page.GetProperty("page_size").GetInt32()));
        Assert.Equal(claims[2..4], page.GetProperty("claims").EnumerateArray().Select(claim => claim.GetProperty("claim_id").GetString()!));
        Expect.Unprocessable(await shop.ClaimsAsync(participant, "?page=0&page_size=101"), "/page", "/page_size");
        Expect.Problem(await shop.ClaimsAsync(Some.Participant()), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Theory]
    [InlineData("redeem")]
    [InlineData("cancel")]
    public async Task A_retry_with_the_key_moves_a_claim_once_and_is_answered_alike(string verb)
    {
        var shop = await Shop.OpenAsync(server);
        var (participant, key) = (await shop.ParticipantAsync(100), Some.Key());
        var claim = await shop.ClaimedAsync("mug", participant);

        var first = await shop.MoveAsync(claim, verb, key: key);
        var again = await shop.MoveAsync(claim, verb, key: key);

        Assert.True(first.Status == 200, first.ToString());
        Assert.Equal(first.Body, again.Body);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_claim_that_is_not_there_or_not_the_keys_is_404()
    {
        var shop = await Shop.OpenAsync(server, "A");
        var participant = await shop.ParticipantAsync(50);
        var claim = await shop.ClaimedAsync("coupon", participant);
        var other = await Shop.OpenAsync(server);
        var award = (await shop.LedgerAsync(participant))[^1].GetProperty("transaction_id").GetString()!;
        var emitted = await shop.Api.PostEventAsync(Some.Event(participant, "nothing"));

        // No claims: what is no id, nobody's id, an event's, its fact's, that of a fact of another kind, one beyond the input's facts, another reading of a claim's id.
        string[] ids = ["x", "01KHDX4D00E8KD1Z3V8S2B0003", emitted["event_id"]!, emitted["fact_id"]!, award, claim[..^1] + "Z", "8" + claim[1..]];
        foreach (var id in ids)
        {
            Expect.Problem(await shop.ReadAsync(id), 404, "CLAIM_NOT_FOUND");
            Expect.Problem(await shop.MoveAsync(id, "redeem"), 404, "CLAIM_NOT_FOUND");
            Expect.Problem(await shop.MoveAsync(id, "cancel"), 404, "CLAIM_NOT_FOUND");
        }

        foreach (var stranger in (Api[])[other.Admin, shop.Tenant.Live])
        {
            Expect.Problem(await stranger.GetAsync($"/api/v1/gamify/admin/claims/{claim}"), 404, "CLAIM_NOT_FOUND");
            Expect.Problem(await stranger.PostAsync($"/api/v1/gamify/admin/claims/{claim}/cancel", "{}"), 404, "CLAIM_NOT_FOUND");
            Expect.Problem(await stranger.PostAsync($"/api/v1/gamify/admin/claims/{claim}/redeem", "{}"), 404, "CLAIM_NOT_FOUND");
        }

        Assert.Equal("issued", (await shop.ReadAsync(claim))["status"]);
        Assert.Equal(30, (await shop.PointsAsync(participant)).Balance);
    }

    [Fact]
    public async Task Moving_claims_takes_an_admin_key_and_a_body_that_can_be_read()
    {
        var shop = await Shop.OpenAsync(server);
        var claim = await shop.ClaimedAsync("wallpaper", Some.Participant());
        var path = $"/api/v1/gamify/admin/claims/{claim}";

        Expect.Problem(await shop.Api.GetAsync(path), 403, "forbidden");
        foreach (var verb in (string[])["redeem", "cancel"])
        {
            Expect.Problem(await shop.Api.PostAsync($"{path}/{verb}", "{}"), 403, "forbidden");
            Expect.Problem(await server.Anonymous.PostAsync($"{path}/{verb}", "{}"), 401, "unauthorized");
            Expect.Unprocessable(await shop.MoveAsync(claim, verb, $$"""{"reason":"{{new string('x', 501)}}"}"""), "/reason");
            Expect.Unprocessable(await shop.MoveAsync(claim, verb, """{"reason":1}"""), "/reason");
            Expect.Problem(await shop.MoveAsync(claim, verb, key: "a b"), 400, "IDEMPOTENCY_KEY_INVALID");
        }

        Assert.Equal("issued", (await shop.ReadAsync(claim))["status"]);
    }

    [Fact]
    public async Task A_claim_is_moved_once_however_many_try()
    {
        var shop = await Shop.OpenAsync(server);
        var participant = await shop.ParticipantAsync(100);
        var claim = await shop.ClaimedAsync("mug", participant);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => shop.MoveAsync(claim, i % 2 == 0 ? "redeem" : "cancel")));

        var winner = Assert.Single(replies, reply => reply.Status == 200);
        var isCancelled = winner["status"] == "cancelled";
        Assert.All(replies.Where(reply => reply != winner), reply => Expect.Problem(reply, 409, isCancelled ? "CLAIM_CANCELLED" : "CLAIM_REDEEMED"));
        Assert.Equal(isCancelled ? 103 : 73, (await shop.PointsAsync(participant)).Balance);
    }
}
