using Laurel.Facts;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>webhook_attempts</c>.</summary>
internal static class WebhookAttemptTable
{
    /// <summary>Adds attempts, but for those at endpoints that were deleted meanwhile.</summary>
    public static NpgsqlBatchCommand Insert(List<WebhookAttempt> attempts) => Statements.Sql(
        """
        insert into webhook_attempts (endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer)
        select u.endpoint_key, u.message_id, u.type, u.number, u.at, u.latency_ms, u.outcome, u.status, u.error, u.answer
        from unnest($1::int[], $2::uuid[], $3::text[], $4::int[], $5::bigint[], $6::int[], $7::text[], $8::int[], $9::text[], $10::bytea[]) with ordinality
          u (endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer, place)
        where exists (select 1 from webhook_endpoints e where e.key = u.endpoint_key and e.status <> 2) order by u.place
        """)
        .With(attempts.Select(attempt => attempt.EndpointKey).ToArray()).With(attempts.Select(attempt => attempt.MessageId.ToUuid()).ToArray())
        .With(attempts.Select(attempt => attempt.Type).ToArray()).With(attempts.Select(attempt => attempt.Number).ToArray())
        .With(attempts.Select(attempt => attempt.At.UnixMicroseconds).ToArray()).With(attempts.Select(attempt => attempt.LatencyMs).ToArray())
        .With(attempts.Select(attempt => attempt.Outcome).ToArray()).With(attempts.Select(attempt => attempt.Status).ToArray())
        .WithTextsOrNull(attempts.Select(attempt => attempt.Error is { } error ? Utf8Of(error) : null).ToArray())
        .With(attempts.Select(attempt => attempt.Answer.ToArray()).ToArray());

    /// <summary>A page of attempts, of one instant.</summary>
    public static async Task<AttemptsPage> ReadAsync(NpgsqlConnection connection, AttemptsQuery query, CancellationToken cancellationToken)
    {
        // Each filter has a statement of its own, so that each may use its index.
        var next = 2;
        var from = "from webhook_attempts where endpoint_key = $1"
            + (query.MessageId is null ? "" : $" and message_id = ${next++}") + (query.Outcome is null ? "" : $" and outcome = ${next++}");
        await using var batch = connection.BatchOf(
            Statements.Sql("begin isolation level repeatable read read only"),
            Filter(Statements.Sql($"select count(*) {from}"), query),
            Filter(
                Statements.Sql($"select message_id, type, number, at, latency_ms, outcome, status, error, answer {from} order by at desc, id desc limit ${next} offset ${next + 1}"),
                query).With((long)query.PageSize).With((query.Page - 1L) * query.PageSize),
            Statements.Sql("commit"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var attempts = await reader.RowsAsync(
            row => new WebhookAttempt(
                query.EndpointKey, row.GetGuid(0).ToFactId(), row.GetString(1), row.GetInt32(2), row.Time(3), row.GetInt32(4), row.GetString(5),
                row.IsDBNull(6) ? null : row.GetInt32(6), row.TextOrNull(7), row.GetFieldValue<byte[]>(8)),
            cancellationToken);
        return new AttemptsPage(attempts, total);
    }

    /// <summary>Removes attempts made before a time, and those of deleted endpoints, at most <paramref name="limit"/>; from one endpoint to the next, each by its index.</summary>
    public static NpgsqlBatchCommand Purge(Timestamp before, int limit) => Statements.Sql(
        """
        with recursive owners (key) as (
          select min(endpoint_key) from webhook_attempts
          union all
          select (select min(a.endpoint_key) from webhook_attempts a where a.endpoint_key > s.key) from owners s where s.key is not null)
        delete from webhook_attempts where id in (
          select a.id from owners s cross join lateral (
            select id from webhook_attempts where endpoint_key = s.key
              and at < case when (select e.status from webhook_endpoints e where e.key = s.key) = 2 then 9223372036854775807 else $1 end order by at limit $2) a
          limit $2)
        """).With(before.UnixMicroseconds).With((long)limit);

    private static NpgsqlBatchCommand Filter(NpgsqlBatchCommand statement, AttemptsQuery query)
    {
        statement.With(query.EndpointKey);
        if (query.MessageId is { } id)
        {
            statement.With(id.ToUuid());
        }

        return query.Outcome is { } outcome ? statement.With(outcome) : statement;
    }

    /// <summary>What strangers' servers make us say may hold what no text in PostgreSQL can: U+0000, and half a surrogate pair.</summary>
    public static byte[] Utf8Of(string error) => System.Text.Encoding.UTF8.GetBytes(error.Replace('\0', '\uFFFD'));
}
