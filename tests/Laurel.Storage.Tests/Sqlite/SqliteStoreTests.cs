using CsCheck;
using Laurel.Facts;
using Laurel.Storage.Sqlite;

namespace Laurel.Storage.Tests.Sqlite;

/// <summary>The embedded store: the common promises, and those of a file.</summary>
public sealed class SqliteStoreTests : StoreConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-store-").FullName;

    private int _others;

    private string File => Path.Combine(_folder, "laurel.db");

    private protected override Task<ILaurelStore> OpenAsync(int gatherInputs = 100) => OpenAsync(new SqliteStoreOptions(File, gatherInputs));

    private protected override Task<ILaurelStore> OpenOtherAsync() => OpenAsync(new SqliteStoreOptions(Path.Combine(_folder, $"other{++_others}.db"), 100));

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<ILaurelStore> OpenAsync(SqliteStoreOptions options)
    {
        var store = new SqliteStore(options);
        try
        {
            await store.StartAsync(Stop);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    // Between commits, the files are what a killed process leaves: the writer is idle, and the log is too short for a checkpoint.
    [Fact]
    public async Task A_killed_process_leaves_exactly_what_was_committed()
    {
        await using var store = await OpenAsync();
        var kills = 0;
        await Gen.Select(SomeDrafts, Gen.Int[0, 9]).Array[25, 40].SampleAsync(
            async steps =>
            {
                var journal = NewJournal();
                foreach (var (drafts, choice) in steps)
                {
                    await journal.CommitAsync(store, drafts);
                    if (choice == 0)
                    {
                        await OpenAsIfKilledAsync(journal, ++kills);
                    }
                }
            },
            iter: 8,
            threads: 1);
        Assert.True(kills > 5, $"{kills} copies were opened");
    }

    private async Task OpenAsIfKilledAsync(Journal journal, int kill)
    {
        var copy = CopyAsIfKilled($"copy{kill}.db");
        await using var store = await OpenAsync(new SqliteStoreOptions(copy, 100));
        await Comparison.SameAsync(store, journal);
        await NewJournal().CommitAsync(store, new Draft("after", "buy", 1, 1));
    }

    private string CopyAsIfKilled(string name)
    {
        var copy = Path.Combine(_folder, name);
        System.IO.File.Copy(File, copy);
        System.IO.File.Copy(File + "-wal", copy + "-wal");
        return copy;
    }

    [Fact]
    public async Task A_code_is_taken_by_the_commit_and_by_nothing_before_it()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var coupon = new RewardName(journal.Environment, "coupon");
        await store.AddRewardCodesAsync(coupon, ["a", "b"], Stop);
        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p")], [], []), Stop);
        var supply = (await store.LockRewardsAsync(batch, [new RewardDemand(coupon, 1)], Stop))[0];
        CopyAsIfKilled("before.db");
        var (writes, written) = journal.Prepare(batch, [new Draft("p", "e", 1, 1)]);
        writes.Rewards.Add(Issue(coupon, supply.Codes[0], 1));
        await store.CommitAsync(batch, writes, Stop);
        CopyAsIfKilled("after.db");

        await using (var before = await OpenAsync(new SqliteStoreOptions(Path.Combine(_folder, "before.db"), 100)))
        {
            await Comparison.SameAsync(before, journal);
            Assert.Equal("a", Assert.Single(await ClaimAsync(before, journal.Name("q"), coupon, codes: 1)).Value);
        }

        journal.Keep(writes, written);
        await using var after = await OpenAsync(new SqliteStoreOptions(Path.Combine(_folder, "after.db"), 100));
        await Comparison.SameAsync(after, journal);
        Assert.Equal("b", Assert.Single(await ClaimAsync(after, journal.Name("q"), coupon, codes: 1)).Value);
    }

    [Fact]
    public async Task A_file_serves_one_store_at_a_time()
    {
        await using (await OpenAsync())
        {
            var failure = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
            Assert.Equal(StoreFault.Misconfigured, failure.Fault);
            Assert.Contains(File, failure.Message, StringComparison.Ordinal);
        }

        await using var next = await OpenAsync();
        Assert.Empty((await next.ReadTenancyAsync(Stop)).Tenants);
    }

    [Fact]
    public async Task A_file_of_a_newer_schema_is_refused()
    {
        await (await OpenAsync()).DisposeAsync();
        using (var connection = Connection.Open(File, readOnly: false, cacheMiB: 1))
        {
            connection.Execute("pragma user_version = 9000");
        }

        var failure = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
        Assert.Equal(StoreFault.Misconfigured, failure.Fault);
        Assert.Contains("9000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_first_release_opens_with_all_that_it_holds_and_takes_webhooks()
    {
        var (journal, later) = (NewJournal(), NewJournal());
        await using (var newest = await OpenAsync())
        {
            for (var i = 0; i < 130; i++)
            {
                await journal.CommitAsync(newest, new Draft($"p{i % 7}", "buy", i, 2), new Draft($"only{i}", "", i, 1) { Kind = InputKind.Tick });
            }
        }

        var old = Path.Combine(_folder, "old.db");
        CopyIntoFirstSchema(old);
        await using (var store = await OpenAsync(new SqliteStoreOptions(old, 100)))
        {
            await Comparison.SameAsync(store, journal);
            var endpoint = await SubscribeAsync(store, journal, place => place == -1);
            Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, journal.Inputs[0].Row.EventId, -1, new Timestamp(9_000_000), Stop));
            Assert.Equal(journal.Inputs[0].Row.EventId, Assert.Single((await ClaimAsync(store, 9_000_000)).Deliveries).Input.EventId);
            await ChangeAsync(store, endpoint, EndpointStatus.Deleted);
            await SubscribeAsync(store, later);
            await later.CommitAsync(store, new Draft("p", "buy", 1, 2));
        }

        await using var reopened = await OpenAsync(new SqliteStoreOptions(old, 100));
        await Comparison.SameAsync(reopened, journal);
        await DrainAsync(reopened, later);
    }

    // What the first release would have left: its schema, and the rows of its tables.
    private void CopyIntoFirstSchema(string path)
    {
        var assembly = typeof(SqliteStore).Assembly;
        using var script = new StreamReader(assembly.GetManifestResourceStream(
            assembly.GetManifestResourceNames().Single(name => name.EndsWith(".Sqlite.Migrations.0001_first.sql", StringComparison.Ordinal)))!);
        using var connection = Connection.Open(path, readOnly: false, cacheMiB: 1);
        connection.Execute(script.ReadToEnd());
        connection.Execute("pragma user_version = 1");
        connection.Execute($"attach '{File}' as newest");
        var tables = new List<string>();
        var select = connection.Prepare("select name from main.sqlite_schema where type = 'table'");
        while (select.Step())
        {
            tables.Add(select.Text(0));
        }

        select.Reset();
        Assert.Contains("log", tables);
        Assert.DoesNotContain("outbox", tables);
        tables.ForEach(table => connection.Execute($"insert or replace into main.{table} select * from newest.{table}"));
    }

    [Fact]
    public async Task The_write_ahead_log_stays_bounded_under_steady_commits()
    {
        const long Limit = 1024 * 1024;
        await using var store = await OpenAsync(new SqliteStoreOptions(File, 100, Limit));
        var journal = NewJournal();

        // The file holds all that was ever written in rows; without checkpoints the log would hold more than that.
        for (var batch = 0; batch < 650; batch++)
        {
            await journal.CommitAsync(store, [.. Enumerable.Range(0, 20).Select(i => new Draft($"p{(batch + i) % 50}", "buy", batch, 3))]);
        }

        Assert.InRange(new FileInfo(File).Length, 8 * Limit, long.MaxValue);
        Assert.InRange(new FileInfo(File + "-wal").Length, 1, 4 * Limit);
        await Comparison.SameAsync(store, journal);
    }
}
