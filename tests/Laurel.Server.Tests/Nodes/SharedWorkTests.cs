using Laurel.Server.Tests.Harness;
using Npgsql;

namespace Laurel.Server.Tests.Nodes;

/// <summary>Two nodes given the same things at once do each once, and what one of them is told governs the other. Source: issue "PostgreSQL and many nodes".</summary>
[Trait(TestStore.Trait, TestStore.Postgres)]
public sealed class SharedWorkTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private const string FivePoints = """{"point_rules":[{"code":"five","event_name":"purchase_completed","amount":5}]}""";

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task The_same_keys_sent_to_both_at_once_are_processed_once_and_answered_alike(int participantCount)
    {
        const int Keys = 60;
        var tenant = await nodes.NewTenantAsync();
        await tenant.PublishAsync(FivePoints);
        var apis = await KnownToBothAsync(tenant.Participant);
        var participants = Enumerable.Range(0, participantCount).Select(_ => Some.Participant()).ToArray();

        // Each key goes to either node twice, alone and in a batch that names the participants the other way round.
        var singles = Enumerable.Range(0, Keys * 2).Select(async i =>
            (Key: i / 2, (await apis[i % 2].PostEventAsync(Body(i / 2))).Text));
        var batches = Enumerable.Range(0, Keys / 5 * 2).Select(async i =>
        {
            int[] keys = [.. Enumerable.Range(i / 2 * 5, 5).Reverse()];
            var reply = await apis[i % 2].PostBatchAsync(keys.Select(Body));
            Assert.True(reply.Status == 200, reply.ToString());
            return keys.Zip(reply.Json.GetProperty("results").EnumerateArray().Select(result => result.GetRawText()));
        });
        var (single, batch) = (Task.WhenAll(singles), Task.WhenAll(batches));
        var answers = (await single).Concat((await batch).SelectMany(part => part)).ToLookup(answer => answer.Item1, answer => answer.Item2);

        Assert.Equal(Keys, answers.Count);
        Assert.All(answers, key => Assert.Single(key.Distinct(StringComparer.Ordinal)));
        foreach (var (participant, place) in participants.Select((participant, place) => (participant, place)))
        {
            var events = Enumerable.Range(0, Keys).Count(key => key % participantCount == place);
            Assert.Equal(events * 5, await Ledger.CheckAsync(apis[place % 2], participant));
            Assert.Equal(events, (await apis[(place + 1) % 2].HistoryAsync(participant)).Json.GetProperty("total").GetInt32());
        }

        string Body(int key) => Some.Event(participants[key % participantCount], key: $"key-{key}");
    }

    [Fact]
    public async Task The_last_ten_codes_are_won_by_ten_whichever_node_they_ask()
    {
        const int Callers = 64;
        var tenant = await nodes.NewTenantAsync();
        await tenant.PublishAsync(
            """
            {"challenges":[{"code":"c","objectives":[{"code":"o","event_name":"want","metric":{"type":"count"},"target":1}],"rewards":[{"type":"reward","code":"coupon"}]}],
             "rewards":[{"code":"coupon","name":"Coupon","type":"coupon","code_pool":true}]}
            """);
        var uploaded = await tenant.Admin.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", """{"codes":["0","1","2","3","4","5","6","7","8","9"]}""");
        Assert.True(uploaded.Status == 200, uploaded.ToString());
        var apis = await KnownToBothAsync(tenant.Participant);

        var replies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => apis[i % 2].PostEventAsync(Some.Event(Some.Participant(), "want"))));

        Assert.All(replies, reply => Expect.Processed(reply));
        var codes = replies.SelectMany(reply => reply.Json.GetProperty("rewards_granted").EnumerateArray())
            .Where(reward => reward.GetProperty("type").GetString() == "reward").Select(reward => reward.GetProperty("code_value").GetString());
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], codes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Hot_participants_held_elsewhere_hold_up_nobody_else_and_get_on_in_order()
    {
        // More than a node has lanes, so that each lane has some of them.
        const int Hot = 16;
        var tenant = await nodes.NewTenantAsync();
        await tenant.PublishAsync(FivePoints);
        var hot = Enumerable.Range(0, Hot).Select(_ => Some.Participant()).ToArray();
        Assert.Equal(Hot, (await tenant.Participant.PostBatchAsync(hot.Select(id => Some.Event(id)))).Json.GetProperty("processed").GetInt32());

        await using var holder = new NpgsqlConnection(nodes.Database);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("select 1 from participants where id = any($1) for update", holder))
        {
            hold.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = hot });
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var waiting = hot.Select(async id =>
        {
            Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id, properties: """{"n":1}""")));
            return id;
        }).ToList();
        for (var i = 0; i < 100; i++)
        {
            Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event($"cool_{i}")));
        }

        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        waiting.AddRange(hot.Select(async id =>
        {
            Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id, properties: """{"n":2}""")));
            return id;
        }));
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(waiting);
        foreach (var id in hot)
        {
            Assert.Equal(15, await Ledger.CheckAsync(tenant.Participant, id));
        }
    }

    [Fact]
    public async Task A_publish_on_either_governs_the_other_from_its_answer_on()
    {
        var tenant = await nodes.NewTenantAsync();
        var (admins, apis) = (await KnownToBothAsync(tenant.Admin), await KnownToBothAsync(tenant.Participant));
        for (var amount = 1; amount <= 20; amount++)
        {
            var published = await admins[amount % 2].PutAsync(Api.Program, FivePoints.Replace(":5", $":{amount}", StringComparison.Ordinal));
            Assert.True(published.Status == 200, published.ToString());
            foreach (var api in apis)
            {
                var granted = (await api.PostEventAsync(Some.Event("p"))).Json.GetProperty("rewards_granted")[0];
                Assert.Equal(amount, granted.GetProperty("amount").GetInt32());
            }
        }
    }

    [Fact]
    public async Task A_key_made_or_revoked_on_one_is_so_on_the_other_soon()
    {
        var tenant = await nodes.NewTenantAsync();
        var other = nodes.Other.Anonymous;
        var made = await TestTenant.CreateKeyReplyAsync(nodes.First.Operator, tenant.Id, "test", """["participant"]""");
        await Wait.UntilAsync("the key works on the other node", async () => (await other.With(made["key"]).PostEventAsync(Some.Event("p"))).Status == 200);

        Assert.Equal(204, (await nodes.First.Operator.DeleteAsync($"{Api.Tenants}/{tenant.Id}/keys/{made["key_id"]}")).Status);

        await Wait.UntilAsync("the key works no more", async () => (await other.With(made["key"]).PostEventAsync(Some.Event("p"))).Status == 401);
    }

    // The session of an own connection has no pool of the nodes, and a key takes up to a second to be known.
    private async Task<Api[]> KnownToBothAsync(Api api)
    {
        var apis = nodes.Of(api);
        await Wait.UntilAsync("the key works on the other node", async () => (await apis[1].HistoryAsync("nobody")).Status == 200);
        return apis;
    }
}
