using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>webhook_attempts</c>.</summary>
internal static class WebhookAttemptTable
{
    /// <summary>Adds attempts within the open transaction, but for those at endpoints that were deleted meanwhile: nobody would remove them.</summary>
    public static void Write(Connection connection, IEnumerable<WebhookAttempt> attempts)
    {
        var insert = connection.Prepare(
            """
            insert into webhook_attempts (endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer)
            select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 where exists (select 1 from webhook_endpoints where key = ?1 and status <> 2)
            """);
        Span<byte> messageId = stackalloc byte[16];
        foreach (var attempt in attempts)
        {
            attempt.MessageId.Value.TryWriteBytes(messageId);
            insert.Bind(1, attempt.EndpointKey).BindBlob(2, messageId).Bind(3, attempt.Type).Bind(4, attempt.Number).Bind(5, attempt.At.UnixMicroseconds)
                .Bind(6, attempt.LatencyMs).Bind(7, attempt.Outcome).Bind(8, (long?)attempt.Status).Bind(9, attempt.Error).BindBlob(10, attempt.Answer.Span).Run();
        }
    }

    /// <summary>All attempts in the order kept, for <see cref="Attempt"/>.</summary>
    public const string SelectAll = "select endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer from webhook_attempts order by id";

    /// <summary>The row at hand.</summary>
    public static WebhookAttempt Attempt(Statement select) => new(
        select.Int(0),
        new FactId(new Ulid(select.Bytes(1))),
        select.Text(2),
        select.Int(3),
        new Timestamp(select.Long(4)),
        select.Int(5),
        select.Text(6),
        (int?)select.LongOrNull(7),
        select.TextOrNull(8),
        select.Bytes(9).ToArray());

    /// <summary>A page of attempts.</summary>
    public static AttemptsPage Read(Connection connection, AttemptsQuery query)
    {
        // Each filter has a statement of its own, so that each may use its index.
        var filter = (query.MessageId is null ? "" : " and message_id = ?2") + (query.Outcome is null ? "" : " and outcome = ?3");
        var from = $"from webhook_attempts indexed by {(query.MessageId is null ? "webhook_attempts_by_time" : "webhook_attempts_by_message")} where endpoint_key = ?1{filter}";
        var select = BindFilter(
            connection.Prepare($"select endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer {from} order by at desc, id desc limit ?4 offset ?5"), query)
            .Bind(4, query.PageSize).Bind(5, (query.Page - 1L) * query.PageSize);
        var attempts = new List<WebhookAttempt>();
        while (select.Step())
        {
            attempts.Add(Attempt(select));
        }

        select.Reset();
        var count = BindFilter(connection.Prepare($"select count(*) {from}"), query);
        var total = count.Step() ? count.Long(0) : 0;
        count.Reset();
        return new AttemptsPage(attempts, total);
    }

    /// <summary>Removes attempts of all endpoints made before a time, at most <paramref name="limit"/>; answers how many.</summary>
    public static int Purge(Connection connection, Timestamp before, int limit)
    {
        // From one endpoint to the next: the index of each is sorted by time.
        var removed = 0;
        var next = connection.Prepare("select endpoint_key from webhook_attempts indexed by webhook_attempts_by_time where endpoint_key > ?1 order by endpoint_key limit 1");
        for (var key = 0; removed < limit && next.Bind(1, key).Step();)
        {
            key = next.Int(0);
            next.Reset();
            removed += PurgeEndpoint(connection, key, before, limit - removed);
        }

        next.Reset();
        return removed;
    }

    /// <summary>Removes attempts of one endpoint made before a time, oldest first and at most <paramref name="limit"/>; answers how many.</summary>
    public static int PurgeEndpoint(Connection connection, int endpointKey, Timestamp before, int limit)
    {
        connection.Prepare(
            """
            delete from webhook_attempts where id in (
              select id from webhook_attempts indexed by webhook_attempts_by_time where endpoint_key = ?1 and at < ?2 order by at limit ?3)
            """).Bind(1, endpointKey).Bind(2, before.UnixMicroseconds).Bind(3, limit).Run();
        return connection.Changes;
    }

    private static Statement BindFilter(Statement statement, AttemptsQuery query)
    {
        statement.Bind(1, query.EndpointKey);
        if (query.MessageId is { } id)
        {
            Span<byte> bytes = stackalloc byte[16];
            id.Value.TryWriteBytes(bytes);
            statement.BindBlob(2, bytes);
        }

        return query.Outcome is { } outcome ? statement.Bind(3, outcome) : statement;
    }
}
