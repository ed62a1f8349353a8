using System.Buffers.Binary;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>log</c>, in and out.</summary>
internal static class LogReads
{
    public const string Insert =
        """
        insert into log (id, participant_key, seq, event_id, event_name, name_hash, occurred_at, received_at, program_version, engine_version,
          key_hash, payload_hash, properties, facts, fact_mask, fact_count, answer, kind, outcomes)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
        """;

    /// <summary>What <see cref="Row"/> reads, of a table <c>l</c>.</summary>
    public const string Columns =
        """
        l.participant_key, l.seq, l.event_id, l.event_name, l.occurred_at, l.received_at, l.program_version, l.engine_version,
          l.key_hash, l.payload_hash, l.properties, l.facts, l.fact_mask, l.fact_count, l.answer, l.kind, l.outcomes
        """;

    private const string ById = $"select {Columns} from log l where l.id = ?1";

    public static void Bind(Statement insert, long id, LogRow row, long nameHash)
    {
        Span<byte> eventId = stackalloc byte[16];
        row.EventId.Value.TryWriteBytes(eventId);
        insert.Bind(1, id).Bind(2, row.ParticipantKey).Bind(3, row.Seq).BindBlob(4, eventId).Bind(5, row.EventName).Bind(6, nameHash)
            .Bind(7, row.OccurredAt.UnixMicroseconds).Bind(8, row.ReceivedAt.UnixMicroseconds).Bind(9, row.ProgramVersion).Bind(10, row.EngineVersion);
        _ = row.Key is { } key ? insert.Bind(11, key.Value) : insert.BindNull(11);
        insert.Bind(12, row.PayloadHash).BindText(13, row.Properties.Span).BindText(14, row.Facts.Span)
            .Bind(15, row.FactMask).Bind(16, row.FactCount).BindText(17, row.Answer.Span).Bind(18, (int)row.Kind);
        _ = row.Outcomes.IsEmpty ? insert.BindNull(19) : insert.BindText(19, row.Outcomes.Span);
    }

    /// <summary>The row with this id; it must be there.</summary>
    public static LogRow Read(Connection connection, long id)
    {
        var select = connection.Prepare(ById).Bind(1, id);
        if (!select.Step())
        {
            throw new InvalidOperationException($"Input {id} is missing from the log.");
        }

        var row = Row(select);
        select.Reset();
        return row;
    }

    /// <summary>The row at hand; its columns begin with <see cref="Columns"/>.</summary>
    public static LogRow Row(Statement select) => new(
        select.Long(0),
        select.Long(1),
        (InputKind)select.Int(15),
        new FactId(new Ulid(select.Bytes(2))),
        select.Text(3),
        new Timestamp(select.Long(4)),
        new Timestamp(select.Long(5)),
        select.Int(6),
        select.Int(7),
        select.IsNull(8) ? null : new KeyHash(select.UInt128(8)),
        select.UInt128(9),
        select.Bytes(10).ToArray(),
        select.Bytes(11).ToArray(),
        select.Int(12),
        select.Int(13),
        select.Bytes(14).ToArray(),
        select.Bytes(16).ToArray());

    /// <summary>A participant's inputs after <paramref name="afterSeq"/>, by <c>seq</c>.</summary>
    public static List<LogRow> ReadAfter(Snapshot snapshot, ParticipantName participant, long afterSeq, int limit)
    {
        if (ParticipantReads.FindKey(snapshot.Connection, participant) is not { } participantKey)
        {
            return [];
        }

        // history is sorted by occurrence, so all of the participant's entries are walked; but only so many as are asked for are kept.
        var select = snapshot.Connection.Prepare("select seq, log_id from history not indexed where participant_key = ?1 and seq > ?2 order by seq limit ?3")
            .Bind(1, participantKey).Bind(2, afterSeq).Bind(3, limit);
        var places = snapshot.TailEntries.Where(entry => entry.Seq > afterSeq).Select(entry => (entry.Seq, entry.LogId)).ToList();
        while (select.Step())
        {
            places.Add((select.Long(0), select.Long(1)));
        }

        select.Reset();
        places.Sort();
        return places.Take(limit).Select(place => Read(snapshot.Connection, place.LogId)).ToList();
    }

    /// <summary>What an input was answered.</summary>
    public static StoredAnswer Answer(Connection connection, long id)
    {
        var select = connection.Prepare("select answer, payload_hash from log where id = ?1").Bind(1, id);
        if (!select.Step())
        {
            throw new InvalidOperationException($"Input {id} is missing from the log.");
        }

        var answer = new StoredAnswer(select.Bytes(0).ToArray(), BinaryPrimitives.ReadUInt128BigEndian(select.Bytes(1)));
        select.Reset();
        return answer;
    }
}
