using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>Many want what few can have: nothing is given twice, nothing is lost, and a restart changes nothing.</summary>
public sealed class LastCodesTests
{
    private const int Callers = 64;
    private const int Codes = 10;

    private static readonly string Program =
        $$"""
        {
          "challenges": [
            { "code": "coupons", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "coupon", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] },
            { "code": "mugs", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "mug", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "mug" }] },
            { "code": "both", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "both", "metric": { "type": "count" }, "target": 1 }],
              "rewards": [{ "type": "reward", "code": "mug" }, { "type": "reward", "code": "coupon" }] }
          ],
          "rewards": [
            { "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true },
            { "code": "mug", "name": "Mug", "type": "physical", "stock": {{Codes}} }
          ]
        }
        """;

    [Theory]
    [InlineData("coupon")]
    [InlineData("mug")]
    public async Task Sixty_four_events_at_once_win_the_last_ten(string reward)
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        await PrepareAsync(tenant);
        var participants = Enumerable.Range(0, Callers).Select(_ => Some.Participant()).ToArray();

        var replies = await Task.WhenAll(participants.Select(participant => tenant.Participant.PostEventAsync(Some.Event(participant, reward), $"key-{participant}")));

        Assert.All(replies, reply => Expect.Processed(reply));
        var granted = replies.SelectMany(reply => GrantedBy(reply.Json)).ToList();
        Assert.Equal(Codes, granted.Count);
        if (reward == "coupon")
        {
            Assert.Equal(Enumerable.Range(0, Codes).Select(number => $"CODE-{number}"), granted.Select(one => one.Code).Order(StringComparer.Ordinal));
        }

        await AgreeAsync(tenant, participants, reward, Callers - Codes);
        await server.KillAsync();
        await server.StartAsync();
        await AgreeAsync(tenant, participants, reward, Callers - Codes);
        for (var i = 0; i < Callers; i++)
        {
            var replay = await tenant.Participant.PostEventAsync(Some.Event(participants[i], reward), $"key-{participants[i]}");
            Assert.Equal(replies[i].Body, replay.Body);
            Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        }

        await AgreeAsync(tenant, participants, reward, Callers - Codes);
    }

    [Fact]
    public async Task Batches_that_want_both_in_any_order_share_them_exactly()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        await PrepareAsync(tenant);
        var participants = Enumerable.Range(0, 5).Select(_ => Some.Participant()).ToArray();
        string[] names = ["coupon", "both", "mug", "nothing"];
        var batches = Enumerable.Range(0, 8).Select(batch => Enumerable.Range(0, 20).Select(item =>
            Some.Event(participants[(batch + item) % participants.Length], names[(batch + (item * 3)) % names.Length], key: $"{batch}-{item}")).ToArray()).ToArray();

        var replies = await Task.WhenAll(batches.Select(batch => tenant.Participant.PostBatchAsync(batch)));

        Assert.All(replies, reply => Assert.Equal(20, reply.Json.GetProperty("processed").GetInt32()));
        var granted = replies.SelectMany(reply => reply.Json.GetProperty("results").EnumerateArray()).SelectMany(GrantedBy).ToList();
        Assert.Equal(Codes, granted.Count(one => one.Reward == "mug"));
        Assert.Equal(
            Enumerable.Range(0, Codes).Select(number => $"CODE-{number}"),
            granted.Where(one => one.Reward == "coupon").Select(one => one.Code).Order(StringComparer.Ordinal));
        var wanted = batches.SelectMany(batch => batch).Sum(body => body.Contains("\"both\"", StringComparison.Ordinal) ? 2 : body.Contains("\"nothing\"", StringComparison.Ordinal) ? 0 : 1);
        await CountFactsAsync(tenant, participants, 2 * Codes, wanted - (2 * Codes));

        var again = await tenant.Participant.PostBatchAsync(batches[0]);
        Assert.Equal(replies[0].Body, again.Body);
    }

    private static async Task PrepareAsync(TestTenant tenant)
    {
        await tenant.PublishAsync(Program);
        var codes = JsonSerializer.Serialize(Enumerable.Range(0, Codes).Select(number => $"CODE-{number}"));
        var uploaded = await tenant.Admin.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", $$"""{"codes":{{codes}}}""");
        Assert.True(uploaded.Status == 200, uploaded.ToString());
    }

    // Stock, states and facts tell the same story.
    private static async Task AgreeAsync(TestTenant tenant, string[] participants, string reward, int refused)
    {
        var stock = (await tenant.Admin.GetAsync($"/api/v1/gamify/admin/rewards/{reward}/stock")).Json;
        Assert.Equal(Codes, stock.GetProperty("issued").GetInt32());
        Assert.Equal(0, stock.GetProperty("available").GetInt32());
        Assert.Equal(reward == "coupon" ? 0 : stock.GetProperty("codes_total").GetInt32(), stock.GetProperty("codes_free").GetInt32());
        await CountFactsAsync(tenant, participants, Codes, refused);
        var claims = new List<JsonElement>();
        foreach (var participant in participants)
        {
            claims.AddRange((await tenant.Participant.StateAsync(participant, "?include=rewards")).Json.GetProperty("rewards").EnumerateArray());
        }

        Assert.Equal(Codes, claims.Select(claim => claim.GetProperty("claim_id").GetString()).Distinct().Count());
        Assert.Equal(reward == "coupon" ? Codes : 1, claims.Select(claim => claim.GetProperty("code_value").GetString()).Distinct().Count());
    }

    private static async Task CountFactsAsync(TestTenant tenant, string[] participants, int granted, int refused)
    {
        foreach (var (kind, expected) in ((string, int)[])[("reward.granted", granted), ("reward.refused", refused)])
        {
            var total = 0;
            foreach (var participant in participants)
            {
                total += (await tenant.Participant.FactsAsync(participant, $"?kind={kind}")).Json.GetProperty("total").GetInt32();
            }

            Assert.Equal(expected, total);
        }
    }

    private static IEnumerable<(string Reward, string? Code)> GrantedBy(JsonElement result) =>
        result.GetProperty("rewards_granted").EnumerateArray().Where(reward => reward.GetProperty("type").GetString() == "reward")
            .Select(reward => (reward.GetProperty("reward_code").GetString()!, reward.GetProperty("code_value").GetString()));
}
