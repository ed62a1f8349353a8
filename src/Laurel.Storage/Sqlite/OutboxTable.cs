using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>outbox</c>: written with their input, and spread into <c>deliveries</c> by the dispatcher.</summary>
internal static class OutboxTable
{
    /// <summary>Adds rows within the open transaction; <paramref name="firstLogId"/> is the place of the batch's first input in the log.</summary>
    public static void Write(Connection connection, BatchWrites writes, long firstLogId)
    {
        foreach (var write in writes.Outbox)
        {
            Insert(connection, firstLogId + write.LogPlace, writes.Log[write.LogPlace].ReceivedAt, write.Targets.Span);
        }
    }

    /// <summary>Adds one row within the open transaction.</summary>
    public static void Insert(Connection connection, long logId, Timestamp queuedAt, ReadOnlySpan<byte> targets) =>
        connection.Prepare("insert into outbox (log_id, queued_at, targets) values (?1, ?2, ?3)").Bind(1, logId).Bind(2, queuedAt.UnixMicroseconds).BindText(3, targets).Run();

    /// <summary>Spreads the oldest rows within the open transaction; answers how many. Nobody else writes meanwhile, so that the order of ids is the order of commits.</summary>
    public static int Spread(Connection connection, int limit)
    {
        var last = connection.Count("select max(log_id) from (select log_id from outbox order by log_id limit ?1)", limit);
        if (last == 0)
        {
            return 0;
        }

        // Endpoints deleted since then want nothing any more. A replay may have come first, hence the conflict clause.
        connection.Prepare(
            """
            insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at)
            select e.key, o.log_id, place.value, 0, o.queued_at, o.queued_at
            from outbox o
              cross join json_each(o.targets) target
              cross join webhook_endpoints e on e.key = json_extract(target.value, '$[0]') and e.status <> 2
              cross join json_each(target.value) place on place.key > 0
            where o.log_id <= ?1
            on conflict do nothing
            """).Bind(1, last).Run();
        connection.Prepare("delete from outbox where log_id <= ?1").Bind(1, last).Run();
        return connection.Changes;
    }

    /// <summary>How many rows wait, and since when the oldest does.</summary>
    public static (long Waiting, Timestamp? Oldest) Backlog(Connection connection)
    {
        var select = connection.Prepare("select queued_at from outbox order by log_id limit 1");
        Timestamp? oldest = select.Step() ? new Timestamp(select.Long(0)) : null;
        select.Reset();
        return (connection.Scalar("select count(*) from outbox"), oldest);
    }
}
