using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Chooses who is served: due deliveries, endpoint by endpoint, beginning behind the one that was served last.</summary>
internal static class DeliveryClaims
{
    /// <summary>
    /// Leases deliveries. Nothing but an index is read, since completions wait meanwhile. The caller holds the leases' lock from before the connection's snapshot.
    /// </summary>
    public static List<TakenDelivery> Take(Connection connection, DeliveryClaim claim, DeliveryLeases leases)
    {
        var taken = new List<TakenDelivery>();
        foreach (var key in DueEndpoints(connection, claim.Now, leases.LastServed))
        {
            var room = Math.Min(claim.RoomOf.GetValueOrDefault(key, claim.Room), claim.Limit - taken.Count);
            if (room > 0 && WebhookEndpointTable.Status(connection, key) == EndpointStatus.Enabled && TakeOf(connection, claim, leases, key, room, taken))
            {
                leases.LastServed = key;
            }

            if (taken.Count >= claim.Limit)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>Reads what was taken, in the snapshot in which it was taken.</summary>
    public static ClaimedDeliveries Load(Connection connection, DeliveryClaim claim, List<TakenDelivery> taken)
    {
        var deliveries = new List<ClaimedDelivery>(taken.Count);
        var endpoints = new Dictionary<int, WebhookEndpoint>();
        var inputs = new Dictionary<long, (LogRow Row, ParticipantName Participant)>();
        foreach (var (name, attempts, queuedAt) in taken)
        {
            if (!inputs.TryGetValue(name.Input, out var input))
            {
                var row = LogReads.Read(connection, name.Input);
                input = (row, ParticipantReads.NameOf(connection, row.ParticipantKey));
                inputs.Add(name.Input, input);
            }

            if (!endpoints.ContainsKey(name.EndpointKey))
            {
                endpoints.Add(name.EndpointKey, WebhookEndpointTable.Read(connection, name.EndpointKey));
            }

            deliveries.Add(new ClaimedDelivery(name, attempts, queuedAt, claim.LeaseUntil, input.Participant, input.Row));
        }

        return new ClaimedDeliveries(deliveries, endpoints);
    }

    // From one index seek to the next, once round: there may be very many deliveries, and endpoints without any that is due.
    private static IEnumerable<int> DueEndpoints(Connection connection, Timestamp now, int after)
    {
        var select = connection.Prepare(
            """
            select endpoint_key, due_at from deliveries indexed by due_deliveries
            where dead_at is null and endpoint_key > ?1 order by endpoint_key, due_at limit 1
            """);
        var isSecondHalf = false;
        for (var last = after; ;)
        {
            var isThere = select.Bind(1, last).Step();
            var (key, dueAt) = isThere ? (select.Int(0), select.Long(1)) : default;
            select.Reset();
            if (isSecondHalf && (!isThere || key > after))
            {
                yield break;
            }

            isSecondHalf |= !isThere;
            last = key;
            if (isThere && dueAt <= now.UnixMicroseconds)
            {
                yield return key;
            }
        }
    }

    // Those leased mostly stand in front: as many more are looked at.
    private static bool TakeOf(Connection connection, DeliveryClaim claim, DeliveryLeases leases, int endpointKey, int room, List<TakenDelivery> taken)
    {
        var select = connection.Prepare(
            """
            select log_id, place, attempts, queued_at from deliveries indexed by due_deliveries
            where endpoint_key = ?1 and dead_at is null and due_at <= ?2 order by due_at, log_id, place limit ?3
            """).Bind(1, endpointKey).Bind(2, claim.Now.UnixMicroseconds).Bind(3, (long)room + leases.CountOf(endpointKey));
        var before = taken.Count;
        while (taken.Count - before < room && select.Step())
        {
            var name = new DeliveryName(endpointKey, select.Long(0), select.Int(1));
            if (leases.TryTake(name, claim.Now, claim.LeaseUntil))
            {
                taken.Add(new TakenDelivery(name, select.Int(2), new Timestamp(select.Long(3))));
            }
        }

        select.Reset();
        return taken.Count > before;
    }
}

/// <summary>A row of <c>deliveries</c> that was leased.</summary>
internal readonly record struct TakenDelivery(DeliveryName Name, int Attempts, Timestamp QueuedAt);
