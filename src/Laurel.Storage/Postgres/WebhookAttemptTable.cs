using Laurel.Facts;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>webhook_attempts</c>.</summary>
internal static class WebhookAttemptTable
{
    /// <summary>
    /// Adds attempts, each with its input in the log if it has one, but for those at endpoints that were deleted meanwhile, and of inputs that a reset removed. Where the
    /// participant was erased while the message was under way, its receiver's answer is kept no more than the message.
    /// </summary>
    public static NpgsqlBatchCommand Insert(List<(WebhookAttempt Attempt, long? Input)> attempts)
    {
        List<WebhookAttempt> all = attempts.ConvertAll(one => one.Attempt);
        return Statements.Sql(
            $"""
            insert into webhook_attempts (endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer)
            select u.endpoint_key, u.message_id, u.type, u.number, u.at, u.latency_ms, u.outcome, u.status,
              case when not coalesce({ErasureTables.IsErased}, false) then u.error when u.status is null then '{ErasureTables.AttemptError}' end,
              case when not coalesce({ErasureTables.IsErased}, false) then u.answer else '' end
            from unnest($1::int[], $2::uuid[], $3::text[], $4::int[], $5::bigint[], $6::int[], $7::text[], $8::int[], $9::text[], $10::bytea[], $11::bigint[]) with ordinality
              u (endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer, log_id, place)
              left join log l on l.id = u.log_id left join participants p on p.key = l.participant_key
            where exists (select 1 from webhook_endpoints e where e.key = u.endpoint_key and e.status <> 2) and (u.log_id is null or l.id is not null) order by u.place
            """)
            .With(all.Select(attempt => attempt.EndpointKey).ToArray()).With(all.Select(attempt => attempt.MessageId.ToUuid()).ToArray())
            .With(all.Select(attempt => attempt.Type).ToArray()).With(all.Select(attempt => attempt.Number).ToArray())
            .With(all.Select(attempt => attempt.At.UnixMicroseconds).ToArray()).With(all.Select(attempt => attempt.LatencyMs).ToArray())
            .With(all.Select(attempt => attempt.Outcome).ToArray()).With(all.Select(attempt => attempt.Status).ToArray())
            .WithTextsOrNull(all.Select(attempt => attempt.Error is { } error ? Utf8Of(error) : null).ToArray())
            .With(all.Select(attempt => attempt.Answer.ToArray()).ToArray()).With(attempts.Select(one => one.Input).ToArray());
    }

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
