using Laurel.Facts;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>A delivery that a claim took.</summary>
internal readonly record struct TakenDelivery(DeliveryName Name, int Attempts, Timestamp QueuedAt, Timestamp DueAt);

/// <summary>Rows of <c>deliveries</c> and <c>outbox</c>.</summary>
internal static class DeliveryTable
{
    private const string Named = "d.endpoint_key = u.endpoint_key and d.log_id = u.log_id and d.place = u.place";

    /// <summary>
    /// Spreads the oldest outbox rows, passing over those that another node spreads. Endpoints deleted since then want nothing any more; where one is deleted at this
    /// moment, its deliveries are purged. A replay may have come first, hence the conflict clause. One row: how many.
    /// </summary>
    public static NpgsqlBatchCommand Spread(int limit) => Statements.Sql(
        """
        with taken as materialized (
          select log_id, queued_at, targets from outbox order by log_id limit $1 for update skip locked
        ), gone as (
          delete from outbox o using taken t where o.log_id = t.log_id
        ), made as (
          insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at)
          select e.key, t.log_id, place.value::int, 0, t.queued_at, t.queued_at
          from taken t
            cross join lateral jsonb_array_elements(t.targets::jsonb) target (value)
            join webhook_endpoints e on e.key = (target.value -> 0)::int and e.status <> 2
            cross join lateral jsonb_array_elements(target.value) with ordinality place (value, number)
          where place.number > 1
          order by e.key, t.log_id
          on conflict do nothing
        )
        select count(*) from taken
        """).With((long)limit);

    /// <summary>
    /// Takes due deliveries, endpoint by endpoint, beginning behind the one that was served last. Endpoints for which something waits are found from one index seek to
    /// the next: there may be very many deliveries, and endpoints without any.
    /// </summary>
    public static NpgsqlBatchCommand Claim(DeliveryClaim claim, int lastServed) => Statements.Sql(
        """
        with recursive waiting (key) as (
          select min(endpoint_key) from deliveries where dead_at is null
          union all
          select (select min(d.endpoint_key) from deliveries d where d.dead_at is null and d.endpoint_key > w.key) from waiting w where w.key is not null
        ), picked as materialized (
          select d.endpoint_key, d.log_id, d.place from (
            select w.key, coalesce(r.room, $1) as room from waiting w left join unnest($2::int[], $3::bigint[]) r (key, room) on r.key = w.key
            where (select e.status from webhook_endpoints e where e.key = w.key) = 0 order by w.key <= $4, w.key) e
          cross join lateral (
            select endpoint_key, log_id, place from deliveries
            where endpoint_key = e.key and dead_at is null and due_at <= $5 and (lease_until is null or lease_until <= $5)
            order by due_at, log_id, place limit e.room for update skip locked) d
          limit $6
        )
        update deliveries d set lease_until = $7 from picked u
        where d.endpoint_key = u.endpoint_key and d.log_id = u.log_id and d.place = u.place
        returning d.endpoint_key, d.log_id, d.place, d.attempts, d.queued_at, d.due_at
        """)
        .With((long)claim.Room).With(claim.RoomOf.Keys.ToArray()).With(claim.RoomOf.Values.Select(room => (long)room).ToArray()).With(lastServed)
        .With(claim.Now.UnixMicroseconds).With((long)claim.Limit).With(claim.LeaseUntil.UnixMicroseconds);

    public static TakenDelivery ReadTaken(NpgsqlDataReader row) =>
        new(new DeliveryName(row.GetInt32(0), row.GetInt64(1), row.GetInt32(2)), row.GetInt32(3), row.Time(4), row.Time(5));

    /// <summary>Gives back what is still held by these leases.</summary>
    public static NpgsqlBatchCommand Release(IReadOnlyCollection<KeyValuePair<DeliveryName, Timestamp>> held) => Statements.Sql(
        $"update deliveries d set lease_until = null from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[]) u (endpoint_key, log_id, place, lease_until) where {Named} and d.lease_until = u.lease_until")
        .WithNames(held.Select(one => one.Key)).With(held.Select(one => one.Value.UnixMicroseconds).ToArray());

    /// <summary>Keeps what became of deliveries that are still their claimer's, within the open transaction. They are locked first, in one order.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Complete(IReadOnlyList<DeliveryResult> results)
    {
        if (results.Count == 0)
        {
            yield break;
        }

        yield return Statements.Sql(
            $"""
            select 1 from unnest($1::int[], $2::bigint[], $3::int[]) u (endpoint_key, log_id, place) join deliveries d on {Named}
            order by d.endpoint_key, d.log_id, d.place for update of d
            """).WithNames(results.Select(result => result.Name));
        foreach (var fate in results.GroupBy(result => result.Fate))
        {
            List<DeliveryResult> some = [.. fate];
            yield return fate.Key switch
            {
                DeliveryFate.Released => Release([.. some.Select(result => KeyValuePair.Create(result.Name, result.LeaseUntil))]),
                DeliveryFate.Delivered => Statements.Sql(
                    $"delete from deliveries d using unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[]) u (endpoint_key, log_id, place, lease_until) where {Named} and d.lease_until = u.lease_until")
                    .WithNames(some.Select(result => result.Name)).With(some.Select(result => result.LeaseUntil.UnixMicroseconds).ToArray()),
                _ => Statements.Sql(
                    $"""
                    update deliveries d set attempts = d.attempts + 1, due_at = u.due_at, dead_at = u.dead_at, lease_until = null
                    from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[]) u (endpoint_key, log_id, place, lease_until, due_at, dead_at)
                    where {Named} and d.lease_until = u.lease_until
                    """)
                    .WithNames(some.Select(result => result.Name)).With(some.Select(result => result.LeaseUntil.UnixMicroseconds).ToArray())
                    .With(some.Select(result => (DiedAt(result) ?? result.DueAt).UnixMicroseconds).ToArray())
                    .With(some.Select(result => DiedAt(result)?.UnixMicroseconds).ToArray()),
            };
        }
    }

