using Laurel.Facts;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Pages of a participant's facts. Inputs are walked newest first; each says how many facts it has, so that pages before the one asked for are skipped by count.</summary>
internal static class FactReads
{
    private const int Chunk = 500;

    // Where all facts count, the server adds up: the window goes along the index and stops with the page.
    private const string AllKinds =
        $"""
        select {LogTable.Columns}, t.upto - t.fact_count from (
          select occurred_at, seq, fact_count, sum(fact_count) over (order by occurred_at desc, seq desc rows unbounded preceding) as upto
          from log where participant_key = $1) t
        join log l on l.participant_key = $1 and l.seq = t.seq
        where t.upto > $2 and t.fact_count > 0 order by t.occurred_at desc, t.seq desc limit $3
        """;

    // What is passed over is passed over within the index; only the page's own rows are touched.
    private const string Events =
        $"""
        select {LogTable.Columns}
        from (select seq from log where participant_key = $1 and kind = 0 order by occurred_at desc, seq desc limit $3 offset $2) page
        join log l on l.participant_key = $1 and l.seq = page.seq order by l.occurred_at desc, l.seq desc
        """;

    private const string SomeKinds =
        $"""
        select {LogTable.Columns}
        from (
          select seq from log where participant_key = $1 and fact_mask & $2 <> 0 and (occurred_at, seq) < ($3, $4) order by occurred_at desc, seq desc limit $5
        ) page
        join log l on l.participant_key = $1 and l.seq = page.seq order by l.occurred_at desc, l.seq desc
        """;

    public static async Task<FactsPage?> ReadAsync(NpgsqlConnection connection, FactsQuery query, CancellationToken cancellationToken)
    {
        var participant = await HistoryReads.BeginAsync(connection, query.Participant, cancellationToken);
        try
        {
            if (participant is null)
            {
                return null;
            }

            var total = query.Total(participant.State.FactCounts);
            var toSkip = (query.Page - 1L) * query.PageSize;
            var inputs = toSkip >= total ? [] : query.Kinds switch
            {
                [] => await ReadAllKindsAsync(connection, participant.Key, toSkip, query.PageSize, cancellationToken),
                [FactKinds.Event] => await ReadEventsAsync(connection, participant.Key, toSkip, query.PageSize, cancellationToken),
                _ => await ReadKindsAsync(connection, participant.Key, query, toSkip, cancellationToken),
            };
            return new FactsPage(inputs, total);
        }
        finally
        {
            await HistoryReads.EndAsync(connection);
        }
    }

    private static async Task<List<FactsEntry>> ReadAllKindsAsync(
        NpgsqlConnection connection, long participantKey, long toSkip, int wanted, CancellationToken cancellationToken)
    {
        // An input of the page has at least one fact in it.
        var rows = await connection.ReadAllAsync(
            Statements.Sql(AllKinds).With(participantKey).With(toSkip).With((long)wanted),
            row => (Input: LogTable.Read(row), Before: row.GetInt64(LogTable.ColumnCount)),
            cancellationToken);
        var inputs = new List<FactsEntry>(rows.Count);
        foreach (var (input, before) in rows)
        {
            var first = (int)Math.Max(0, toSkip - before);
            var taken = Math.Min(wanted, input.FactCount - first);
            if (taken == 0)
            {
                break;
            }

            inputs.Add(new FactsEntry(input, first, taken));
            wanted -= taken;
        }

        return inputs;
    }

    private static Task<List<FactsEntry>> ReadEventsAsync(
        NpgsqlConnection connection, long participantKey, long toSkip, int wanted, CancellationToken cancellationToken) =>
        connection.ReadAllAsync(
            Statements.Sql(Events).With(participantKey).With(toSkip).With((long)wanted), row => new FactsEntry(LogTable.Read(row), 0, 1), cancellationToken);

    // How many facts of a kind an input has stands in its facts alone.
    private static async Task<List<FactsEntry>> ReadKindsAsync(
        NpgsqlConnection connection, long participantKey, FactsQuery query, long toSkip, CancellationToken cancellationToken)
    {
        var (wanted, mask) = (query.PageSize, FactKinds.Mask(query.Kinds));
        var inputs = new List<FactsEntry>();
        var (occurredAt, seq) = (long.MaxValue, long.MaxValue);
        while (wanted > 0)
        {
            var chunk = await connection.ReadAllAsync(
                Statements.Sql(SomeKinds).With(participantKey).With(mask).With(occurredAt).With(seq).With((long)Chunk), row => LogTable.Read(row), cancellationToken);
            foreach (var input in chunk)
            {
                var count = query.CountIn(input);
                var first = (int)Math.Min(toSkip, count);
                toSkip -= first;
                var taken = Math.Min(wanted, count - first);
                if (taken > 0)
                {
                    inputs.Add(new FactsEntry(input, first, taken));
                    wanted -= taken;
                }
            }

            if (chunk.Count < Chunk)
            {
                break;
            }

            (occurredAt, seq) = (chunk[^1].OccurredAt.UnixMicroseconds, chunk[^1].Seq);
        }

        return inputs;
    }
}
