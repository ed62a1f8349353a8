using Laurel.Facts;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Pages of a participant's inputs, newest first. All that one page needs is read of one instant.</summary>
internal static class HistoryReads
{
    // From the nearer end: each row skipped is a step. So deep, it is worth a round trip to know the other end first.
    private const long DeepOffset = 1_000;

    /// <summary>A page of events.</summary>
    public static async Task<HistoryPage> ReadAsync(NpgsqlConnection connection, HistoryQuery query, CancellationToken cancellationToken)
    {
        var (participant, counted) = await BeginAsync(connection, query, cancellationToken);
        try
        {
            if (participant is null)
            {
                return new HistoryPage([], 0);
            }

            var total = counted ?? participant.State.TotalEvents;
            var offset = (query.Page - 1L) * query.PageSize;
            var count = Math.Clamp(total - offset, 0, query.PageSize);
            if (count == 0)
            {
                return new HistoryPage([], total);
            }

            var isFromOldest = offset > DeepOffset && offset > total / 2;
            var order = isFromOldest ? "asc" : "desc";

            // What is skipped is skipped within the index; only the page's own rows are touched.
            var select = Filter(
                Statements.Sql(
                    $"""
                    select l.event_id, l.event_name, l.properties, l.occurred_at
                    from (select seq {From(query, "$1", next: 4)} order by occurred_at {order}, seq {order} limit $2 offset $3) page
                    join log l on l.participant_key = $1 and l.seq = page.seq order by l.occurred_at {order}, l.seq {order}
                    """).With(participant.Key).With(count).With(isFromOldest ? total - offset - count : offset),
                query);
            var events = await connection.ReadAllAsync(
                select, row => new HistoryEntry(row.GetGuid(0).ToFactId(), row.GetString(1), row.Utf8(2), row.Time(3)), cancellationToken);
            if (isFromOldest)
            {
                events.Reverse();
            }

            return new HistoryPage(events, total);
        }
        finally
        {
            await EndAsync(connection);
        }
    }

    /// <summary>Begins a transaction that sees one instant, and reads the participant in it.</summary>
    public static async Task<ParticipantRow?> BeginAsync(NpgsqlConnection connection, ParticipantName name, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(Statements.Sql("begin isolation level repeatable read read only"), ParticipantTable.Select(name));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ParticipantTable.Read(reader) : null;
    }

    /// <summary>Ends it. A connection that is gone has ended it already.</summary>
    public static async Task EndAsync(NpgsqlConnection connection)
    {
        if (connection.FullState == System.Data.ConnectionState.Open)
        {
            await connection.RunAsync(Statements.Sql("rollback"), CancellationToken.None);
        }
    }

    // Whoever asks for everything needs no count: the state has it.
    private static async Task<(ParticipantRow? Participant, long? Counted)> BeginAsync(NpgsqlConnection connection, HistoryQuery query, CancellationToken cancellationToken)
    {
        if ((query.EventName, query.From, query.To) is (null, null, null))
        {
            return (await BeginAsync(connection, query.Participant, cancellationToken), null);
        }

        await using var batch = connection.BatchOf(
            Statements.Sql("begin isolation level repeatable read read only"),
            ParticipantTable.Select(query.Participant),
            Filter(
                Statements.Sql($"select count(*) {From(query, "(select key from participants where environment = $1 and id = $2)", next: 3)}")
                    .With(query.Participant.Environment.Value).With(query.Participant.Id),
                query));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var participant = await reader.ReadAsync(cancellationToken) ? ParticipantTable.Read(reader) : null;
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (participant, reader.GetInt64(0));
    }

    // One text a kind of filter: a condition that may be off would keep PostgreSQL from counting and skipping within an index.
    private static string From(HistoryQuery query, string participantKey, int next)
    {
        var times = query.From is null && query.To is null ? "" : $" and occurred_at between ${next++} and ${next++}";
        var name = query.EventName is null ? "" : $" and event_name = ${next}";
        return $"from log where participant_key = {participantKey} and kind = 0{times}{name}";
    }

    private static NpgsqlBatchCommand Filter(NpgsqlBatchCommand statement, HistoryQuery query)
    {
        if (query.From is not null || query.To is not null)
        {
            statement.With((query.From ?? Timestamp.MinValue).UnixMicroseconds).With((query.To ?? Timestamp.MaxValue).UnixMicroseconds);
        }

        return query.EventName is { } name ? statement.With(name) : statement;
    }
}
