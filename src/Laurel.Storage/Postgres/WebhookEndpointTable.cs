using System.Text.Json;
using Laurel.Facts;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>webhook_endpoints</c>, <c>webhook_versions</c> and <c>webhook_notes</c>.</summary>
internal static class WebhookEndpointTable
{
    private const string Columns =
        "key, id, environment, revision, url, description, event_types, status, disabled_reason, secrets, created_at, updated_at, failing_since";

    /// <summary>All endpoints of all environments, deleted or not, by key.</summary>
    public const string SelectEvery = $"select {Columns} from webhook_endpoints order by key";

    /// <summary>An environment's endpoints that are not deleted, oldest first.</summary>
    public static NpgsqlBatchCommand SelectAll(EnvironmentKey environment) =>
        Statements.Sql($"select {Columns} from webhook_endpoints where environment = $1 and status <> 2 order by key").With(environment.Value);

    /// <summary>Endpoints by key, deleted or not.</summary>
    public static NpgsqlBatchCommand Select(int[] keys) => Statements.Sql($"select {Columns} from webhook_endpoints where key = any ($1)").With(keys);

    public static WebhookEndpoint Read(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetString(1),
        new EnvironmentKey(row.GetInt32(2)),
        row.GetInt32(3),
        row.GetString(4),
        row.GetString(5),
        JsonSerializer.Deserialize<List<string>>(row.Utf8(6))!,
        (EndpointStatus)row.GetInt16(7),
        row.TextOrNull(8),
        SecretsDocument.Read(row.Utf8(9)),
        row.Time(10),
        row.Time(11),
        row.TimeOrNull(12));

    /// <summary>Adds or changes within the open transaction; null, and nothing may be kept, where the revision is another, or there are <paramref name="most"/> already.</summary>
    public static async Task<WebhookEndpoint?> WriteAsync(
        NpgsqlConnection connection, WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken)
    {
        // The version's row first: whoever else writes in the environment waits here, so that counts and numbers hold.
        await connection.RunAsync(
            Statements.Sql("insert into webhook_versions (environment, version) values ($1, 1) on conflict (environment) do update set version = webhook_versions.version + 1")
                .With(endpoint.Environment.Value),
            cancellationToken);
        var written = await connection.ReadAllAsync(endpoint.Key == 0 ? Add(endpoint, most) : Change(endpoint), Read, cancellationToken);
        if (written.Count == 0)
        {
            return null;
        }

        await connection.RunAsync(
            Statements.Sql(
                """
                insert into webhook_notes (endpoint_key, number, at, made_by, change, detail)
                select $1, 1 + coalesce((select max(number) from webhook_notes where endpoint_key = $1), 0), $2, $3, $4, $5
                """)
                .With(written[0].Key).With(note.At.UnixMicroseconds).With(note.By).With(note.Change).With(note.Detail),
            cancellationToken);
        return written[0];
    }

    /// <summary>Notes since when endpoints fail. Of two nodes' first failures the earlier note stands.</summary>
    public static NpgsqlBatchCommand WriteFailing(IReadOnlyDictionary<int, Timestamp?> failingSince)
    {
        var sorted = failingSince.OrderBy(one => one.Key).ToList();
        return Statements.Sql(
            """
            with held as materialized (
              select e.key, u.since from unnest($1::int[], $2::bigint[]) u (key, since) join webhook_endpoints e on e.key = u.key order by e.key for no key update of e)
            update webhook_endpoints e set failing_since = case when h.since is null then null else coalesce(e.failing_since, h.since) end from held h where e.key = h.key
            """)
            .With(sorted.Select(one => one.Key).ToArray()).With(sorted.Select(one => one.Value?.UnixMicroseconds).ToArray());
    }

    /// <summary>A page of an endpoint's history, newest first. Numbers have no gaps, so that the last one is the total.</summary>
    public static async Task<EndpointNotesPage> NotesAsync(NpgsqlConnection connection, int endpointKey, int page, int pageSize, CancellationToken cancellationToken)
    {
        var totals = await connection.ReadAllAsync(
            Statements.Sql("select coalesce(max(number), 0) from webhook_notes where endpoint_key = $1").With(endpointKey), row => row.GetInt32(0), cancellationToken);
        var select = Statements.Sql("select at, made_by, change, detail from webhook_notes where endpoint_key = $1 and number <= $2 order by number desc limit $3")
            .With(endpointKey).With(totals[0] - ((page - 1L) * pageSize)).With(pageSize);
        return new EndpointNotesPage(
            await connection.ReadAllAsync(select, row => new EndpointNote(row.Time(0), row.GetString(1), row.GetString(2), row.GetString(3)), cancellationToken), totals[0]);
    }

    private static NpgsqlBatchCommand Add(WebhookEndpoint endpoint, int most) => Bind(
        Statements.Sql(
            $"""
            insert into webhook_endpoints (environment, url, description, event_types, status, disabled_reason, secrets, updated_at, failing_since, id, created_at, revision)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1
            where (select count(*) from webhook_endpoints where environment = $1 and status <> 2) < $12
            returning {Columns}
            """),
        endpoint).With(endpoint.Id).With(endpoint.CreatedAt.UnixMicroseconds).With((long)most);

    // Who changes an endpoint read it a while ago: since when it fails may be known better by now, and is forgotten at most.
    private static NpgsqlBatchCommand Change(WebhookEndpoint endpoint) => Bind(
        Statements.Sql(
            $"""
            update webhook_endpoints set url = $2, description = $3, event_types = $4, status = $5, disabled_reason = $6, secrets = $7, updated_at = $8,
              failing_since = case when $9 is null then null else failing_since end, revision = revision + 1
            where environment = $1 and key = $10 and revision = $11 and status <> 2
            returning {Columns}
            """),
        endpoint.Status == EndpointStatus.Deleted ? endpoint with { Secrets = [] } : endpoint).With(endpoint.Key).With(endpoint.Revision);

    private static NpgsqlBatchCommand Bind(NpgsqlBatchCommand statement, WebhookEndpoint endpoint) => statement
        .With(endpoint.Environment.Value).With(endpoint.Url).With(endpoint.Description).With(JsonSerializer.Serialize(endpoint.EventTypes))
        .With((short)endpoint.Status).WithOrNull(endpoint.DisabledReason).WithText(SecretsDocument.Write(endpoint.Secrets).ToArray())
        .With(endpoint.UpdatedAt.UnixMicroseconds).WithOrNull(endpoint.FailingSince?.UnixMicroseconds);
}
