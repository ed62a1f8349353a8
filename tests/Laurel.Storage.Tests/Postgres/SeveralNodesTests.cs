using Laurel.Facts;
using Laurel.Storage.Postgres;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>Several nodes on one database.</summary>
public sealed class SeveralNodesTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private PostgresStore _one = null!;
    private PostgresStore _other = null!;

    private PostgresStore[] Nodes => [_one, _other];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _one = await _database.OpenAsync();
        _other = await _database.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_key_that_both_nodes_are_given_at_once_has_one_effect()
    {
        var keys = Enumerable.Range(0, 60).ToList();

        // The same participant, new to both; and every third key for two participants, whose rows keep nobody apart.
        var added = await Task.WhenAll(keys.SelectMany(key => Nodes.Select((node, i) =>
            Task.Run(() => NodeInputs.AddAsync(node, key % 3 == 0 ? $"p{i}" : $"new{key % 7}", key)))));
        Assert.Equal(keys.Count, added.Count(one => one));
        await NodeInputs.CheckAsync(_database, keys);
    }

    [Fact]
    public async Task Codes_are_given_out_once_whichever_node_is_asked()
    {
        var reward = new RewardName(NodeInputs.Environment, "coupon");
        await _one.AddRewardCodesAsync(reward, [.. Enumerable.Range(0, 50).Select(i => $"C{i}")], Stop);
        var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            var node = Nodes[i % 2];
            var batch = await node.OpenBatchAsync(new BatchRequest([NodeInputs.Name($"p{i}")], [], []), Stop);
            var supply = (await node.LockRewardsAsync(batch, [new RewardDemand(reward, 1)], Stop))[0];
            var writes = NodeInputs.Writes(batch, null);
            writes.Rewards.AddRange(supply.Codes.Select(code => new RewardIssue(reward, code, batch.Participants[0].Key, writes.Log[0].EventId.Plus(2), new Timestamp(1))));
            await node.CommitAsync(batch, writes, Stop);
            return supply.Codes;
        })));
        Assert.Equal(50, taken.SelectMany(codes => codes).Distinct().Count());
        Assert.Equal(50, taken.Sum(codes => codes.Count));
        Assert.Equal(new RewardStock(50, 50, 0), (await _other.ReadRewardStocksAsync(NodeInputs.Environment, Stop))["coupon"]);
    }

    [Fact]
    public async Task A_publish_that_has_returned_governs_the_next_batch_of_every_node()
    {
        for (var version = 1; version <= 20; version++)
        {
            var (publisher, reader) = (Nodes[version % 2], Nodes[(version + 1) % 2]);
            Assert.True(await publisher.PublishProgramAsync(new ProgramRow(NodeInputs.Environment, version, "{}"u8.ToArray(), default, "k", default), Stop));
            var batch = await reader.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], [NodeInputs.Environment]), Stop);
            await reader.AbandonAsync(batch);
            Assert.Equal([version], batch.ProgramVersions);
        }
    }

    [Fact]
    public async Task One_version_is_published_once_however_many_try()
    {
        for (var version = 1; version <= 10; version++)
        {
            var program = new ProgramRow(NodeInputs.Environment, version, "{}"u8.ToArray(), default, "k", default);
            var published = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Nodes[i % 2].PublishProgramAsync(program, Stop).AsTask())));
            Assert.Single(published, one => one);
        }
    }

    [Fact]
    public async Task Participants_whom_another_batch_holds_are_passed_over_and_named_and_nobody_waits()
    {
        await NodeInputs.AddAsync(_one, "old", 1);
        var holder = await _one.OpenBatchAsync(new BatchRequest([NodeInputs.Name("old"), NodeInputs.Name("new")], [], []), Stop);

        var request = new BatchRequest([NodeInputs.Name("new"), NodeInputs.Name("free"), NodeInputs.Name("old")], [NodeInputs.Key(1)], []) { SkipsContended = true };
        var batch = await _other.OpenBatchAsync(request, Stop);
        Assert.Equal([NodeInputs.Name("free")], batch.Participants.Select(loaded => loaded.Name));
        Assert.Equal([NodeInputs.Name("new"), NodeInputs.Name("old")], batch.Contended.OrderBy(name => name.Id));
        Assert.Single(batch.Answers);
        await _other.CommitAsync(batch, NodeInputs.Writes(batch, 2), Stop);

        await _one.CommitAsync(holder, NodeInputs.Writes(holder, 3), Stop);
        var last = await _other.OpenBatchAsync(request, Stop);
        Assert.Empty(last.Contended);
        Assert.Equal([1L, 1L, 2L], last.Participants.Select(loaded => loaded.State.Seq));
        await _other.AbandonAsync(last);
        await NodeInputs.CheckAsync(_database, [1, 2, 3]);
    }

    [Fact]
    public async Task A_batch_that_does_not_pass_over_waits_and_then_sees_what_the_other_wrote()
    {
        var holder = await _one.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], []), Stop);
        var waiting = _other.OpenBatchAsync(new BatchRequest([NodeInputs.Name("q"), NodeInputs.Name("p")], [], []), Stop).AsTask();
        while (await _database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
        {
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        await _one.CommitAsync(holder, NodeInputs.Writes(holder, 1), Stop);
        var batch = await waiting;
        Assert.Equal([("q", 0L, true), ("p", 1L, false)], batch.Participants.Select(loaded => (loaded.Name.Id, loaded.State.Seq, loaded.IsNew)));
        await _other.AbandonAsync(batch);
    }

    [Fact]
    public async Task Batches_that_name_the_same_participants_in_any_order_never_lock_each_other_out()
    {
        var random = new Random(5);
        var names = Enumerable.Range(0, 10).Select(i => NodeInputs.Name($"p{i}")).ToArray();
        var orders = Enumerable.Range(0, 120).Select(_ => random.GetItems(names, 6).Distinct().ToArray()).ToArray();
        var before = await _database.ScalarAsync<long>("select deadlocks from pg_stat_database where datname = current_database()");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; i < orders.Length; i += 8)
            {
                var batch = await Nodes[worker % 2].OpenBatchAsync(new BatchRequest(orders[i], [], []), Stop);
                await Nodes[worker % 2].CommitAsync(batch, NodeInputs.Writes(batch, i), Stop);
            }
        })));
        await NodeInputs.CheckAsync(_database, [.. Enumerable.Range(0, orders.Length)]);
        Assert.Equal(orders.Sum(order => order.Length), await _database.ScalarAsync<long>("select count(*) from log"));
        Assert.Equal(before, await _database.ScalarAsync<long>("select deadlocks from pg_stat_database where datname = current_database()"));
    }

    [Fact]
    public async Task A_batch_that_stayed_away_too_long_is_a_conflict_and_keeps_nothing()
    {
        await using var node = await _database.OpenAsync(commandTimeoutSeconds: 1);
        var holder = await _one.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], []), Stop);
        var failure = await Assert.ThrowsAsync<StoreException>(() => node.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], []), Stop).AsTask());
        Assert.Equal(StoreFault.Conflict, failure.Fault);
        await _one.AbandonAsync(holder);
        Assert.True(await NodeInputs.AddAsync(node, "p", 1));
        await NodeInputs.CheckAsync(_database, [1]);
    }

    [Fact]
    public async Task A_session_that_is_ended_within_a_batch_is_a_conflict_and_the_next_batch_works()
    {
        var batch = await _one.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], []), Stop);
        await _database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        var failure = await Assert.ThrowsAsync<StoreException>(() => _one.CommitAsync(batch, NodeInputs.Writes(batch, 1), Stop).AsTask());
        Assert.Equal(StoreFault.Conflict, failure.Fault);

        // The pools' idle sessions were ended as well.
        foreach (var node in Nodes)
        {
            Assert.Null(await node.ReadParticipantAsync(NodeInputs.Environment, "p", Stop));
        }

        Assert.True(await NodeInputs.AddAsync(_one, "p", 1));
        Assert.False(await NodeInputs.AddAsync(_other, "p", 1));
        await NodeInputs.CheckAsync(_database, [1]);
    }

    [Fact]
    public async Task Who_is_due_is_given_to_one_node_until_its_lease_ends_and_whoever_a_batch_holds_to_none()
    {
        var names = Enumerable.Range(0, 5).Select(i => NodeInputs.Name($"p{i}")).ToArray();
        var batch = await _one.OpenBatchAsync(new BatchRequest(names, [], []), Stop);
        var writes = NodeInputs.Writes(batch, null);
        for (var i = 0; i < names.Length; i++)
        {
            writes.Participants[i] = writes.Participants[i] with { DueAt = new Timestamp(10 + i) };
        }

        await _one.CommitAsync(batch, writes, Stop);
        var held = await _one.OpenBatchAsync(new BatchRequest([names[0]], [], []), Stop);

        Assert.Equal(["p1", "p2"], await ClaimAsync(_one, now: 20, leaseUntil: 50, limit: 2));
        Assert.Equal(["p3", "p4"], await ClaimAsync(_other, now: 20, leaseUntil: 60, limit: 9));
        Assert.Equal(new Timestamp(10), await _other.ReadNextDueAsync(new Timestamp(20), Stop));
        await _one.AbandonAsync(held);

        // Each is given its own again, and what nobody has.
        Assert.Equal(["p0", "p1", "p2"], await ClaimAsync(_one, now: 20, leaseUntil: 50, limit: 9));
        Assert.Equal(new Timestamp(13), await _other.ReadNextDueAsync(new Timestamp(20), Stop));
        Assert.Equal(["p3", "p4"], await ClaimAsync(_other, now: 49, leaseUntil: 60, limit: 9));

        // The one is dead, and the other takes over.
        Assert.Equal(["p0", "p1", "p2", "p3", "p4"], await ClaimAsync(_other, now: 50, leaseUntil: 60, limit: 9));
        Assert.Empty(await ClaimAsync(_one, now: 59, leaseUntil: 70, limit: 9));
        Assert.Null(await _one.ReadNextDueAsync(new Timestamp(59), Stop));

        static async Task<IEnumerable<string>> ClaimAsync(PostgresStore node, long now, long leaseUntil, int limit) =>
            (await node.ClaimDueAsync(new Timestamp(now), new Timestamp(leaseUntil), limit, Stop)).Select(due => due.Name.Id);
    }

    [Fact]
    public async Task Deliveries_are_shared_by_nodes_and_a_node_that_stops_gives_its_own_back()
    {
        var endpoint = new WebhookEndpoint(
            0, "01E", NodeInputs.Environment, 0, "https://x", "", ["*"], EndpointStatus.Enabled, null, [], default, default, null);
        endpoint = (await _one.Webhooks.WriteEndpointAsync(endpoint, new EndpointNote(default, "k", "created", ""), 1, Stop))!;
        var batch = await _one.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p"), NodeInputs.Name("q"), NodeInputs.Name("r")], [], [NodeInputs.Environment]), Stop);
        var writes = NodeInputs.Writes(batch, null);
        writes.Outbox.AddRange(writes.Log.Select((_, i) => new OutboxWrite(i, System.Text.Encoding.UTF8.GetBytes($"[[{endpoint.Key},-1]]"))));
        await _one.CommitAsync(batch, writes, Stop);
        Assert.Equal([1], batch.WebhookVersions);

        var spread = await Task.WhenAll(Nodes.Select(node => node.Webhooks.SpreadOutboxAsync(10, Stop).AsTask()));
        Assert.Equal(3, spread.Sum());
        DeliveryClaim Claim(int room) => new(new Timestamp(9_000_000), new Timestamp(99_000_000), room, new Dictionary<int, int>(), 10);
        await using (var third = await _database.OpenAsync())
        {
            Assert.Equal(2, (await third.Webhooks.ClaimAsync(Claim(2), Stop)).Deliveries.Count);
            Assert.Single((await _one.Webhooks.ClaimAsync(Claim(10), Stop)).Deliveries);
            Assert.Empty((await _other.Webhooks.ClaimAsync(Claim(10), Stop)).Deliveries);
        }

        Assert.Equal(2, (await _other.Webhooks.ClaimAsync(Claim(10), Stop)).Deliveries.Count);
    }
}
