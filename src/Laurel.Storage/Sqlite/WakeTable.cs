using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>wakes</c>: one for each participant whom the clock must wake.</summary>
internal static class WakeTable
{
    /// <summary>Sets or clears when a participant is due, within the open transaction.</summary>
    public static void Write(Connection connection, long participantKey, Timestamp? dueAt)
    {
        if (dueAt is { } due)
        {
            connection.Prepare("insert into wakes (participant_key, due_at) values (?1, ?2) on conflict do update set due_at = excluded.due_at")
                .Bind(1, participantKey).Bind(2, due.UnixMicroseconds).Run();
        }
        else
        {
            connection.Prepare("delete from wakes where participant_key = ?1").Bind(1, participantKey).Run();
        }
    }

    /// <summary>Those due, earliest first.</summary>
    public static List<DueParticipant> ReadDue(Connection connection, Timestamp until, int limit)
    {
        // A cross join keeps the order of the tables: wakes first, by its index.
        var select = connection.Prepare(
            """
            select w.due_at, p.environment, p.id from wakes w indexed by wakes_by_time cross join participants p on p.key = w.participant_key
            where w.due_at <= ?1 order by w.due_at, w.participant_key limit ?2
            """).Bind(1, until.UnixMicroseconds).Bind(2, limit);
        var due = new List<DueParticipant>();
        while (select.Step())
        {
            due.Add(new DueParticipant(new ParticipantName(new EnvironmentKey(select.Int(1)), select.Text(2)), new Timestamp(select.Long(0))));
        }

        select.Reset();
        return due;
    }

    /// <summary>When the first of all is due.</summary>
    public static Timestamp? ReadNext(Connection connection)
    {
        var select = connection.Prepare("select min(due_at) from wakes");
        Timestamp? next = select.Step() && !select.IsNull(0) ? new Timestamp(select.Long(0)) : null;
        select.Reset();
        return next;
    }
}