    /// <summary>What waits to be spread, and since when the oldest does.</summary>
    public static NpgsqlBatchCommand OutboxBacklog() => Statements.Sql("select (select count(*) from outbox), (select queued_at from outbox order by log_id limit 1)");

    /// <summary>What waits and what is dead, by endpoint.</summary>
    public static NpgsqlBatchCommand Backlog() => Statements.Sql(
        """
        select e.id, e.status, count(*) filter (where d.dead_at is null), min(d.queued_at) filter (where d.dead_at is null), count(d.dead_at)
        from deliveries d join webhook_endpoints e on e.key = d.endpoint_key and e.status <> 2 group by e.key
        """);

    public static EndpointBacklog ReadBacklog(NpgsqlDataReader row) =>
        new(row.GetString(0), (EndpointStatus)row.GetInt16(1), row.GetInt64(2), row.TimeOrNull(3), row.GetInt64(4));

    /// <summary>A page of dead letters, of one instant.</summary>
    public static async Task<DeadLettersPage> DeadAsync(NpgsqlConnection connection, int endpointKey, int page, int pageSize, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(
            Statements.Sql("begin isolation level repeatable read read only"),
            Statements.Sql("select count(*) from deliveries where endpoint_key = $1 and dead_at is not null").With(endpointKey),
            Statements.Sql(
                $"""
                select {LogTable.Columns}, d.place, d.attempts, d.queued_at, d.dead_at from (
                  select log_id, place, attempts, queued_at, dead_at from deliveries
                  where endpoint_key = $1 and dead_at is not null order by dead_at desc, log_id desc, place desc limit $2 offset $3) d
                join log l on l.id = d.log_id order by d.dead_at desc, d.log_id desc, d.place desc
                """).With(endpointKey).With((long)pageSize).With((page - 1L) * pageSize),
            Statements.Sql("commit"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        const int Next = LogTable.ColumnCount;
        var letters = await reader.RowsAsync(
            row => new DeadLetter(LogTable.Read(row), row.GetInt32(Next), row.GetInt32(Next + 1), row.Time(Next + 2), row.Time(Next + 3)), cancellationToken);
        return new DeadLettersPage(letters, total);
    }

    /// <summary>Makes dead letters due again, at most <paramref name="limit"/>.</summary>
    public static NpgsqlBatchCommand Revive(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, int limit) => Statements.Sql(
        """
        update deliveries set attempts = 0, due_at = $4, dead_at = null, lease_until = null where (endpoint_key, log_id, place) in (
          select endpoint_key, log_id, place from deliveries
          where endpoint_key = $1 and dead_at is not null and queued_at >= $2 and queued_at <= $3 order by queued_at limit $5 for update)
        """)
        .With(endpointKey).With(since.UnixMicroseconds).With(until?.UnixMicroseconds ?? long.MaxValue).With(now.UnixMicroseconds).With((long)limit);

    /// <summary>Makes one fact due, for an endpoint of its environment, and takes it from whoever holds it.</summary>
    public static NpgsqlBatchCommand Replay(int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now) => Statements.Sql(
        """
        insert into deliveries (endpoint_key, log_id, place, attempts, queued_at, due_at)
        select e.key, l.id, $4, 0, l.received_at, $5
        from log l join participants p on p.key = l.participant_key and p.environment = $2
          join webhook_endpoints e on e.key = $1 and e.environment = $2 and e.status <> 2
        where l.event_id = $3 and left(p.id, 1) <> E'\x01' and $4 >= (case l.kind when 0 then -1 else 0 end) and $4 < l.fact_count - (case l.kind when 0 then 1 else 0 end)
        on conflict (endpoint_key, log_id, place) do update set attempts = 0, due_at = excluded.due_at, dead_at = null, lease_until = null
        """).With(endpointKey).With(environment.Value).With(inputId.ToUuid()).With(place).With(now.UnixMicroseconds);

    /// <summary>Removes what deleted endpoints still had to get, at most <paramref name="limit"/> rows.</summary>
    public static NpgsqlBatchCommand Sweep(int limit) => Statements.Sql(
        """
        with recursive owners (key) as (
          select min(endpoint_key) from deliveries
          union all
          select (select min(d.endpoint_key) from deliveries d where d.endpoint_key > s.key) from owners s where s.key is not null)
        delete from deliveries where (endpoint_key, log_id, place) in (
          select d.endpoint_key, d.log_id, d.place from owners s join deliveries d on d.endpoint_key = s.key
          where (select e.status from webhook_endpoints e where e.key = s.key) = 2 limit $1)
        """).With((long)limit);

    private static Timestamp? DiedAt(DeliveryResult result) => result.Fate == DeliveryFate.Dead ? result.Attempt!.At : null;

    private static NpgsqlBatchCommand WithNames(this NpgsqlBatchCommand statement, IEnumerable<DeliveryName> names)
    {
        DeliveryName[] all = [.. names];
        return statement.With(Array.ConvertAll(all, name => name.EndpointKey)).With(Array.ConvertAll(all, name => name.Input)).With(Array.ConvertAll(all, name => name.Place));
    }
}
