using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>deliveries</c>, but for claims (<see cref="DeliveryClaims"/>).</summary>
internal static class DeliveryTable
{
    /// <summary>Keeps what became of deliveries that are still their claimer's, within the open transaction.</summary>
    public static void Write(Connection connection, IEnumerable<DeliveryResult> held)
    {
        var end = connection.Prepare("delete from deliveries where endpoint_key = ?1 and log_id = ?2 and place = ?3");
        var fail = connection.Prepare("update deliveries set attempts = attempts + 1, due_at = ?4, dead_at = ?5 where endpoint_key = ?1 and log_id = ?2 and place = ?3");
        foreach (var result in held)
        {
            switch (result.Fate)
            {
                case DeliveryFate.Delivered:
                    BindName(end, result.Name).Run();
                    break;
                case DeliveryFate.Later:
                    BindName(fail, result.Name).Bind(4, result.DueAt.UnixMicroseconds).BindNull(5).Run();
                    break;
                case DeliveryFate.Dead:
                    var diedAt = result.Attempt!.At.UnixMicroseconds;
                    BindName(fail, result.Name).Bind(4, diedAt).Bind(5, diedAt).Run();
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Adds a delivery as it is, within the open transaction.</summary>
    public static void Insert(Connection connection, long logId, InputDelivery delivery) =>
        BindName(
            connection.Prepare("insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at, dead_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
            new DeliveryName(delivery.EndpointKey, logId, delivery.Place))
            .Bind(4, delivery.Attempts).Bind(5, delivery.QueuedAt.UnixMicroseconds).Bind(6, delivery.DueAt.UnixMicroseconds).Bind(7, delivery.DeadAt?.UnixMicroseconds).Run();

    /// <summary>What waits and what is dead, by endpoint.</summary>
    public static List<EndpointBacklog> Backlog(Connection connection)
    {
        var select = connection.Prepare(
            """
            select e.id, e.status, sum(d.waiting), min(d.oldest), sum(d.dead)
            from (
              select endpoint_key, count(*) waiting, min(queued_at) oldest, 0 dead from deliveries indexed by due_deliveries where dead_at is null group by endpoint_key
              union all
              select endpoint_key, 0, null, count(*) from deliveries indexed by dead_letters where dead_at is not null group by endpoint_key) d
            cross join webhook_endpoints e on e.key = d.endpoint_key and e.status <> 2
            group by e.key
            """);
        var backlog = new List<EndpointBacklog>();
        while (select.Step())
        {
            Timestamp? oldest = select.LongOrNull(3) is { } queued ? new Timestamp(queued) : null;
            backlog.Add(new EndpointBacklog(select.Text(0), (EndpointStatus)select.Int(1), select.Long(2), oldest, select.Long(4)));
        }

        select.Reset();
        return backlog;
    }

    /// <summary>A page of dead letters.</summary>
    public static DeadLettersPage Dead(Connection connection, int endpointKey, int page, int pageSize)
    {
        var select = connection.Prepare(
            """
            select log_id, place, attempts, queued_at, dead_at from deliveries indexed by dead_letters
            where endpoint_key = ?1 and dead_at is not null order by dead_at desc, log_id desc, place desc limit ?2 offset ?3
            """).Bind(1, endpointKey).Bind(2, pageSize).Bind(3, (page - 1L) * pageSize);
        var rows = new List<(long LogId, int Place, int Attempts, long QueuedAt, long DeadAt)>();
        while (select.Step())
        {
            rows.Add((select.Long(0), select.Int(1), select.Int(2), select.Long(3), select.Long(4)));
        }

        select.Reset();
        return new DeadLettersPage(
            [.. rows.Select(row => new DeadLetter(LogReads.Read(connection, row.LogId), row.Place, row.Attempts, new Timestamp(row.QueuedAt), new Timestamp(row.DeadAt)))],
            connection.Count("select count(*) from deliveries indexed by dead_letters where endpoint_key = ?1 and dead_at is not null", endpointKey));
    }

    /// <summary>Makes dead letters due again, within the open transaction and at most <paramref name="limit"/>; answers how many.</summary>
    public static int Revive(Connection connection, int endpointKey, Timestamp since, Timestamp? until, Timestamp now, int limit)
    {
        connection.Prepare(
            """
            update deliveries set attempts = 0, due_at = ?4, dead_at = null where (endpoint_key, log_id, place) in (
              select endpoint_key, log_id, place from deliveries indexed by dead_letters_by_queue
              where endpoint_key = ?1 and dead_at is not null and queued_at >= ?2 and queued_at <= ?3 order by queued_at limit ?5)
            """)
            .Bind(1, endpointKey).Bind(2, since.UnixMicroseconds).Bind(3, until?.UnixMicroseconds ?? long.MaxValue).Bind(4, now.UnixMicroseconds).Bind(5, limit).Run();
        return connection.Changes;
    }

    /// <summary>Makes one fact of the log due, within the open transaction; false where the environment has no such endpoint.</summary>
    public static bool Replay(Connection connection, in DeliveryName name, EnvironmentKey environment, Timestamp queuedAt, Timestamp now)
    {
        BindName(
            connection.Prepare(
                """
                insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at)
                select key, ?2, ?3, 0, ?4, ?5 from webhook_endpoints where key = ?1 and environment = ?6 and status <> 2
                  and exists (select 1 from log l join participants p on p.key = l.participant_key where l.id = ?2 and unicode(p.id) <> 1)
                on conflict do update set attempts = 0, due_at = excluded.due_at, dead_at = null
                """),
            name)
            .Bind(4, queuedAt.UnixMicroseconds).Bind(5, now.UnixMicroseconds).Bind(6, environment.Value).Run();
        return connection.Changes == 1;
    }

    /// <summary>
    /// Removes what is left of deleted endpoints, deliveries and attempts, within the open transaction and at most <paramref name="limit"/> rows; answers how many.
    /// </summary>
    public static int Sweep(Connection connection, int limit)
    {
        var removed = 0;
        while (removed < limit && (int)connection.Scalar("select endpoint_key from unswept_endpoints order by endpoint_key limit 1") is > 0 and var key)
        {
            connection.Prepare(
                """
                delete from deliveries where endpoint_key = ?1 and (log_id, place) in (
                  select log_id, place from deliveries where endpoint_key = ?1 order by log_id, place limit ?2)
                """).Bind(1, key).Bind(2, limit - removed).Run();
            removed += connection.Changes;
            removed += WebhookAttemptTable.PurgeEndpoint(connection, key, new Timestamp(long.MaxValue), limit - removed);
            if (removed < limit)
            {
                connection.Prepare("delete from unswept_endpoints where endpoint_key = ?1").Bind(1, key).Run();
            }
        }

        return removed;
    }

    private static Statement BindName(Statement statement, in DeliveryName name) =>
        statement.Bind(1, name.EndpointKey).Bind(2, name.Input).Bind(3, name.Place);
}
