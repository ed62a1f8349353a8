using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Reads back the inputs that were committed but not folded when the process ended.</summary>
internal static class TailRecovery
{
    /// <summary>
    /// The inputs after <paramref name="foldedThrough"/>, and the last input's place in the log. The segment is there to be folded: when its participants are
    /// due stands in a table already, so it is not read.
    /// </summary>
    public static (TailSegment Segment, long LastLogId) Read(Connection connection, long foldedThrough, int capacity)
    {
        var segment = new TailSegment(capacity);
        var participants = Participants(connection);
        var select = connection.Prepare(
            "select id, participant_key, seq, name_hash, occurred_at, fact_mask, fact_count, key_hash from log where id > ?1 order by id").Bind(1, foldedThrough);
        var last = foldedThrough;
        foreach (var (loaded, state) in participants.Values)
        {
            segment.SetState(loaded, state, loaded.RateArrival, dueAt: null);
        }

        while (select.Step())
        {
            last = select.Long(0);
            var loaded = participants[select.Long(1)];
            var entry = new HistoryKey(select.Long(4), select.Long(2), select.Long(3), select.Int(5), select.Int(6), last);
            KeyHash? key = select.IsNull(7) ? null : new KeyHash(select.UInt128(7));
            segment.AddInput(loaded.Loaded.Name, loaded.Loaded, key, entry);
        }

        select.Reset();
        return (segment, last);
    }

    // Later rows win: recent_states has one row a batch and participant.
    private static Dictionary<long, (LoadedParticipant Loaded, byte[] State)> Participants(Connection connection)
    {
        var participants = new Dictionary<long, (LoadedParticipant Loaded, byte[] State)>();
        var select = connection.Prepare(
            """
            select p.key, p.environment, p.id, p.created_at, r.rate_arrival, r.state
            from recent_states r join participants p on p.key = r.participant_key order by r.log_id
            """);
        while (select.Step())
        {
            var name = new ParticipantName(new EnvironmentKey(select.Int(1)), select.Text(2));
            var loaded = new LoadedParticipant(select.Long(0), name, ParticipantState.New, select.Long(4), new Timestamp(select.Long(3)), IsNew: false, DueAt: null);
            participants[loaded.Key] = (loaded, select.Bytes(5).ToArray());
        }

        select.Reset();
        return participants;
    }
}
