using System.Text;
using Laurel.Facts;

namespace Laurel.Storage.Tests;

/// <summary>Asks a store and the model the same, and asserts that they agree.</summary>
internal static class Comparison
{
    public static async Task SameHistoryAsync(ILaurelStore store, Journal journal, HistoryQuery query)
    {
        var matches = journal.Newest(query.Participant.Id)
            .Where(input => input.Row.Kind == InputKind.Event
                && (query.EventName is null || input.Row.EventName == query.EventName)
                && (query.From is null || input.Row.OccurredAt >= query.From)
                && (query.To is null || input.Row.OccurredAt <= query.To))
            .ToList();
        var expected = matches.Skip((query.Page - 1) * query.PageSize).Take(query.PageSize).Select(input => input.Row);

        var page = await store.ReadHistoryAsync(query, default);

        Assert.Equal(matches.Count, page.Total);
        Assert.Equal(
            expected.Select(row => (row.EventId, row.EventName, row.OccurredAt, Convert.ToHexString(row.Properties.Span))),
            page.Events.Select(entry => (entry.EventId, entry.EventName, entry.OccurredAt, Convert.ToHexString(entry.Properties.Span))));
    }

    public static async Task SameFactsAsync(ILaurelStore store, Journal journal, FactsQuery query)
    {
        var matches = (
            from input in journal.Newest(query.Participant.Id)
            from place in Enumerable.Range(0, input.Kinds.Count(kind => query.Kinds.Count == 0 || query.Kinds.Contains(kind)))
            select (input.Row.EventId, place)).ToList();

        var page = await store.ReadFactsAsync(query, default);

        if (!journal.States.ContainsKey(query.Participant.Id))
        {
            Assert.Null(page);
            return;
        }

        Assert.Equal(matches.Count, page!.Total);
        Assert.Equal(
            matches.Skip((query.Page - 1) * query.PageSize).Take(query.PageSize),
            page.Inputs.SelectMany(entry => Enumerable.Range(entry.First, entry.Count).Select(place => (entry.Input.EventId, place))));
    }

    /// <summary>Everything that was committed is there, and nothing else.</summary>
    public static async Task SameAsync(ILaurelStore store, Journal journal)
    {
        foreach (var (participant, state) in journal.States)
        {
            var name = journal.Name(participant);
            var row = await store.ReadParticipantAsync(name.Environment, name.Id, default);
            Assert.Equal(Journal.Text(state), Journal.Text(row!.State));
            Assert.Equal(new Timestamp(1_000_000 + row.Key), row.CreatedAt);
            Assert.Equal(journal.Dues[participant], row.DueAt);
            await SameHistoryAsync(store, journal, new HistoryQuery(name, null, null, null, 1, 100_000));
            await SameFactsAsync(store, journal, new FactsQuery(name, [], 1, 100_000));
            await SameLogAsync(store, journal, name);
        }

        await SameKeysAsync(store, journal);
        await SameDuesAsync(store, journal);
        await SameParticipantsAsync(store, journal);
        await SameInputsFoundAsync(store, journal);
    }

    /// <summary>A participant's log, in pages of an odd size, and the pieces of its state.</summary>
    private static async Task SameLogAsync(ILaurelStore store, Journal journal, ParticipantName name)
    {
        var expected = journal.Inputs.Where(input => input.Participant == name.Id).Select(input => Text(input.Row)).ToList();
        var read = new List<string>();
        for (var isLast = false; !isLast;)
        {
            var page = await store.ReadLogAsync(name, read.Count, 333, default);
            read.AddRange(page.Select(Text));
            isLast = page.Count < 333;
        }

        Assert.Equal(expected, read);
        var parts = await store.ReadPartsAsync(name, [.. Journal.PartKeys, "never written"], default);
        Assert.Equal(
            journal.Parts.Where(part => part.Key.Participant == name.Id).Select(part => (part.Key.Key, part.Value)).Order(),
            parts.Select(part => (part.Key, Encoding.UTF8.GetString(part.Value.Span))).Order());
    }

    /// <summary>Two inputs are the same, byte for byte.</summary>
    public static void Same(LogRow expected, LogRow actual) => Assert.Equal(Text(expected), Text(actual));

    private static string Text(LogRow row) =>
        row with { Properties = default, Facts = default, Answer = default, Outcomes = default }
        + string.Join('|', new[] { row.Properties, row.Facts, row.Answer, row.Outcomes }.Select(json => Encoding.UTF8.GetString(json.Span)));

    // Other journals may have participants in the same store.
    private static async Task SameDuesAsync(ILaurelStore store, Journal journal)
    {
        var due = await store.ClaimDueAsync(Timestamp.MaxValue, leaseUntil: default, 100_000, default);
        Assert.Equal(due.OrderBy(one => one.DueAt).Select(one => one.DueAt), due.Select(one => one.DueAt));
        Assert.Equal(due.Count > 0 ? due[0].DueAt : null, await store.ReadNextDueAsync(Timestamp.MaxValue, default));
        Assert.Equal(
            journal.Dues.Where(one => one.Value is not null).Select(one => (one.Key, one.Value!.Value)).Order(),
            due.Where(one => one.Name.Environment == journal.Environment).Select(one => (one.Name.Id, one.DueAt)).Order());
    }

    private static async Task SameParticipantsAsync(ILaurelStore store, Journal journal)
    {
        var read = new List<ParticipantRow>();
        for (var isLast = false; !isLast;)
        {
            var page = await store.ReadParticipantsAsync(journal.Environment, read.Count == 0 ? 0 : read[^1].Key, 100, default);
            read.AddRange(page);
            isLast = page.Count < 100;
        }

        Assert.Equal(read.Select(row => row.Key).Order(), read.Select(row => row.Key));
        Assert.Equal(
            journal.States.Select(one => (one.Key, Journal.Text(one.Value), journal.Dues[one.Key])).OrderBy(one => one.Key),
            read.Select(row => (Key: row.Name.Id, Journal.Text(row.State), row.DueAt)).OrderBy(one => one.Key));
    }

    private static async Task SameInputsFoundAsync(ILaurelStore store, Journal journal)
    {
        foreach (var input in journal.Inputs.Where((_, i) => i % 7 == 0))
        {
            var place = await store.FindEventAsync(journal.Environment, input.Row.EventId, default);
            Assert.Equal(new EventPlace(journal.Name(input.Participant), input.Row.Seq), place);
        }
    }

    // Also asks for one key that was never used.
    private static async Task SameKeysAsync(ILaurelStore store, Journal journal)
    {
        var names = journal.States.Keys.Select(journal.Name).ToArray();
        var keyed = journal.Inputs.Select(input => input.Row).Where(row => row.Key is not null).ToList();
        var keys = keyed.Select(row => row.Key!.Value).Append(journal.Key(int.MaxValue)).ToArray();
        var batch = await store.OpenBatchAsync(new BatchRequest(names, keys, []), default);
        try
        {
            Assert.Equal(keyed.Count, batch.Answers.Count);
            Assert.All(batch.Participants, loaded => Assert.Equal(77 + loaded.State.Seq, loaded.RateArrival));
            foreach (var row in keyed)
            {
                Assert.Equal(row.Answer.ToArray(), batch.Answers[row.Key!.Value].Answer);
                Assert.Equal(row.PayloadHash, batch.Answers[row.Key!.Value].PayloadHash);
            }
        }
        finally
        {
            await store.AbandonAsync(batch);
        }
    }
}
