using System.Text.Json;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>webhook_endpoints</c>, <c>webhook_versions</c> and <c>webhook_notes</c>.</summary>
internal static class WebhookEndpointTable
{
    private const string Columns =
        "select key, id, environment, revision, url, description, event_types, status, disabled_reason, secrets, created_at, updated_at, failing_since from webhook_endpoints";

    /// <summary>All endpoints, deleted or not, for <see cref="Read(Statement)"/>.</summary>
    public const string SelectAll = $"{Columns} order by key";

    /// <summary>How often an environment's endpoints were changed.</summary>
    public static int Version(Connection connection, EnvironmentKey environment)
    {
        var select = connection.Prepare("select version from webhook_versions where environment = ?1").Bind(1, environment.Value);
        var version = select.Step() ? select.Int(0) : 0;
        select.Reset();
        return version;
    }

    /// <summary>An environment's endpoints that are not deleted, oldest first.</summary>
    public static List<WebhookEndpoint> ReadAll(Connection connection, EnvironmentKey environment)
    {
        var select = connection.Prepare($"{Columns} where environment = ?1 and status <> 2 order by key").Bind(1, environment.Value);
        var endpoints = new List<WebhookEndpoint>();
        while (select.Step())
        {
            endpoints.Add(Read(select));
        }

        select.Reset();
        return endpoints;
    }

    /// <summary>The endpoint of this key, deleted or not; it must be there.</summary>
    public static WebhookEndpoint Read(Connection connection, int key)
    {
        var select = connection.Prepare($"{Columns} where key = ?1").Bind(1, key);
        if (!select.Step())
        {
            throw new InvalidOperationException($"Webhook endpoint {key} is missing from the store.");
        }

        var endpoint = Read(select);
        select.Reset();
        return endpoint;
    }

    /// <summary>The endpoint's status; deleted where there is none.</summary>
    public static EndpointStatus Status(Connection connection, int key)
    {
        var select = connection.Prepare("select status from webhook_endpoints where key = ?1").Bind(1, key);
        var status = select.Step() ? (EndpointStatus)select.Int(0) : EndpointStatus.Deleted;
        select.Reset();
        return status;
    }

    /// <summary>Adds or changes within the open transaction; null where the revision is another, or there are <paramref name="most"/> already.</summary>
    public static WebhookEndpoint? Write(Connection connection, WebhookEndpoint endpoint, EndpointNote note, int most)
    {
        if ((endpoint.Key == 0 ? Add(connection, endpoint, most) : Change(connection, endpoint)) is not { } written)
        {
            return null;
        }

        connection.Prepare("insert into webhook_versions (environment, version) values (?1, 1) on conflict do update set version = version + 1")
            .Bind(1, written.Environment.Value).Run();
        InsertNote(connection, written.Key, 1 + (int)connection.Count("select max(number) from webhook_notes where endpoint_key = ?1", written.Key), note);
        return written;
    }

