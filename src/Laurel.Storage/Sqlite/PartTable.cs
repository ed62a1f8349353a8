namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>parts</c>.</summary>
internal static class PartTable
{
    /// <summary>The pieces that are there.</summary>
    public static Dictionary<PartName, ReadOnlyMemory<byte>> Read(Connection connection, IReadOnlyList<PartName> names)
    {
        var select = connection.Prepare("select document from parts where participant_key = ?1 and part_key = ?2");
        var parts = new Dictionary<PartName, ReadOnlyMemory<byte>>(names.Count);
        foreach (var name in names)
        {
            select.Bind(1, name.ParticipantKey).Bind(2, name.Key);
            if (select.Step())
            {
                parts[name] = select.Bytes(0).ToArray();
            }

            select.Reset();
        }

        return parts;
    }

    /// <summary>The pieces of a participant by its name.</summary>
    public static Dictionary<string, ReadOnlyMemory<byte>> Read(Connection connection, ParticipantName participant, IReadOnlyList<string> keys) =>
        ParticipantReads.FindKey(connection, participant) is { } participantKey
            ? Read(connection, [.. keys.Select(key => new PartName(participantKey, key))]).ToDictionary(part => part.Key.Key, part => part.Value, StringComparer.Ordinal)
            : [];

    /// <summary>Replaces and removes within the open transaction.</summary>
    public static void Write(Connection connection, List<PartWrite> writes)
    {
        foreach (var write in writes)
        {
            if (write.Document is { } document)
            {
                if (document.IsEmpty)
                {
                    throw new InvalidOperationException($"The piece {write.Name} is empty: it must be JSON, or null to be removed.");
                }

                connection.Prepare("insert into parts (participant_key, part_key, document) values (?1, ?2, ?3) on conflict do update set document = excluded.document")
                    .Bind(1, write.Name.ParticipantKey).Bind(2, write.Name.Key).BindText(3, document.Span).Run();
            }
            else
            {
                connection.Prepare("delete from parts where participant_key = ?1 and part_key = ?2")
                    .Bind(1, write.Name.ParticipantKey).Bind(2, write.Name.Key).Run();
            }
        }
    }
}
