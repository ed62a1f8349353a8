using System.Text;
using CsCheck;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>What every store promises, whatever its database. A store passes it by deriving a class that opens it.</summary>
public abstract partial class StoreConformance : IAsyncDisposable
{
    private static readonly string[] Names = ["buy", "login", "share", "never_sent"];
    private static readonly string[][] Kinds =
    [
        [], [FactKinds.Event], [FactKinds.PointsAwarded], [FactKinds.BadgeUnlocked], [FactKinds.TierChanged], ["no.such_kind"],
        [FactKinds.PointsAwarded, FactKinds.TierChanged], [FactKinds.BadgeUnlocked, FactKinds.Event],
    ];
    private int _environments;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's store, which is empty at first; after it was disposed, the same one again. A store that gathers does so for about so many inputs.</summary>
    private protected abstract Task<ILaurelStore> OpenAsync(int gatherInputs = 100);

    public abstract ValueTask DisposeAsync();

    private protected Journal NewJournal() => new(new EnvironmentKey(Interlocked.Increment(ref _environments)));

    private protected static readonly Gen<Draft[]> SomeDrafts =
        Gen.Select(
            Gen.Int[0, 3],
            Gen.Int[0, 2],
            Gen.Int[0, 40],
            Gen.Int[0, 4],
            Gen.Frequency((8, Gen.Const(InputKind.Event)), (1, Gen.Const(InputKind.Command)), (1, Gen.Const(InputKind.Tick))),
            (participant, name, time, derived, kind) => new Draft($"p{participant}", Names[name], time, derived) { Kind = kind })
            .Array[1, 12];

    [Fact]
    public async Task New_participants_get_keys_of_their_own_also_beside_participants_that_are_not_written()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        for (var i = 0; i < 4; i++)
        {
            string[] asked = [$"replayed{i}", $"a{i}", $"refused{i}", $"b{i}", $"last{i}"];
            var batch = await store.OpenBatchAsync(new BatchRequest([.. asked.Select(journal.Name)], [], []), Stop);
            var (writes, written) = journal.Prepare(batch, [new Draft($"a{i}", "e", 1, 0), new Draft($"b{i}", "e", 1, 0)]);
            await store.CommitAsync(batch, writes, Stop);
            journal.Keep(writes, written);
            Assert.All(batch.Participants, loaded => Assert.True(loaded.IsNew));
        }

        Assert.Equal(8, journal.Inputs.Select(input => input.Row.ParticipantKey).Distinct().Count());
        Assert.Null(await store.ReadParticipantAsync(journal.Environment, "replayed0", Stop));
        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task What_was_committed_is_read_back_at_once_and_after_a_restart()
    {
        var journal = NewJournal();
        for (var run = 0; run < 3; run++)
        {
            await using var store = await OpenAsync();
            await Comparison.SameAsync(store, journal);
            for (var i = 0; i < 40; i++)
            {
                await journal.CommitAsync(store, new Draft($"p{i % 7}", "buy", i, 2), new Draft("p0", "login", -i, 0), new Draft($"only{run}{i}", "buy", i, 1));
            }

            await Comparison.SameAsync(store, journal);
        }
    }

    [Fact]
    public async Task Environments_share_no_participant()
    {
        await using var store = await OpenAsync();
        var (one, other) = (NewJournal(), NewJournal());
        await one.CommitAsync(store, new Draft("p", "e", 1, 0));
        await other.CommitAsync(store, new Draft("p", "f", 2, 1), new Draft("p", "f", 3, 1));
        await Comparison.SameAsync(store, one);
        await Comparison.SameAsync(store, other);
    }