    /// <summary>Adds an entry to an endpoint's history within the open transaction.</summary>
    public static void InsertNote(Connection connection, int endpointKey, int number, EndpointNote note) =>
        connection.Prepare("insert into webhook_notes (endpoint_key, number, at, made_by, change, detail) values (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, endpointKey).Bind(2, number).Bind(3, note.At.UnixMicroseconds).Bind(4, note.By).Bind(5, note.Change).Bind(6, note.Detail).Run();

    /// <summary>Notes since when endpoints fail.</summary>
    public static void WriteFailing(Connection connection, IReadOnlyDictionary<int, Timestamp?> failingSince)
    {
        foreach (var (key, since) in failingSince)
        {
            connection.Prepare("update webhook_endpoints set failing_since = case when ?2 is null then null else coalesce(failing_since, ?2) end where key = ?1").Bind(1, key).Bind(2, since?.UnixMicroseconds).Run();
        }
    }

    /// <summary>A page of an endpoint's history, newest first.</summary>
    public static EndpointNotesPage Notes(Connection connection, int endpointKey, int page, int pageSize)
    {
        var select = connection.Prepare("select at, made_by, change, detail from webhook_notes where endpoint_key = ?1 order by number desc limit ?2 offset ?3")
            .Bind(1, endpointKey).Bind(2, pageSize).Bind(3, (page - 1L) * pageSize);
        var notes = new List<EndpointNote>();
        while (select.Step())
        {
            notes.Add(new EndpointNote(new Timestamp(select.Long(0)), select.Text(1), select.Text(2), select.Text(3)));
        }

        select.Reset();
        return new EndpointNotesPage(notes, connection.Count("select max(number) from webhook_notes where endpoint_key = ?1", endpointKey));
    }

    /// <summary>Adds an endpoint as it is, its key and revision among it, within the open transaction.</summary>
    public static void Insert(Connection connection, WebhookEndpoint endpoint)
    {
        Bind(
            connection.Prepare(
                """
                insert into webhook_endpoints (key, revision, url, description, event_types, status, disabled_reason, secrets, updated_at, failing_since, id, environment, created_at)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                """),
            endpoint)
            .Bind(11, endpoint.Id).Bind(12, endpoint.Environment.Value).Bind(13, endpoint.CreatedAt.UnixMicroseconds).Run();
        if (endpoint.Status == EndpointStatus.Deleted)
        {
            NoteUnswept(connection, endpoint.Key);
        }
    }

    private static WebhookEndpoint? Add(Connection connection, WebhookEndpoint endpoint, int most)
    {
        if (connection.Count("select count(*) from webhook_endpoints where environment = ?1 and status <> 2", endpoint.Environment.Value) >= most)
        {
            return null;
        }

        var written = endpoint with { Key = (int)connection.Scalar("select max(key) from webhook_endpoints") + 1, Revision = 1 };
        Insert(connection, written);
        return written;
    }

    // Who changes an endpoint read it a while ago: since when it fails may be known better by now, and is forgotten at most.
    private static WebhookEndpoint? Change(Connection connection, WebhookEndpoint endpoint)
    {
        var isDeleted = endpoint.Status == EndpointStatus.Deleted;
        Bind(
            connection.Prepare(
                """
                update webhook_endpoints set revision = ?2, url = ?3, description = ?4, event_types = ?5, status = ?6, disabled_reason = ?7, secrets = ?8,
                  updated_at = ?9, failing_since = case when ?10 is null then null else failing_since end
                where key = ?1 and environment = ?11 and revision = ?2 - 1 and status <> 2
                """),
            endpoint with { Revision = endpoint.Revision + 1, Secrets = isDeleted ? [] : endpoint.Secrets })
            .Bind(11, endpoint.Environment.Value).Run();
        if (connection.Changes == 0)
        {
            return null;
        }

        if (isDeleted)
        {
            NoteUnswept(connection, endpoint.Key);
        }

        return Read(connection, endpoint.Key);
    }

    // What is left of it is removed by the next sweeps.
    private static void NoteUnswept(Connection connection, int endpointKey) =>
        connection.Prepare("insert into unswept_endpoints (endpoint_key) values (?1)").Bind(1, endpointKey).Run();

    private static Statement Bind(Statement statement, WebhookEndpoint endpoint) => statement
        .Bind(1, endpoint.Key).Bind(2, endpoint.Revision).Bind(3, endpoint.Url).Bind(4, endpoint.Description)
        .Bind(5, JsonSerializer.Serialize(endpoint.EventTypes)).Bind(6, (int)endpoint.Status).Bind(7, endpoint.DisabledReason)
        .BindText(8, SecretsDocument.Write(endpoint.Secrets)).Bind(9, endpoint.UpdatedAt.UnixMicroseconds).Bind(10, endpoint.FailingSince?.UnixMicroseconds);

    /// <summary>The row at hand.</summary>
    public static WebhookEndpoint Read(Statement select) => new(
        select.Int(0),
        select.Text(1),
        new EnvironmentKey(select.Int(2)),
        select.Int(3),
        select.Text(4),
        select.Text(5),
        JsonSerializer.Deserialize<List<string>>(select.Bytes(6))!,
        (EndpointStatus)select.Int(7),
        select.TextOrNull(8),
        SecretsDocument.Read(select.Bytes(9)),
        new Timestamp(select.Long(10)),
        new Timestamp(select.Long(11)),
        select.LongOrNull(12) is { } since ? new Timestamp(since) : null);
}
