using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>What is read does not depend on how far the store has come with folding its log.</summary>
public sealed class FoldingTests(FoldingServer server) : IClassFixture<FoldingServer>
{
    [Fact]
    public async Task History_facts_and_replays_are_right_at_every_stage_of_a_fold()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync("""{"point_rules":[{"code":"one","event_name":"even","amount":1}]}""");
        string[] participants = [Some.Participant(), Some.Participant()];
        var prefix = Some.Key();

        // Each batch is a commit, and each commit takes a fold one stage further: forty of them see every stage several times.
        var sent = new List<(List<string> Events, string Answer)>();
        for (var batch = 0; batch < 40; batch++)
        {
            var numbers = Enumerable.Range(batch * 12, 12).ToList();
            var events = numbers.ConvertAll(n => Some.Event(participants[n % 2], n % 4 < 2 ? "even" : "odd", $$"""{"n":{{n}}}""", key: $"{prefix}:{n}"));
            var answer = await tenant.Participant.PostBatchAsync(events);
            Assert.Equal(12, answer.Json.GetProperty("processed").GetInt32());

            sent.Add((events, answer.Text));
            foreach (var (earlier, text) in (IEnumerable<(List<string>, string)>)[sent[batch], sent[batch / 2], sent[0]])
            {
                Assert.Equal(text, (await tenant.Participant.PostBatchAsync(earlier)).Text);
            }

            foreach (var participant in participants)
            {
                await CheckAsync(tenant.Participant, participant, Enumerable.Range(0, (batch + 1) * 12).Where(n => participants[n % 2] == participant).ToList());
            }
        }
    }

    private static async Task CheckAsync(Api api, string participant, List<int> sent)
    {
        Assert.Equal(sent.AsEnumerable().Reverse(), await NumbersAsync(api, participant, ""));
        Assert.Equal(sent.Where(n => n % 4 < 2).Reverse(), await NumbersAsync(api, participant, "event_name=even&"));
        Assert.Equal(sent.Count(n => n % 4 < 2), await Ledger.CheckAsync(api, participant));
    }

    private static async Task<List<int>> NumbersAsync(Api api, string participant, string filter)
    {
        var numbers = new List<int>();
        for (var page = 1; ; page++)
        {
            var reply = (await api.HistoryAsync(participant, $"?{filter}page={page}&page_size=37")).Json;
            numbers.AddRange(reply.GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("properties").GetProperty("n").GetInt32()));
            if (page * 37 >= reply.GetProperty("total").GetInt32())
            {
                return numbers;
            }
        }
    }
}
