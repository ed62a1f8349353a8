using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>log</c>, <c>idempotency_keys</c> and <c>outbox</c>: written together, since each is by the number that the log's row is given.</summary>
internal static class LogTable
{
    /// <summary>The columns that <see cref="Read"/> expects, of a table or alias <c>l</c>.</summary>
    public const string Columns =
        "l.participant_key, l.seq, l.kind, l.event_id, l.event_name, l.occurred_at, l.received_at, l.program_version, l.engine_version, "
        + "l.key_hash, l.payload_hash, l.properties, l.facts, l.fact_mask, l.fact_count, l.answer, l.outcomes";

    /// <summary>How many <see cref="Columns"/> there are.</summary>
    public const int ColumnCount = 17;

    // Keys go in by their order, so that two batches with the same ones wait for each other, but not in a circle. What is there already is an error, which costs the
    // transaction as it must: the batch runs again and finds what was there. "On conflict" would look into every unique index twice and write a second
    // record of each row to the write-ahead log, for what hardly ever happens. The sequence is named, since finding out its name costs more than the row.
    private const string InsertText =
        """
        with input as materialized (
          select nextval('log_id_seq') as id, u.* from unnest(
            $1::bigint[], $2::bigint[], $3::smallint[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::int[], $9::int[],
            $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::int[], $15::int[], $16::text[], $17::text[], $18::text[])
          as u (participant_key, seq, kind, event_id, event_name, occurred_at, received_at, program_version, engine_version,
            key_hash, payload_hash, properties, facts, fact_mask, fact_count, answer, outcomes, targets)
        ), inputs as (
          insert into log (id, participant_key, seq, kind, event_id, event_name, occurred_at, received_at, program_version, engine_version,
            key_hash, payload_hash, properties, facts, fact_mask, fact_count, answer, outcomes)
          select id, participant_key, seq, kind, event_id, event_name, occurred_at, received_at, program_version, engine_version,
            key_hash, payload_hash, properties, facts, fact_mask, fact_count, answer, outcomes
          from input
        ), keys as (
          insert into idempotency_keys (key_hash, log_id) select key_hash, id from input where key_hash is not null order by key_hash
        )
        insert into outbox (log_id, queued_at, targets) select id, received_at, targets from input where targets is not null
        """;

    /// <summary>Adds inputs, their keys and their outbox rows. It fails where a participant's <c>seq</c> or a key is there already.</summary>
    public static NpgsqlBatchCommand Insert(List<LogRow> rows, List<OutboxWrite> outbox)
    {
        var targets = new byte[]?[rows.Count];
        foreach (var write in outbox)
        {
            targets[write.LogPlace] = write.Targets.ToArray();
        }

        return Statements.Sql(InsertText)
            .With(Of(rows, row => row.ParticipantKey)).With(Of(rows, row => row.Seq)).With(Of(rows, row => (short)row.Kind))
            .With(Of(rows, row => row.EventId.ToUuid())).With(Of(rows, row => row.EventName))
            .With(Of(rows, row => row.OccurredAt.UnixMicroseconds)).With(Of(rows, row => row.ReceivedAt.UnixMicroseconds))
            .With(Of(rows, row => row.ProgramVersion)).With(Of(rows, row => row.EngineVersion))
            .With(Of(rows, row => row.Key?.Value.ToUuid())).With(Of(rows, row => row.PayloadHash.ToUuid()))
            .WithTexts(Of(rows, row => row.Properties)).WithTexts(Of(rows, row => row.Facts))
            .With(Of(rows, row => row.FactMask)).With(Of(rows, row => row.FactCount))
            .WithTexts(Of(rows, row => row.Answer)).WithTextsOrNull(Of(rows, row => row.Outcomes.IsEmpty ? null : row.Outcomes.ToArray()))
            .WithTextsOrNull(targets);
    }

    /// <summary>A row from its <see cref="Columns"/>, which begin at <paramref name="first"/>.</summary>
    public static LogRow Read(NpgsqlDataReader reader, int first = 0) => new(
        reader.GetInt64(first),
        reader.GetInt64(first + 1),
        (InputKind)reader.GetInt16(first + 2),
        reader.GetGuid(first + 3).ToFactId(),
        reader.GetString(first + 4),
        reader.Time(first + 5),
        reader.Time(first + 6),
        reader.GetInt32(first + 7),
        reader.GetInt32(first + 8),
        reader.IsDBNull(first + 9) ? null : new KeyHash(reader.GetGuid(first + 9).ToNumber()),
        reader.GetGuid(first + 10).ToNumber(),
        reader.Utf8(first + 11),
        reader.Utf8(first + 12),
        reader.GetInt32(first + 13),
        reader.GetInt32(first + 14),
        reader.Utf8(first + 15),
        reader.IsDBNull(first + 16) ? [] : reader.Utf8(first + 16));

    private static T[] Of<T>(List<LogRow> rows, Func<LogRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }
}
