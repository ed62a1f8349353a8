using System.Runtime.CompilerServices;
using Laurel.Storage.Transfer;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Participants, each with its parts and its log: a few at a time in one round trip, of which the logs are streamed.</summary>
internal static class ParticipantLogs
{
    // So many states and parts are held at once.
    private const int KeysAtOnce = 32;

    public static async IAsyncEnumerable<StoreRecord> ReadAsync(
        NpgsqlConnection connection, long afterKey, long throughKey, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var first = afterKey; first < throughKey; first += KeysAtOnce)
        {
            var last = Math.Min(first + KeysAtOnce, throughKey);
            await using var batch = connection.BatchOf(
                Statements.Sql($"{SectionReads.Participants} and key > $1 and key <= $2 order by key").With(first).With(last),
                Statements.Sql($"{SectionReads.Parts} where participant_key > $1 and participant_key <= $2 order by participant_key, part_key").With(first).With(last),
                Statements.Sql($"select {LogTable.Columns} from log l where l.participant_key > $1 and l.participant_key <= $2 order by l.participant_key, l.seq").With(first).With(last));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var participants = await reader.RowsAsync(SectionReads.ReadParticipant, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            var parts = (await reader.RowsAsync(SectionReads.ReadPart, cancellationToken)).ToLookup(part => part.Name.ParticipantKey);
            await reader.NextResultAsync(cancellationToken);
            var hasInput = await reader.ReadAsync(cancellationToken);
            foreach (var participant in participants)
            {
                yield return participant;
                foreach (var part in parts[participant.Key])
                {
                    yield return part;
                }

                // Inputs of keys that are nobody's are passed over: they are counted, and missed, elsewhere.
                for (; hasInput && reader.GetInt64(0) <= participant.Key; hasInput = await reader.ReadAsync(cancellationToken))
                {
                    if (reader.GetInt64(0) == participant.Key)
                    {
                        yield return new InputRecord(LogTable.Read(reader), default, []);
                    }
                }
            }
        }
    }
}
