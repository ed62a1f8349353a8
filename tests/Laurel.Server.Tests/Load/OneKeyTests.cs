using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>Two hundred parallel calls with one key: one is processed, all answer the same bytes. Source: semantics §4.</summary>
public sealed class OneKeyTests(FoldingServer server) : IClassFixture<FoldingServer>
{
    private const int Calls = 200;

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(Calls, false)]
    [InlineData(Calls, true)]
    public async Task Parallel_calls_with_one_key_make_one_event(int participantCount, bool isMixedWithBatches)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync("""{"point_rules":[{"code":"five","event_name":"purchase_completed","amount":5}]}""");

        // Three times, as a race may be won by luck.
        for (var round = 0; round < 3; round++)
        {
            var key = Some.Key();
            var participants = Enumerable.Range(0, participantCount).Select(_ => Some.Participant()).ToList();
            var calls = Enumerable.Range(0, Calls).Select(i => CallAsync(
                tenant.Participant, participants[i % participantCount], key, inBatch: isMixedWithBatches && i % 2 == 1));

            var answers = await Task.WhenAll(calls);

            Assert.Single(answers.Distinct(StringComparer.Ordinal));
            var totals = await Task.WhenAll(participants.Select(id => TotalAsync(tenant.Participant, id)));
            Assert.Equal(1, totals.Sum());
            Assert.Equal(5, await Ledger.CheckAsync(tenant.Participant, participants[Array.IndexOf(totals, 1)]));
        }
    }

    [Fact]
    public async Task A_batch_that_repeats_one_key_a_hundred_times_beside_others_makes_one_event()
    {
        var tenant = await server.NewTenantAsync();
        var (participant, key) = (Some.Participant(), Some.Key());

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(participant, key: key), 100))));

        var results = replies.SelectMany(reply => reply.Json.GetProperty("results").EnumerateArray()).Select(result => result.GetRawText()).ToList();
        Assert.Equal(2000, results.Count);
        Assert.Single(results.Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await TotalAsync(tenant.Participant, participant));
    }

    [Fact]
    public async Task Batches_that_cross_each_other_on_two_keys_and_two_participants_make_one_event_a_key()
    {
        var tenant = await server.NewTenantAsync();
        string[] participants = [Some.Participant(), Some.Participant()];
        string[] keys = [Some.Key(), Some.Key()];

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => tenant.Participant.PostBatchAsync(
            Some.Event(participants[i % 2], key: keys[i / 2 % 2]), Some.Event(participants[(i + 1) % 2], key: keys[((i / 2) + 1) % 2]))));

        var ids = replies.SelectMany(reply => reply.Json.GetProperty("results").EnumerateArray()).Select(Expect.Processed).Distinct();
        Assert.Equal(2, ids.Count());
        Assert.Equal(2, await TotalAsync(tenant.Participant, participants[0]) + await TotalAsync(tenant.Participant, participants[1]));
    }

    private static async Task<string> CallAsync(Api api, string participant, string key, bool inBatch)
    {
        if (!inBatch)
        {
            var single = await api.PostEventAsync(Some.Event(participant), key);
            Expect.Processed(single);
            return Encoding.UTF8.GetString(single.Body);
        }

        var batch = await api.PostBatchAsync(Some.Event(participant, key: key));
        Assert.True(batch.Status == 200, batch.ToString());
        return Assert.Single(batch.Json.GetProperty("results").EnumerateArray()).GetRawText();
    }

    private static async Task<int> TotalAsync(Api api, string participant) => (await api.HistoryAsync(participant)).Json.GetProperty("total").GetInt32();
}
