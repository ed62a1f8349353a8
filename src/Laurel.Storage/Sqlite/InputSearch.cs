using System.Buffers.Binary;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Finds an input by its id, without an index: the id begins with the millisecond of receipt, and the log grows in that order but where the clock was set back,
/// which <c>clock_steps</c> notes. Each stretch between two steps is searched by halving.
/// </summary>
internal static class InputSearch
{
    /// <summary>Where the input stands; null where this environment has none of that id.</summary>
    public static EventPlace? Find(Connection connection, EnvironmentKey environment, FactId id) =>
        FindRow(connection, id) is { } found ? PlaceOf(connection, environment, found.ParticipantKey, found.Seq) : null;

    /// <summary>The input's place in the log; null where this environment has none of that id.</summary>
    public static long? FindLogId(Connection connection, EnvironmentKey environment, FactId id) =>
        FindRow(connection, id) is { } found && PlaceOf(connection, environment, found.ParticipantKey, found.Seq) is not null ? found.LogId : null;

    private static (long LogId, long ParticipantKey, long Seq)? FindRow(Connection connection, FactId id)
    {
        var end = connection.Scalar("select max(id) from log") + 1;
        foreach (var start in Starts(connection))
        {
            if (FindBetween(connection, start, end, id) is { } found)
            {
                return found;
            }

            end = start;
        }

        return null;
    }

    /// <summary>The millisecond that ids of inputs received then begin with.</summary>
    public static long MillisecondOf(long receivedAt) => Math.Max(0, receivedAt / 1000);

    // The newest stretch first: what is asked for is mostly new.
    private static List<long> Starts(Connection connection)
    {
        var select = connection.Prepare("select log_id from clock_steps order by log_id desc");
        var starts = new List<long>();
        while (select.Step())
        {
            starts.Add(select.Long(0));
        }

        select.Reset();
        starts.Add(1);
        return starts;
    }

    private static (long LogId, long ParticipantKey, long Seq)? FindBetween(Connection connection, long start, long end, FactId id)
    {
        Span<byte> idBytes = stackalloc byte[16];
        id.Value.TryWriteBytes(idBytes);

        // Not by way of a date: an id that a caller made up may lie beyond the year 9999.
        var millisecond = BinaryPrimitives.ReadInt64BigEndian(idBytes) >>> 16;
        var first = FirstAt(connection, start, end, millisecond);
        var select = connection.Prepare("select received_at, event_id, participant_key, seq, id from log where id >= ?1 and id < ?2 order by id").Bind(1, first).Bind(2, end);
        (long, long, long)? found = null;
        while (found is null && select.Step() && MillisecondOf(select.Long(0)) == millisecond)
        {
            if (select.Bytes(1).SequenceEqual(idBytes))
            {
                found = (select.Long(4), select.Long(2), select.Long(3));
            }
        }

        select.Reset();
        return found;
    }

    // Ids of the log have gaps where a reset removed inputs: whoever stands in one is found behind it.
    private static long FirstAt(Connection connection, long start, long end, long millisecond)
    {
        var select = connection.Prepare("select received_at, id from log where id >= ?1 order by id limit 1");
        while (start < end)
        {
            var middle = start + ((end - start) / 2);
            select.Bind(1, middle);
            (start, end) = select.Step() && select.Long(1) is var id && id < end && MillisecondOf(select.Long(0)) < millisecond ? (id + 1, end) : (start, middle);
            select.Reset();
        }

        return start;
    }

    private static EventPlace? PlaceOf(Connection connection, EnvironmentKey environment, long participantKey, long seq)
    {
        var select = connection.Prepare("select id from participants where key = ?1 and environment = ?2 and unicode(id) <> 1").Bind(1, participantKey).Bind(2, environment.Value);
        var place = select.Step() ? new EventPlace(new ParticipantName(environment, select.Text(0)), seq) : null;
        select.Reset();
        return place;
    }
}
