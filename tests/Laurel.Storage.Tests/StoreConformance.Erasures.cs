using System.Text;
using Laurel.Facts;
using Laurel.Participants;

namespace Laurel.Storage.Tests;

/// <summary>What goes with an erasure or a reset, what stays, and that scrubbing changes nothing that can be read.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task An_erasure_takes_what_callers_wrote_and_leaves_what_was_concluded()
    {
        var (journal, other) = (NewJournal(), NewJournal());
        IReadOnlyList<LogRow> before, beside;
        string erasedName;
        await using (var store = await OpenAsync())
        {
            // So many that a store which gathers has gathered some of them, and not the last.
            await WriteSomeAsync(store, journal, 70);
            await WriteSomeAsync(store, other, 10);
            before = await store.ReadLogAsync(journal.Name("p"), 0, 1000, Stop);
            beside = await store.ReadLogAsync(journal.Name("q"), 0, 1000, Stop);
            erasedName = await EraseAsync(store, journal, "p");
            await CheckErasedAsync(store, journal, erasedName, before);
        }

        await using var reopened = await OpenAsync();
        await CheckErasedAsync(reopened, journal, erasedName, before);
        var besideAfter = await reopened.ReadLogAsync(journal.Name("q"), 0, 1000, Stop);
        Assert.Equal(beside.Count, besideAfter.Count);
        Assert.All(beside.Zip(besideAfter), pair => Comparison.Same(pair.First, pair.Second));
        await Comparison.SameAsync(reopened, other);
    }

    [Fact]
    public async Task A_name_that_was_erased_is_new_and_may_be_erased_again()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var life = 0; life < 3; life++)
        {
            var batch = await OpenAgainAsync(store, journal.Name("p"));
            var isNew = Assert.Single(batch.Participants).IsNew;
            var (writes, _) = journal.Prepare(batch, [new Draft("p", "buy", life, 1)]);
            await store.CommitAsync(batch, writes, Stop);
            Assert.True(isNew);
            Assert.Equal(1, (await store.ReadParticipantAsync(journal.Environment, "p", Stop))!.State.Seq);
            Assert.True(names.Add(await EraseAsync(store, journal, "p")));
        }

        Assert.Empty(await store.ReadParticipantsAsync(journal.Environment, 0, 100, Stop));
        foreach (var name in names)
        {
            Assert.Equal(2, (await store.ReadParticipantAsync(journal.Environment, name, Stop))!.State.Seq);
        }
    }

    // A store that remembers whose name it knows may find only now that the name is gone, and says so once.
    private static async Task<StoreBatch> OpenAgainAsync(ILaurelStore store, ParticipantName name)
    {
        try
        {
            return await store.OpenBatchAsync(new BatchRequest([name], [], []), Stop);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Conflict)
        {
            return await store.OpenBatchAsync(new BatchRequest([name], [], []), Stop);
        }
    }

    [Fact]
    public async Task A_commit_with_an_erasure_that_is_abandoned_erases_nothing()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await WriteSomeAsync(store, journal, 30);
        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p")], [], []), Stop);
        PrepareErasure(batch, journal, "p");
        await store.AbandonAsync(batch);

        await Comparison.SameAsync(store, journal);
    }

    [Fact]
    public async Task A_reset_empties_its_environment_and_frees_keys_and_codes()
    {
        var (journal, other) = (NewJournal(), NewJournal());
        var (coupon, others) = (new RewardName(journal.Environment, "coupon"), new RewardName(other.Environment, "coupon"));
        await using (var store = await OpenAsync())
        {
            await WriteSomeAsync(store, journal, 70);
            await WriteSomeAsync(store, other, 70);
            await EraseAsync(store, journal, "p");
            foreach (var reward in (RewardName[])[coupon, others])
            {
                await store.AddRewardCodesAsync(reward, ["a", "b", "c"], Stop);
                await ClaimAsync(store, new ParticipantName(reward.Environment, "q"), reward, codes: 2);
            }

            Assert.Equal(2, await store.ResetAsync(journal.Environment, Stop));
            Assert.Equal(0, await store.ResetAsync(journal.Environment, Stop));
            await CheckEmptyAsync(store);
        }

        await using var reopened = await OpenAsync();
        await CheckEmptyAsync(reopened);

        // The same inputs again, with the same keys and ids.
        var again = new Journal(journal.Environment);
        await WriteSomeAsync(reopened, again, 70);
        await Comparison.SameAsync(reopened, again);
        Assert.Equal(["a", "b"], (await ClaimAsync(reopened, again.Name("q"), coupon, codes: 2)).Select(code => code.Value));

        async Task CheckEmptyAsync(ILaurelStore store)
        {
            await Comparison.SameAsync(store, new Journal(journal.Environment));
            await Comparison.SameAsync(store, other);
            var batch = await store.OpenBatchAsync(new BatchRequest([], [.. journal.Inputs.Select(input => input.Row.Key).OfType<KeyHash>()], []), Stop);
            var answers = batch.Answers.Count;
            await store.AbandonAsync(batch);
            Assert.Equal(0, answers);
            Assert.Equal(new RewardStock(0, 3, 3), (await store.ReadRewardStocksAsync(journal.Environment, Stop))["coupon"]);
            Assert.Equal(new RewardStock(2, 3, 1), (await store.ReadRewardStocksAsync(other.Environment, Stop))["coupon"]);
        }
    }

    [Fact]
    public async Task Scrubbing_changes_nothing_that_can_be_read()
    {
        var (journal, other) = (NewJournal(), NewJournal());
        await using var store = await OpenAsync();
        await WriteSomeAsync(store, journal, 70);
        await WriteSomeAsync(store, other, 30);
        var before = await store.ReadLogAsync(journal.Name("p"), 0, 1000, Stop);
        var erasedName = await EraseAsync(store, journal, "p");

        Assert.Empty(await store.ScrubAsync(Stop));

        await CheckErasedAsync(store, journal, erasedName, before);
        await Comparison.SameAsync(store, other);
        await other.CommitAsync(store, new Draft("p", "buy", 99, 2), new Draft("later", "buy", 99, 1));
        await Comparison.SameAsync(store, other);
    }

    // Inputs of every kind, of two participants by turns.
    private static async Task WriteSomeAsync(ILaurelStore store, Journal journal, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await journal.CommitAsync(
                store,
                new Draft("p", "buy", i, i % 3) { Kind = (i % 5) switch { 3 => InputKind.Command, 4 => InputKind.Tick, _ => InputKind.Event } },
                new Draft("q", "login", i, 1));
        }
    }

    // Answers what the participant is called from then on.
    private static async Task<string> EraseAsync(ILaurelStore store, Journal journal, string participant)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name(participant)], [], []), Stop);
        var (writes, erasure) = PrepareErasure(batch, journal, participant);
        await store.CommitAsync(batch, writes, Stop);
        return erasure.Name;
    }

    // As the pipeline does: an erased participant has no pieces, and is never due.
    private static (BatchWrites Writes, Erasure Erasure) PrepareErasure(StoreBatch batch, Journal journal, string participant)
    {
        var (writes, written) = journal.Prepare(batch, [new Draft(participant, EraseInput.CommandName, 7, 1) { Kind = InputKind.Command }]);
        var row = written[0].Row;
        var erasure = new Erasure(row.ParticipantKey, row.Seq, DerivedFact.IdOf(row.EventId, 0));
        writes.Erasures.Add(erasure);
        writes.Parts.Clear();
        writes.Participants[0] = writes.Participants[0] with { DueAt = null };
        return (writes, erasure);
    }

    private static async Task CheckErasedAsync(ILaurelStore store, Journal journal, string erasedName, IReadOnlyList<LogRow> before)
    {
        var (gone, left) = (journal.Name("p"), journal.Name(erasedName));
        Assert.Null(await store.ReadParticipantAsync(gone.Environment, gone.Id, Stop));
        Assert.Empty(await store.ReadLogAsync(gone, 0, 1000, Stop));
        Assert.Null(await store.ReadFactsAsync(new FactsQuery(gone, [], 1, 100), Stop));
        Assert.Equal(0, (await store.ReadHistoryAsync(new HistoryQuery(gone, null, null, null, 1, 100), Stop)).Total);
        Assert.Empty(await store.ReadPartsAsync(left, Journal.PartKeys, Stop));
        Assert.Null((await store.ReadParticipantAsync(left.Environment, left.Id, Stop))!.DueAt);

        var after = await store.ReadLogAsync(left, 0, 1000, Stop);
        Assert.Equal(before.Count + 1, after.Count);
        Assert.Equal((EraseInput.CommandName, before.Count + 1L), (after[^1].EventName, after[^1].Seq));
        foreach (var (old, row) in before.Zip(after))
        {
            var isTick = old.Kind == InputKind.Tick;
            Comparison.Same(
                old with
                {
                    EventName = isTick ? "" : ErasedInput.Name,
                    Properties = Encoding.UTF8.GetBytes(ErasedInput.Properties),
                    PayloadHash = 0,
                    Answer = isTick ? default : Encoding.UTF8.GetBytes(ErasedInput.Answer),
                },
                row);
        }

        var keys = before.Select(row => row.Key).OfType<KeyHash>().ToArray();
        var batch = await store.OpenBatchAsync(new BatchRequest([], keys, []), Stop);
        var answers = batch.Answers.Values.ToList();
        await store.AbandonAsync(batch);
        Assert.Equal(keys.Length, answers.Count);
        Assert.All(answers, answer => Assert.True(answer.IsErased));
    }
}