    [Fact]
    public async Task An_abandoned_batch_keeps_nothing()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1));
        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p"), journal.Name("q")], [], []), Stop);
        journal.Prepare(batch, [new Draft("p", "e", 2, 0), new Draft("q", "e", 2, 0)]);
        await store.AbandonAsync(batch);
        Assert.Null(await store.ReadParticipantAsync(journal.Environment, "q", Stop));
        await Comparison.SameAsync(store, journal);
        await journal.CommitAsync(store, new Draft("q", "e", 3, 0), new Draft("p", "e", 3, 0));
        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task A_commit_that_fails_keeps_nothing_and_the_next_one_works()
    {
        var journal = NewJournal();
        await using (var store = await OpenAsync())
        {
            // Failures at every stage of a fold: a slice that was rolled back must be written again.
            for (var i = 0; i < 150; i++)
            {
                await journal.CommitAsync(store, new Draft($"p{i % 5}", "e", i, 1), new Draft($"new{i}", "e", i, 1));
                if (i % 3 == 0)
                {
                    await FailAsync(store, journal);
                }
            }

            Assert.Null(await store.ReadParticipantAsync(journal.Environment, "lost", Stop));
            await Comparison.SameAsync(store, journal);
        }

        await using var reopened = await OpenAsync();
        await Comparison.SameAsync(reopened, journal);
    }

    // The same new participant twice: no store can keep that.
    private static async Task FailAsync(ILaurelStore store, Journal journal)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p0"), journal.Name("lost")], [], []), Stop);
        var (writes, _) = journal.Prepare(batch, [new Draft("p0", "e", 1, 1), new Draft("lost", "e", 1, 1)]);
        writes.Participants.Add(writes.Participants[^1]);
        var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(batch, writes, Stop));
        Assert.Equal(StoreFault.Refused, failure.Fault);
    }

    [Fact]
    public async Task A_program_is_published_only_after_the_version_before_it()
    {
        var environment = NewJournal().Environment;
        await using (var store = await OpenAsync())
        {
            Assert.Null(await store.ReadProgramAsync(environment, null, Stop));
            Assert.Equal(0, await VersionOfBatchAsync(store, environment));
            Assert.False(await store.PublishProgramAsync(Program(environment, 2), Stop));
            for (var version = 1; version <= 3; version++)
            {
                Assert.True(await store.PublishProgramAsync(Program(environment, version), Stop));
                Assert.Equal(version, await VersionOfBatchAsync(store, environment));
                Assert.False(await store.PublishProgramAsync(Program(environment, version), Stop));
                Assert.False(await store.PublishProgramAsync(Program(environment, version + 2), Stop));
            }
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(3, (await reopened.ReadProgramAsync(environment, null, Stop))!.Version);
        Assert.Null(await reopened.ReadProgramAsync(environment, 4, Stop));
        var second = await reopened.ReadProgramAsync(environment, 2, Stop);
        var expected = Program(environment, 2);
        Assert.Equal(expected.Document.ToArray(), second!.Document.ToArray());
        Assert.Equal(expected.Zones.ToArray(), second.Zones.ToArray());
        Assert.Equal(expected with { Document = default, Zones = default }, second with { Document = default, Zones = default });
        Assert.Equal("[]"u8.ToArray(), (await reopened.ReadProgramAsync(environment, 3, Stop))!.Zones.ToArray());
    }

    private static ProgramRow Program(EnvironmentKey environment, int version) =>
        new(environment, version, Encoding.UTF8.GetBytes($$"""{"name":"Grüße {{version}}"}"""), new Timestamp(version), $"key {version}", Encoding.UTF8.GetBytes(Zones(version)));

    private static string Zones(int version) => version % 2 == 0 ? """[{"from":"2026","zone":"Asia/Kolkata"}]""" : "";

    private static async Task<int> VersionOfBatchAsync(ILaurelStore store, EnvironmentKey environment)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([], [], [new EnvironmentKey(9999), environment]), Stop);
        await store.AbandonAsync(batch);
        Assert.Equal(0, batch.ProgramVersions[0]);
        return batch.ProgramVersions[1];
    }

    [Fact]
    public async Task Tenants_and_keys_come_back_as_they_were_written()
    {
        var tenant = new Tenant(0, "01TENANT", "Größe", IsActive: true, "Europe/Berlin", new ParticipantRate(0.5, 7), new Timestamp(11));
        var plain = new Tenant(0, "01PLAIN", "Plain", IsActive: false, "UTC", null, new Timestamp(12));
        var key = new ApiKey("01KEY", "01TENANT", IsLive: true, "k", ["participant", "admin"], [1, 2, 3], "bq_live_0123", new Timestamp(90), null, new Timestamp(13), null);
        var operators = new ApiKey("01OP", null, IsLive: false, "o", [], [4, 5], "bq_op_012345", null, new Timestamp(91), new Timestamp(14), new Timestamp(92));
        await using (var store = await OpenAsync())
        {
            await store.ChangeTenancyAsync(_ => new Tenancy([tenant, plain], [key, operators]), Stop);
            await store.ChangeTenancyAsync(_ => new Tenancy([plain with { Name = "Changed", IsActive = true }], [key with { RevokedAt = new Timestamp(95), Scopes = ["admin"] }]), Stop);
        }

        await using var reopened = await OpenAsync();
        var read = await reopened.ReadTenancyAsync(Stop);
        Assert.Equal(2, read.Tenants.Select(one => one.Key).Where(number => number > 0).Distinct().Count());
        Assert.Equal([tenant, plain with { Name = "Changed", IsActive = true }], read.Tenants.Select(one => one with { Key = 0 }));
        Assert.Equal([key with { RevokedAt = new Timestamp(95), Scopes = [], Hash = [] }, operators with { Scopes = [], Hash = [] }], read.Keys.Select(one => one with { Scopes = [], Hash = [] }));
        Assert.Equal(["admin"], read.Keys[0].Scopes);
        Assert.Equal([1, 2, 3], read.Keys[0].Hash);
    }

    [Fact]
    public async Task Of_many_who_each_make_the_first_tenant_one_does()
    {
        await using var store = await OpenAsync();
        var after = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => store.ChangeTenancyAsync(
            before => before.Tenants.Count > 0 ? Tenancy.Empty : new Tenancy([new Tenant(0, $"01T{number}", "default", true, "UTC", null, new Timestamp(number))], []),
            Stop).AsTask())));

        var tenant = Assert.Single((await store.ReadTenancyAsync(Stop)).Tenants);
        Assert.All(after, seen => Assert.Equal([tenant], seen.Tenants));
    }

    [Fact]
    public async Task Pages_of_history_and_facts_equal_a_plain_list_after_every_commit()
    {
        await using var store = await OpenAsync();
        await Gen.Select(SomeDrafts, Gen.Int[0, 9].Array[6]).Array[20, 40].SampleAsync(
            async steps =>
            {
                var journal = NewJournal();
                foreach (var (drafts, choices) in steps)
                {
                    await journal.CommitAsync(store, drafts);
                    await CompareOnePageAsync(store, journal, choices);
                }

                await Comparison.SameAsync(store, journal);
            },
            iter: 12,
            threads: 1);
    }

    // A store may treat somebody with many inputs in short time apart.
    [Fact]
    public async Task Pages_of_a_busy_participant_equal_a_plain_list()
    {
        await using var store = await OpenAsync(gatherInputs: 1500);
        var journal = NewJournal();
        for (var batch = 0; batch < 50; batch++)
        {
            await journal.CommitAsync(store, [.. Enumerable.Range(0, 50).Select(i => new Draft(i % 10 == 0 ? "p1" : "p0", Names[i % 3], (batch * 50) + i - (i % 4 * 300), i % 3))]);
            await CompareOnePageAsync(store, journal, [0, batch % 4, batch % 10, batch * 7 % 10, batch % 6, batch % 3]);
        }

        await Comparison.SameAsync(store, journal);
    }

    private static async Task CompareOnePageAsync(ILaurelStore store, Journal journal, int[] choices)
    {
        var name = journal.Name($"p{choices[0] % 5}");
        var eventName = choices[1] < Names.Length ? Names[choices[1]] : null;
        Timestamp? from = choices[2] < 5 ? new Timestamp(choices[2] * 6) : null;
        Timestamp? to = choices[3] < 5 ? new Timestamp(40 - (choices[3] * 6)) : null;
        var (page, size) = (1 + choices[4], 1 + (choices[5] * 3));
        await Comparison.SameHistoryAsync(store, journal, new HistoryQuery(name, eventName, from, to, page, size));
        await Comparison.SameHistoryAsync(store, journal, new HistoryQuery(name, null, null, null, page, size));
        await Comparison.SameFactsAsync(store, journal, new FactsQuery(name, Kinds[choices[1] % Kinds.Length], page, size));
    }

    [Fact]
    public async Task Readers_beside_the_writer_see_each_committed_input_once()
    {
        var journal = NewJournal();
        await using (var store = await OpenAsync())
        {
            await ReadWhileWritingAsync(store, journal);
            await Comparison.SameAsync(store, journal);
        }

        // All inputs were one participant's, so that each fold had a single state to write.
        await using var reopened = await OpenAsync();
        await Comparison.SameAsync(reopened, journal);
    }

    private static async Task ReadWhileWritingAsync(ILaurelStore store, Journal journal)
    {
        var (committed, started, isDone) = (0, 0, false);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; !Volatile.Read(ref isDone); round++)
            {
                var least = Volatile.Read(ref committed);
                var page = await store.ReadHistoryAsync(new HistoryQuery(journal.Name("p"), round % 2 == 0 ? "buy" : null, null, null, 1, 100_000), Stop);
                var participants = await store.ReadParticipantsAsync(journal.Environment, 0, 5, Stop);
                var most = Volatile.Read(ref started);
                Assert.InRange(page.Events.Count, least, most);
                Assert.All(participants, participant => Assert.InRange(participant.State.Seq, least, most));
                Assert.Equal(page.Events.Count, page.Total);
                Assert.Equal(page.Events.Count, page.Events.Select(entry => entry.EventId).Distinct().Count());
                await Task.Yield();
            }
        })).ToArray();
        try
        {
            for (var i = 0; i < 300 && !readers.Any(reader => reader.IsFaulted); i++)
            {
                Interlocked.Add(ref started, 5);
                await journal.CommitAsync(store, [.. Enumerable.Range(0, 5).Select(k => new Draft("p", "buy", (i * 7 % 50) + k, 0))]);
                Interlocked.Add(ref committed, 5);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            await Task.WhenAll(readers);
        }
    }
}
