namespace Laurel.Server.Tests.Harness;

/// <summary>Holds a participant's facts against its state, page by page, through the API alone.</summary>
public static class Ledger
{
    /// <summary>Points of the default currency that the facts say were awarded.</summary>
    public static async Task<long> SumAsync(Api api, string participant)
    {
        var sum = 0L;
        for (var page = 1; ; page++)
        {
            var reply = await api.FactsAsync(participant, $"?kind=points.awarded&page={page}&page_size=100");
            Assert.True(reply.Status == 200, reply.ToString());
            var facts = reply.Json.GetProperty("facts").EnumerateArray().ToList();
            sum += facts.Sum(fact => fact.GetProperty("data").GetProperty("amount").GetInt64());
            if (page * 100 >= reply.Json.GetProperty("total").GetInt32())
            {
                return sum;
            }
        }
    }

    /// <summary>Fails unless the sum of points facts is the balance. Returns it; 0 for an unknown participant.</summary>
    public static async Task<long> CheckAsync(Api api, string participant)
    {
        var state = await api.StateAsync(participant, "?include=points");
        if (state.Status == 404)
        {
            return 0;
        }

        var balance = state.Json.GetProperty("points").GetProperty("balance").GetInt64();
        Assert.Equal(balance, await SumAsync(api, participant));
        return balance;
    }
}
