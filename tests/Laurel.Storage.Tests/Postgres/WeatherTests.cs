using System.Collections.Concurrent;
using Laurel.Harness;
using Laurel.Storage.Postgres;
using Npgsql;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>What the way to the server, and the server itself, do to a store.</summary>
public sealed class WeatherTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("LAUREL_LONG") == "true";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_answer_to_COMMIT_loses_nothing_and_does_nothing_twice_and_is_found_out()
    {
        var rounds = IsLong ? 500 : 40;
        await using var database = await TestDatabase.CreateAsync();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CommitProxy(settings.Host!, settings.Port);
        (settings.Host, settings.Port, settings.SslMode) = ("127.0.0.1", proxy.Port, SslMode.Disable);
        await using var store = await TestDatabase.OpenAsync(new PostgresStoreOptions(settings.ConnectionString, CommandTimeoutSeconds: 1));
        var keys = Enumerable.Range(0, rounds).ToList();
        foreach (var key in keys)
        {
            // Waiting in silence takes its time.
            var cut = key % 10 == 9 ? CommitCut.InSilence : (CommitCut)(key % 3);
            proxy.Arm(cut);
            var batch = await store.OpenBatchAsync(new BatchRequest([NodeInputs.Name($"p{key % 4}")], [NodeInputs.Key(key)], []), Stop);
            var writes = NodeInputs.Writes(batch, key);
            var failure = await Record.ExceptionAsync(async () => await store.CommitAsync(batch, writes, Stop));

            // What is known of one side of the server's answer is told so; between the two, either may be true, but never nothing.
            Assert.Equal(cut == CommitCut.AsItArrives ? failure is StoreException { Fault: StoreFault.Conflict } : cut != CommitCut.AfterItsAnswer, failure is not null);
            Assert.True(failure is null or StoreException { Fault: StoreFault.Conflict }, failure?.ToString());
            Assert.Equal(failure is not null, await NodeInputs.AddAsync(store, $"p{key % 4}", key));
        }

        Assert.Equal(rounds, proxy.Cuts);
        await NodeInputs.CheckAsync(database, keys);
    }

    [Fact]
    public async Task A_server_that_crashes_is_unavailable_meanwhile_and_then_all_goes_on_with_nothing_lost_and_nothing_twice()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await TestDatabase.CreateEmptyAsync(server);
        await using var one = await database.OpenAsync(commandTimeoutSeconds: 5);
        await using var other = await database.OpenAsync(commandTimeoutSeconds: 5);
        var (acknowledged, sent, faults) = (new ConcurrentDictionary<int, bool>(), 0, new ConcurrentBag<StoreFault>());
        var isDone = false;
        var workers = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isDone))
            {
                var key = Interlocked.Increment(ref sent);
                for (var isKept = false; !isKept;)
                {
                    try
                    {
                        await NodeInputs.AddAsync(worker % 2 == 0 ? one : other, $"p{key % 5}", key);
                        isKept = acknowledged.TryAdd(key, true);
                    }
                    catch (StoreException failure)
                    {
                        faults.Add(failure.Fault);
                        await Task.Yield();
                    }
                }
            }
        })).ToArray();

        for (var round = 0; round < (IsLong ? 20 : 4); round++)
        {
            await ReachAsync(acknowledged, acknowledged.Count + 200);
            await server.StopAsync();
            var before = faults.Count;
            while (faults.Count < before + 20)
            {
                await Task.Yield();
            }

            await server.ContinueAsync();
        }

        await ReachAsync(acknowledged, acknowledged.Count + 200);
        Volatile.Write(ref isDone, true);
        await Task.WhenAll(workers);
        await NodeInputs.CheckAsync(database, [.. acknowledged.Keys]);
        Assert.Contains(StoreFault.Unavailable, faults);
        Assert.DoesNotContain(StoreFault.Refused, faults);
        Assert.DoesNotContain(StoreFault.Misconfigured, faults);
    }

    private static async Task ReachAsync(ConcurrentDictionary<int, bool> acknowledged, int count)
    {
        while (acknowledged.Count < count)
        {
            await Task.Delay(10, Stop);
        }
    }

    [Fact]
    public async Task A_pool_without_a_free_connection_says_what_to_raise()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = await database.OpenAsync(writeLanes: 1, commandTimeoutSeconds: 1);
        var batch = await store.OpenBatchAsync(new BatchRequest([NodeInputs.Name("p")], [], []), Stop);
        var contended = await store.OpenBatchAsync(new BatchRequest([NodeInputs.Name("r")], [], []), Stop);
        var failure = await Assert.ThrowsAsync<StoreException>(() => store.OpenBatchAsync(new BatchRequest([NodeInputs.Name("q")], [], []), Stop).AsTask());
        Assert.Equal(StoreFault.Unavailable, failure.Fault);
        Assert.Contains("MaxConnections", failure.Message, StringComparison.Ordinal);

        // Readers have their own.
        Assert.Null(await store.ReadParticipantAsync(NodeInputs.Environment, "p", Stop));
        await store.AbandonAsync(batch);
        await store.AbandonAsync(contended);
        Assert.True(await NodeInputs.AddAsync(store, "q", 1));
    }

    [Fact]
    public async Task A_server_that_became_read_only_is_unavailable_and_then_goes_on()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = await database.OpenAsync();
        Assert.True(await NodeInputs.AddAsync(store, "p", 1));
        var name = PostgresServer.NameOf(database.ConnectionString);
        await database.ExecuteAsync($"alter database {name} set default_transaction_read_only = on");
        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        var failure = await Assert.ThrowsAsync<StoreException>(() => NodeInputs.AddAsync(store, "new", 2));
        Assert.True(failure.Fault == StoreFault.Unavailable && failure.Message.Contains("primary", StringComparison.Ordinal), failure.ToString());
        await PostgresServer.ExecuteAsync((await PostgresServer.ShareAsync()).ConnectionString, $"alter database {name} reset default_transaction_read_only");
        Assert.True(await NodeInputs.AddAsync(store, "new", 2));
        await NodeInputs.CheckAsync(database, [1, 2]);
    }
}
