using CsCheck;
using Laurel.Storage.Sqlite;
using Laurel.Storage.Transfer;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>PostgreSQL: the common promises, those of a database that others may use as well, and the way from and to the embedded store.</summary>
public sealed class PostgresStoreTests : StoreConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-move-").FullName;
    private readonly List<TestDatabase> _others = [];
    private TestDatabase? _database;
    private int _files;

    private protected override async Task<ILaurelStore> OpenAsync(int gatherInputs = 100)
    {
        _database ??= await TestDatabase.CreateAsync();
        return await _database.OpenAsync();
    }

    private protected override async Task<ILaurelStore> OpenOtherAsync()
    {
        _others.Add(await TestDatabase.CreateAsync());
        return await _others[^1].OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        foreach (var database in _others.Append(_database))
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task What_moves_from_a_file_to_a_server_and_back_is_the_same_all_the_way()
    {
        await using var store = await OpenFileAsync();
        var journals = new List<Journal> { await FillAsync(store) };
        await SomeDrafts.Array[4, 20].SampleAsync(
            async batches =>
            {
                var journal = NewJournal();
                journals.Add(journal);
                foreach (var drafts in batches)
                {
                    await journal.CommitAsync(store, drafts);
                }

                var lines = await ExportAsync(store);
                await using var server = await OpenOtherAsync();
                await ImportAsync(server, lines);
                Assert.Equal(Text(lines), Text(await ExportAsync(server)));
                await using var back = await OpenFileAsync();
                await ImportAsync(back, await ExportAsync(server));
                Assert.Equal(Text(lines), Text(await ExportAsync(back)));
                Assert.Empty(await BrokenAsync(server));
                Assert.Empty(await BrokenAsync(back));
                foreach (var one in journals)
                {
                    await Comparison.SameAsync(server, one);
                    await Comparison.SameAsync(back, one);
                }
            },
            iter: 5,
            threads: 1);
    }

    [Fact]
    public async Task What_moves_from_a_server_to_a_file_and_back_is_the_same_and_goes_on_from_there()
    {
        await using var store = await OpenAsync();
        var filled = await FillAsync(store);
        var journal = NewJournal();

        // Names that got no input, whose keys are nobody's after the move.
        await AbandonAsync(store, filled.Name("asked"), filled.Name("for"));
        for (var i = 0; i < 40; i++)
        {
            await journal.CommitAsync(store, new Draft($"p{i % 7}", "buy", i, 2), new Draft($"only{i}", "login", i, 1));
            await AbandonAsync(store, journal.Name($"asked for{i}"));
        }

        var lines = await ExportAsync(store);
        await using var file = await OpenFileAsync();
        await ImportAsync(file, lines);
        await using var back = await OpenOtherAsync();
        await ImportAsync(back, await ExportAsync(file));

        Assert.Equal(Text(lines), Text(await ExportAsync(back)));
        await Comparison.SameAsync(file, journal);
        foreach (var one in new[] { filled, journal })
        {
            await one.CommitAsync(back, new Draft("p0", "buy", 3, 2), new Draft("never seen", "buy", 3, 1));
            await Comparison.SameAsync(back, one);
        }

        Assert.Empty(await BrokenAsync(file));
        Assert.Empty(await BrokenAsync(back));
    }

    [Fact]
    public async Task A_snapshot_sees_nothing_of_what_is_written_meanwhile_and_keeps_nobody_from_writing()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await journal.CommitAsync(store, new Draft("p", "buy", 1, 1), new Draft("q", "buy", 1, 1));
        var before = Text(await ExportAsync(store));
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(Stop);
        await using var participants = snapshot.ReadParticipantsAsync(0, 100, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await participants.MoveNextAsync());

        await journal.CommitAsync(store, new Draft("p", "buy", 2, 3), new Draft("r", "buy", 2, 1));

        using var output = new MemoryStream();
        await Export.WriteAsync(snapshot, output, _ => { }, Stop);
        Assert.Equal(before, Text(output.ToArray()));
        Assert.Equal(2, (await snapshot.CountAsync(Stop)).Inputs);
        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task Indexes_that_were_dropped_or_disagree_with_the_log_are_told()
    {
        await using var store = await OpenAsync();
        await NewJournal().CommitAsync(store, new Draft("p", "buy", 1, 1), new Draft("q", "buy", 1, 1), new Draft("q", "buy", 2, 1));
        Assert.Empty(await BrokenAsync(store));

        await _database!.ExecuteAsync(
            """
            update idempotency_keys set log_id = 3 where log_id = 1;
            delete from idempotency_keys where log_id = 2;
            insert into deliveries values (1, 99, 0, 0, 0, 0);
            insert into outbox values (98, 0, '[]');
            alter table log drop constraint log_seq;
            alter table participants drop constraint participants_name;
            update log set seq = 1 where id = 3;
            insert into participants (environment, id) select environment, id from participants limit 1;
            update participants set created_at = null where id = 'q';
            """);

        var broken = string.Join('\n', await BrokenAsync(store));
        Assert.All(
            ["leads to another input", "leads to nothing", "deliveries are of inputs", "of the outbox", "2 inputs with the seq 1", "who are not there", "have the same id"],
            sentence => Assert.Contains(sentence, broken, StringComparison.Ordinal));
    }

    private static async Task AbandonAsync(ILaurelStore store, params ParticipantName[] names) =>
        await store.AbandonAsync(await store.OpenBatchAsync(new BatchRequest(names, [], []), Stop));

    private async Task<ILaurelStore> OpenFileAsync()
    {
        var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder, $"{++_files}.db"), 100));
        await store.StartAsync(Stop);
        return store;
    }
}
