using CsCheck;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>Logs by order and by id, who is due, and the versions that the clock goes by.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Commands_and_ticks_stand_in_the_log_but_not_in_the_history()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        Draft[] drafts =
        [
            new("p", "buy", 5, 2), new("p", "buy", 4, 1) { Kind = InputKind.Command }, new("p", "", 9, 3) { Kind = InputKind.Tick },
            new("p", "login", 2, 0), new("p", "", 3, 0) { Kind = InputKind.Tick },
        ];
        await journal.CommitAsync(store, drafts);

        var history = await store.ReadHistoryAsync(new HistoryQuery(journal.Name("p"), null, null, null, 1, 10), Stop);
        Assert.Equal(["buy", "login"], history.Events.Select(entry => entry.EventName));
        Assert.Equal(2, history.Total);
        Assert.Equal(1, (await store.ReadHistoryAsync(new HistoryQuery(journal.Name("p"), "buy", null, null, 1, 10), Stop)).Total);
        Assert.Equal(0, (await store.ReadHistoryAsync(new HistoryQuery(journal.Name("p"), "", null, null, 1, 10), Stop)).Total);
        Assert.Equal(8, (await store.ReadFactsAsync(new FactsQuery(journal.Name("p"), [], 1, 10), Stop))!.Total);
        Assert.Equal(2, (await store.ReadFactsAsync(new FactsQuery(journal.Name("p"), [FactKinds.Event], 1, 10), Stop))!.Inputs.Count);
        Assert.Equal(drafts.Select(draft => draft.Kind), (await store.ReadLogAsync(journal.Name("p"), 0, 10, Stop)).Select(row => row.Kind));
        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task A_log_is_read_by_seq_from_any_place()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        for (var i = 0; i < 100; i++)
        {
            // Later ones happened earlier; most are folded, some stand in the tail.
            await journal.CommitAsync(store, new Draft("p", "e", -i, 1), new Draft("q", "e", i, 1), new Draft("p", "e", i % 9, 0));
            var after = i * 37 % 250;
            var expected = journal.Inputs.Where(input => input.Participant == "p" && input.Row.Seq > after).Take(7).Select(input => input.Row.EventId);
            Assert.Equal(expected, (await store.ReadLogAsync(journal.Name("p"), after, 7, Stop)).Select(row => row.EventId));
        }

        Assert.Empty(await store.ReadLogAsync(journal.Name("nobody"), 0, 7, Stop));
    }

    [Fact]
    public async Task An_input_is_found_by_its_id_wherever_the_clock_was_set()
    {
        var clocks = Gen.Frequency((9, Gen.Const(0L)), (1, Gen.Long[-30_000, 30_000]));
        var drafts = Gen.Select(SomeDrafts, clocks.Array[12], (drafts, steps) => drafts.Select((draft, i) => draft with { ClockStep = steps[i] }).ToArray());
        await using var store = await OpenAsync();
        await Gen.Select(drafts, Gen.Int[0, 3]).Array[5, 25].SampleAsync(
            async steps =>
            {
                var (journal, other) = (NewJournal(), NewJournal());
                foreach (var (drafts, choice) in steps)
                {
                    await journal.CommitAsync(store, drafts);
                    if (choice == 0)
                    {
                        await FailAsync(store, journal);
                    }
                }

                await Comparison.SameAsync(store, journal);
                foreach (var input in journal.Inputs)
                {
                    Assert.Equal(new EventPlace(journal.Name(input.Participant), input.Row.Seq), await store.FindEventAsync(journal.Environment, input.Row.EventId, Stop));
                    Assert.Null(await store.FindEventAsync(other.Environment, input.Row.EventId, Stop));
                    Assert.Null(await store.FindEventAsync(journal.Environment, input.Row.EventId.Plus(1), Stop));
                }
            },
            iter: 20,
            threads: 1);
    }

    [Fact]
    public async Task An_input_is_found_also_when_the_clock_was_set_back_while_the_store_was_closed()
    {
        var journal = NewJournal();
        for (var run = 0; run < 4; run++)
        {
            await using var store = await OpenAsync();
            await journal.CommitAsync(store, [new Draft("p", "e", 1, 0) { ClockStep = -100_000 }, .. Enumerable.Repeat(new Draft("p", "e", 1, 0), 150)]);
            await Comparison.SameAsync(store, journal);
        }
    }

    [Theory]
    [InlineData("00000000000000000000000000")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    public async Task An_id_that_nobody_gave_is_not_found(string text)
    {
        Assert.True(FactId.TryParse(text, out var id));
        await using var store = await OpenAsync();
        var journal = NewJournal();
        Assert.Null(await store.FindEventAsync(journal.Environment, id, Stop));
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1), new Draft("p", "e", 2, 1));
        Assert.Null(await store.FindEventAsync(journal.Environment, id, Stop));
    }

    [Fact]
    public async Task Who_is_due_moves_with_the_commit_that_says_so()
    {
        var journal = NewJournal();
        await using (var store = await OpenAsync())
        {
            Assert.Null(await store.ReadNextDueAsync(default, Stop));
            await SetDuesAsync(store, journal, ("a", 30), ("b", 20), ("c", 20), ("d", null));
            Assert.Equal([("b", 20), ("c", 20)], await DuesAsync(store, 29));
            await SetDuesAsync(store, journal, ("a", 10), ("b", null), ("c", 20), ("d", 40));
            Assert.Equal([("a", 10), ("c", 20), ("d", 40)], await DuesAsync(store, 40));
            Assert.Equal([("a", 10), ("c", 20)], await DuesAsync(store, 40, limit: 2));
            Assert.Equal(new Timestamp(10), await store.ReadNextDueAsync(default, Stop));
        }

        await using var reopened = await OpenAsync();
        Assert.Equal([("a", 10), ("c", 20), ("d", 40)], await DuesAsync(reopened, 40));
        await SetDuesAsync(reopened, journal, ("a", null), ("c", null), ("d", null));
        Assert.Null(await reopened.ReadNextDueAsync(default, Stop));
    }

    private static async Task SetDuesAsync(ILaurelStore store, Journal journal, params (string Participant, long? Due)[] dues)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([.. dues.Select(due => journal.Name(due.Participant))], [], []), Stop);
        var (writes, written) = journal.Prepare(batch, [.. dues.Select(due => new Draft(due.Participant, "e", 1, 0))]);
        for (var i = 0; i < dues.Length; i++)
        {
            writes.Participants[i] = writes.Participants[i] with { DueAt = dues[i].Due is { } due ? new Timestamp(due) : null };
        }

        await store.CommitAsync(batch, writes, Stop);
        journal.Keep(writes, written);
    }

    private static async Task<List<(string Participant, long Due)>> DuesAsync(ILaurelStore store, long until, int limit = 100) =>
        [.. (await store.ClaimDueAsync(new Timestamp(until), leaseUntil: default, limit, Stop)).Select(due => (due.Name.Id, due.DueAt.UnixMicroseconds))];

    // A sweep after a publish finds new times without anything having happened.
    [Fact]
    public async Task A_due_time_is_kept_also_without_an_input()
    {
        var journal = NewJournal();
        for (var run = 0; run < 2; run++)
        {
            await using var store = await OpenAsync();
            for (var i = 0; i < 60; i++)
            {
                await journal.CommitAsync(store, new Draft($"p{i}", "e", i, 1), new Draft($"p{i / 2}", "e", i, 1));
                var names = new[] { journal.Name($"p{i / 3}"), journal.Name($"p{i}") }.Distinct().ToArray();
                var batch = await store.OpenBatchAsync(new BatchRequest(names, [], []), Stop);
                var writes = new BatchWrites();
                writes.Participants.AddRange(batch.Participants.Select(loaded =>
                    new ParticipantWrite(loaded, loaded.State, loaded.RateArrival, loaded.CreatedAt, i % 5 == 0 ? null : new Timestamp(8_000_000 + i))));
                await store.CommitAsync(batch, writes, Stop);
                journal.Keep(writes, []);
            }

            await Comparison.SameAsync(store, journal);
        }
    }

    [Fact]
    public async Task A_state_that_changed_without_an_input_is_refused()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1));
        foreach (var participant in new[] { "p", "new" })
        {
            var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name(participant)], [], []), Stop);
            var (writes, _) = journal.Prepare(batch, [new Draft(participant, "e", 2, 1)]);
            writes.Log.Clear();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.CommitAsync(batch, writes, Stop));
        }

        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task A_program_is_swept_once_its_newest_version_is_noted()
    {
        EnvironmentKey one = NewJournal().Environment, other = NewJournal().Environment;
        await using (var store = await OpenAsync())
        {
            Assert.Empty(await store.ReadUnsweptAsync(Stop));
            await store.PublishProgramAsync(Program(one, 1), Stop);
            await store.PublishProgramAsync(Program(other, 1), Stop);
            await store.PublishProgramAsync(Program(one, 2), Stop);
            Assert.False(await store.PublishProgramAsync(Program(other, 1), Stop));
            Assert.Equal([(one, 2), (other, 1)], await store.ReadUnsweptAsync(Stop));
            await store.NoteSweptAsync(other, 1, Stop);
            await store.NoteSweptAsync(one, 1, Stop);
            Assert.Equal([(one, 2)], await store.ReadUnsweptAsync(Stop));
        }

        await using var reopened = await OpenAsync();
        Assert.Equal([(one, 2)], await reopened.ReadUnsweptAsync(Stop));
        await reopened.NoteSweptAsync(one, 2, Stop);
        Assert.Empty(await reopened.ReadUnsweptAsync(Stop));
        await reopened.PublishProgramAsync(Program(other, 2), Stop);
        Assert.Equal([(other, 2)], await reopened.ReadUnsweptAsync(Stop));
    }

    [Fact]
    public async Task Versions_of_a_program_are_paged_newest_first()
    {
        await using var store = await OpenAsync();
        EnvironmentKey one = NewJournal().Environment, other = NewJournal().Environment;
        for (var version = 1; version <= 5; version++)
        {
            await store.PublishProgramAsync(Program(one, version), Stop);
        }

        foreach (var (page, expected) in new (int, int[])[] { (1, [5, 4]), (2, [3, 2]), (3, [1]), (4, []), (int.MaxValue, []) })
        {
            var versions = await store.ReadProgramVersionsAsync(one, page, 2, Stop);
            Assert.Equal(expected.Select(version => new ProgramVersion(version, new Timestamp(version), $"key {version}")), versions.Versions);
            Assert.Equal(5, versions.Total);
        }

        Assert.Equal(0, (await store.ReadProgramVersionsAsync(other, 1, 2, Stop)).Total);
    }
}
