using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>What callers do by hand, so that each kind of fact is made that no rule and no clock makes. It takes a reward <c>mug</c> that costs 5 points.</summary>
internal static class ByHand
{
    public static async Task LiveAsync(Api api, string participant)
    {
        Assert.Equal(201, (await api.PostAsync("/api/v1/gamify/participants", $$"""{"participant_id":"{{participant}}","display_name":"Zoë"}""")).Status);
        await DoneAsync(api, "points/award", $$"""{"participant_id":"{{participant}}","amount":10}""");
        var first = await DoneAsync(api, "rewards/mug/claim", $$"""{"participant_id":"{{participant}}"}""");
        await DoneAsync(api, $"admin/claims/{first["claim_id"]}/cancel", "{}");
        var second = await DoneAsync(api, "rewards/mug/claim", $$"""{"participant_id":"{{participant}}"}""");
        await DoneAsync(api, $"admin/claims/{second["claim_id"]}/redeem", "{}");
    }

    private static async Task<Reply> DoneAsync(Api api, string path, string body)
    {
        var reply = await api.PostAsync($"/api/v1/gamify/{path}", body);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply;
    }
}
