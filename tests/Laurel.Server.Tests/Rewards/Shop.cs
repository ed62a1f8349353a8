using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Rewards;

/// <summary>A tenant of its own with a program that sells rewards, and the calls of the shop.</summary>
internal sealed record Shop(TestTenant Tenant)
{
    public const string Rewards = "/api/v1/gamify/rewards";

    private const string Program =
        """
        {
          "currencies": [{ "code": "points", "name": "Points" }, { "code": "gems", "name": "Gems" }],
          "point_rules": [{ "code": "cashback", "event_name": "reward.claimed", "where": { "property": "properties.reward_code", "op": "eq", "value": "mug" }, "amount": 3 }],
          "challenges": [
            { "code": "welcome", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "hello", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] }
          ],
          "tiers": [{ "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 50 } }],
          "rewards": [
            { "code": "coupon", "name": "Coupon", "type": "coupon", "description": "For you", "points_cost": 20, "code_pool": true, "max_claims_per_participant": 2 },
            { "code": "mug", "name": "Mug", "type": "physical", "points_cost": 30, "stock": 5 },
            { "code": "wallpaper", "name": "Wallpaper", "type": "digital" },
            { "code": "old", "name": "Old", "type": "voucher", "points_cost": 1, "expires_at": "2020-01-01T00:00:00Z" },
            { "code": "gone", "name": "Gone", "type": "voucher", "is_active": false }
          ]
        }
        """;

    public Api Api => Tenant.Participant;

    public Api Admin => Tenant.Admin;

    public static async Task<Shop> OpenAsync(RunningServer server, params string[] codes)
    {
        var shop = new Shop(await server.NewTenantAsync());
        await shop.Tenant.PublishAsync(Program);
        if (codes.Length > 0)
        {
            await shop.UploadAsync("coupon", codes);
        }

        return shop;
    }

    public async Task UploadAsync(string reward, IEnumerable<string> codes)
    {
        var reply = await Admin.PostAsync($"/api/v1/gamify/admin/rewards/{reward}/codes", $$"""{"codes":{{JsonSerializer.Serialize(codes)}}}""");
        Assert.True(reply.Status == 200, reply.ToString());
    }

    /// <summary>A participant with points in the purse.</summary>
    public async Task<string> ParticipantAsync(long points)
    {
        var participant = Some.Participant();
        await AwardAsync(participant, points);
        return participant;
    }

    public async Task AwardAsync(string participant, long points)
    {
        var reply = await Api.PostAsync("/api/v1/gamify/points/award", $$"""{"participant_id":"{{participant}}","amount":{{points}}}""");
        Assert.True(reply.Status == 200, reply.ToString());
    }

    public Task<Reply> ClaimAsync(string reward, string participant, string? key = null, string more = "") => Api.PostAsync(
        $"{Rewards}/{reward}/claim", $$"""{"participant_id":"{{participant}}"{{more}}}""", key is null ? [] : [("Idempotency-Key", key)]);

    /// <summary>Claims, and answers the claim's id.</summary>
    public async Task<string> ClaimedAsync(string reward, string participant, string more = "")
    {
        var reply = await ClaimAsync(reward, participant, more: more);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply["claim_id"]!;
    }

    public Task<Reply> MoveAsync(string claim, string verb, string body = "{}", string? key = null) =>
        Admin.PostAsync($"/api/v1/gamify/admin/claims/{claim}/{verb}", body, key is null ? [] : [("Idempotency-Key", key)]);

    public Task<Reply> ReadAsync(string claim) => Admin.GetAsync($"/api/v1/gamify/admin/claims/{claim}");

    public Task<Reply> ClaimsAsync(string participant, string query = "") => Api.GetAsync($"{Api.PathOf(participant)}/claims{query}");

    public async Task<JsonElement> StockAsync(string reward) => (await Admin.GetAsync($"/api/v1/gamify/admin/rewards/{reward}/stock")).Json;

    public async Task<(long Balance, long Earned, long Spent)> PointsAsync(string participant)
    {
        var points = (await Api.GetAsync($"{Api.PathOf(participant)}/points")).Json;
        return (points.GetProperty("balance").GetInt64(), points.GetProperty("total_earned").GetInt64(), points.GetProperty("total_spent").GetInt64());
    }

    /// <summary>Every line of a participant's ledger, newest first.</summary>
    public async Task<List<JsonElement>> LedgerAsync(string participant)
    {
        var lines = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var reply = await Api.GetAsync($"{Api.PathOf(participant)}/points/transactions?page_size=100&page={page}");
            lines.AddRange(reply.Json.GetProperty("transactions").EnumerateArray());
            if (lines.Count >= reply.Json.GetProperty("total").GetInt32())
            {
                return lines;
            }
        }
    }
}
