using Laurel.Facts;

namespace Laurel.Storage.Tests;

/// <summary>Asks a store and the model the same, and asserts that they agree.</summary>
internal static class Comparison
{
    public static async Task SameHistoryAsync(ILaurelStore store, Journal journal, HistoryQuery query)
    {
        var matches = journal.Newest(query.Participant.Id)
            .Where(input => (query.EventName is null || input.Row.EventName == query.EventName)
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
            from place in Enumerable.Range(0, input.Kinds.Count(kind => query.Kind is null || kind == query.Kind))
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
            await SameHistoryAsync(store, journal, new HistoryQuery(name, null, null, null, 1, 100_000));
            await SameFactsAsync(store, journal, new FactsQuery(name, null, 1, 100_000));
        }

        await SameKeysAsync(store, journal);
    }

    // Also asks for one key that was never used.
    private static async Task SameKeysAsync(ILaurelStore store, Journal journal)
    {
        var names = journal.States.Keys.Select(journal.Name).ToArray();
        var keys = journal.Inputs.Select(input => input.Row.Key!.Value).Append(journal.Key(int.MaxValue)).ToArray();
        var batch = await store.OpenBatchAsync(new BatchRequest(names, keys, []), default);
        try
        {
            Assert.Equal(journal.Inputs.Count, batch.Answers.Count);
            Assert.All(batch.Participants, loaded => Assert.Equal(77 + loaded.State.Seq, loaded.RateArrival));
            foreach (var row in journal.Inputs.Select(input => input.Row))
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
