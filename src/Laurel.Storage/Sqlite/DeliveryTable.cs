using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>deliveries</c>.</summary>
internal static class DeliveryTable
{
    /// <summary>Takes due deliveries, endpoint by endpoint, beginning behind the one that was served last.</summary>
    public static ClaimedDeliveries Claim(Connection connection, DeliveryClaim claim, DeliveryLeases leases)
    {
        var deliveries = new List<ClaimedDelivery>();
        var endpoints = new Dictionary<int, WebhookEndpoint>();
        var inputs = new Dictionary<long, (LogRow Row, ParticipantName Participant)>();
        foreach (var key in Waiting(connection, leases.LastServed))
        {
            var room = Math.Min(claim.RoomOf.GetValueOrDefault(key, claim.Room), claim.Limit - deliveries.Count);
            if (room <= 0)
            {
                if (deliveries.Count >= claim.Limit)
                {
                    break;
                }

                continue;
            }

            var endpoint = WebhookEndpointTable.Read(connection, key);
            if (endpoint.Status != EndpointStatus.Enabled)
            {
                continue;
            }

            foreach (var (name, attempts, queuedAt) in Take(connection, claim, leases, key, room))
            {
                if (!inputs.TryGetValue(name.Input, out var input))
                {
                    var row = LogReads.Read(connection, name.Input);
                    input = (row, ParticipantReads.NameOf(connection, row.ParticipantKey));
                    inputs.Add(name.Input, input);
                }

                endpoints[key] = endpoint;
                leases.LastServed = key;
                deliveries.Add(new ClaimedDelivery(name, attempts, queuedAt, claim.LeaseUntil, input.Participant, input.Row));
            }
        }

        return new ClaimedDeliveries(deliveries, endpoints);
    }

    /// <summary>Keeps what became of claimed deliveries, within the open transaction.</summary>
    public static void Write(Connection connection, IReadOnlyList<DeliveryResult> results, DeliveryLeases leases)
    {
        foreach (var result in results)
        {
            // What arrived has arrived, whoever holds the delivery by now.
            if (result.Fate == DeliveryFate.Delivered)
            {
                BindName(connection.Prepare("delete from deliveries where endpoint_key = ?1 and log_id = ?2 and place = ?3"), result.Name).Run();
            }
            else if (result.Fate != DeliveryFate.Released && leases.Holds(result.Name, result.LeaseUntil))
            {
                BindName(
                    connection.Prepare("update deliveries set attempts = attempts + 1, due_at = ?4, dead_at = ?5 where endpoint_key = ?1 and log_id = ?2 and place = ?3"), result.Name)
                    .Bind(4, result.DueAt.UnixMicroseconds).Bind(5, result.Fate == DeliveryFate.Dead ? result.Attempt!.At.UnixMicroseconds : null).Run();
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
            select e.id, e.status, count(*) filter (where d.dead_at is null), min(d.queued_at) filter (where d.dead_at is null), count(d.dead_at)
            from deliveries d join webhook_endpoints e on e.key = d.endpoint_key where e.status <> 2 group by d.endpoint_key
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
            connection.Count("select count(*) from deliveries where endpoint_key = ?1 and dead_at is not null", endpointKey));
    }

    /// <summary>Makes dead letters due again, at most <paramref name="limit"/>; answers how many.</summary>
    public static int Revive(Connection connection, int endpointKey, Timestamp since, Timestamp? until, Timestamp now, int limit)
    {
        connection.Prepare(
            """
            update deliveries set attempts = 0, due_at = ?4, dead_at = null where (endpoint_key, log_id, place) in (
              select endpoint_key, log_id, place from deliveries indexed by dead_letters
              where endpoint_key = ?1 and dead_at is not null and queued_at >= ?2 and queued_at <= ?3 limit ?5)
            """)
            .Bind(1, endpointKey).Bind(2, since.UnixMicroseconds).Bind(3, until?.UnixMicroseconds ?? long.MaxValue).Bind(4, now.UnixMicroseconds).Bind(5, limit).Run();
        return connection.Changes;
    }

    /// <summary>Makes one fact due; false where the environment has no such fact.</summary>
    public static bool Replay(Connection connection, int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now)
    {
        if (InputSearch.FindLogId(connection, environment, inputId) is not { } logId)
        {
            return false;
        }

        var input = LogReads.Read(connection, logId);
        var isEvent = input.Kind == InputKind.Event;
        if (place < (isEvent ? -1 : 0) || place >= input.FactCount - (isEvent ? 1 : 0))
        {
            return false;
        }

        BindName(
            connection.Prepare(
                """
                insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at) values (?1, ?2, ?3, 0, ?4, ?5)
                on conflict do update set attempts = 0, due_at = excluded.due_at, dead_at = null
                """),
            new DeliveryName(endpointKey, logId, place))
            .Bind(4, input.ReceivedAt.UnixMicroseconds).Bind(5, now.UnixMicroseconds).Run();
        return true;
    }

    /// <summary>Removes deliveries of deleted endpoints, at most <paramref name="limit"/>; answers how many.</summary>
    public static int Purge(Connection connection, int limit)
    {
        connection.Prepare(
            """
            delete from deliveries where (endpoint_key, log_id, place) in (
              select d.endpoint_key, d.log_id, d.place from webhook_endpoints e cross join deliveries d on d.endpoint_key = e.key where e.status = 2 limit ?1)
            """).Bind(1, limit).Run();
        return connection.Changes;
    }

    // Endpoints for which something waits, from one index seek to the next: there may be very many deliveries, and endpoints without any.
    private static List<int> Waiting(Connection connection, int after)
    {
        var keys = new List<int>();
        var select = connection.Prepare(
            "select endpoint_key from deliveries indexed by due_deliveries where dead_at is null and endpoint_key > ?1 order by endpoint_key limit 1");
        for (var last = 0; select.Bind(1, last).Step(); select.Reset())
        {
            last = select.Int(0);
            keys.Add(last);
        }

        select.Reset();
        var first = keys.FindIndex(key => key > after);
        return first <= 0 ? keys : [.. keys[first..], .. keys[..first]];
    }

    private static List<(DeliveryName Name, int Attempts, Timestamp QueuedAt)> Take(
        Connection connection, DeliveryClaim claim, DeliveryLeases leases, int endpointKey, int room)
    {
        // Those leased stand in front: as many more are looked at.
        var select = connection.Prepare(
            """
            select log_id, place, attempts, queued_at from deliveries indexed by due_deliveries
            where endpoint_key = ?1 and dead_at is null and due_at <= ?2 order by due_at, log_id, place limit ?3
            """).Bind(1, endpointKey).Bind(2, claim.Now.UnixMicroseconds).Bind(3, (long)room + leases.CountOf(endpointKey));
        var taken = new List<(DeliveryName, int, Timestamp)>();
        while (taken.Count < room && select.Step())
        {
            var name = new DeliveryName(endpointKey, select.Long(0), select.Int(1));
            if (leases.TryTake(name, claim.Now, claim.LeaseUntil))
            {
                taken.Add((name, select.Int(2), new Timestamp(select.Long(3))));
            }
        }

        select.Reset();
        return taken;
    }

    private static Statement BindName(Statement statement, in DeliveryName name) =>
        statement.Bind(1, name.EndpointKey).Bind(2, name.Input).Bind(3, name.Place);
}
