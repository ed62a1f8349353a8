using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Commands;

/// <summary>A few participants of <c>test</c> of the first tenant with points, a badge, codes, stock, a clock that waits, and what lies outside of a state's document.</summary>
internal static class RewardStory
{
    public const string First = "first";
    public const string Second = "second";
    public const string Key = "key-of-the-first";

    private const string Program =
        """
        {
          "point_rules": [{ "code": "p", "event_name": "buy", "amount": 10, "expires_after": "P30D" }],
          "challenges": [
            { "code": "coupons", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "buy", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] },
            { "code": "visits", "enrollment": "explicit", "objectives": [{ "code": "o", "event_name": "visit", "metric": { "type": "count" }, "target": 100 }] }
          ],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true }]
        }
        """;

    /// <summary>Plays it on a running server and answers the first event's answer, given under <see cref="Key"/>.</summary>
    public static async Task<Reply> PlayAsync(LaurelServer server)
    {
        var put = await server.Test.PutAsync(Api.Program, Program);
        Assert.True(put.Status is 200 or 201, put.ToString());
        var codes = await server.Test.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", """{"codes":["A","B","C"]}""");
        Assert.True(codes.Status is 200 or 201, codes.ToString());
        var reply = await server.Test.PostEventAsync(Some.Event(First, "buy"), Key);
        Expect.Processed(reply);
        Expect.Processed(await server.Test.PostEventAsync(Some.Event(Second, "buy", """{"a":[1.50,"ü"]}"""), Some.Key()));
        Expect.Processed(await server.Test.PostEventAsync(Some.Event(First, "visit")));
        var enrolled = await server.Test.PostAsync("/api/v1/gamify/challenges/visits/enroll", $$"""{"participant_id":"{{First}}"}""", ("Idempotency-Key", Some.Key()));
        Assert.True(enrolled.Status is 200 or 201, enrolled.ToString());
        return reply;
    }
}
