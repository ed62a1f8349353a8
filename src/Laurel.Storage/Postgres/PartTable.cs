using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>parts</c>.</summary>
internal static class PartTable
{
    /// <summary>The pieces that are there.</summary>
    public static async Task<Dictionary<PartName, ReadOnlyMemory<byte>>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<PartName> names, CancellationToken cancellationToken)
    {
        var select = Statements.Sql(
            """
            select p.participant_key, p.part_key, p.document from unnest($1::bigint[], $2::text[]) u (participant_key, part_key)
            join parts p on p.participant_key = u.participant_key and p.part_key = u.part_key collate "C"
            """).With(names.Select(name => name.ParticipantKey).ToArray()).With(names.Select(name => name.Key).ToArray());
        var rows = await connection.ReadAllAsync(select, row => (Name: new PartName(row.GetInt64(0), row.GetString(1)), Document: row.Utf8(2)), cancellationToken);
        var parts = new Dictionary<PartName, ReadOnlyMemory<byte>>(rows.Count);
        foreach (var (name, document) in rows)
        {
            parts[name] = document;
        }

        return parts;
    }

    /// <summary>The pieces of a participant by its name.</summary>
    public static async Task<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> ReadAsync(
        NpgsqlConnection connection, ParticipantName participant, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var select = Statements.Sql(
            """
            select p.part_key, p.document from participants o join parts p on p.participant_key = o.key
            where o.environment = $1 and o.id = $2 and o.created_at is not null and p.part_key = any ($3)
            """).With(participant.Environment.Value).With(participant.Id).With(keys.ToArray());
        var rows = await connection.ReadAllAsync(select, row => (Key: row.GetString(0), Document: row.Utf8(1)), cancellationToken);
        return rows.ToDictionary(row => row.Key, row => (ReadOnlyMemory<byte>)row.Document, StringComparer.Ordinal);
    }

    /// <summary>Replaces and removes. Where a name stands twice, the last one counts.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Update(List<PartWrite> writes)
    {
        var last = new SortedDictionary<PartName, ReadOnlyMemory<byte>?>(ByName);
        foreach (var write in writes)
        {
            if (write.Document is { IsEmpty: true })
            {
                throw new InvalidOperationException($"The piece {write.Name} is empty: it must be JSON, or null to be removed.");
            }

            last[write.Name] = write.Document;
        }

        var kept = last.Where(part => part.Value is not null).ToList();
        if (kept.Count > 0)
        {
            yield return Statements.Sql(
                """
                insert into parts (participant_key, part_key, document) select * from unnest($1::bigint[], $2::text[], $3::text[])
                on conflict (participant_key, part_key) do update set document = excluded.document
                """)
                .With(kept.Select(part => part.Key.ParticipantKey).ToArray()).With(kept.Select(part => part.Key.Key).ToArray())
                .WithTexts(kept.Select(part => part.Value!.Value).ToArray());
        }

        var removed = last.Where(part => part.Value is null).Select(part => part.Key).ToList();
        if (removed.Count > 0)
        {
            yield return Statements.Sql(
                """
                delete from parts p using unnest($1::bigint[], $2::text[]) u (participant_key, part_key)
                where p.participant_key = u.participant_key and p.part_key = u.part_key collate "C"
                """)
                .With(removed.Select(name => name.ParticipantKey).ToArray()).With(removed.Select(name => name.Key).ToArray());
        }
    }

    private static readonly Comparer<PartName> ByName = Comparer<PartName>.Create((left, right) =>
        left.ParticipantKey != right.ParticipantKey ? left.ParticipantKey.CompareTo(right.ParticipantKey) : string.CompareOrdinal(left.Key, right.Key));
}
