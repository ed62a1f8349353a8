using System.Text.Json;
using Laurel.Facts;
using Laurel.Storage.Transfer;
using NpgsqlTypes;

namespace Laurel.Storage.Postgres;

/// <summary>A table as COPY fills it, in PostgreSQL's binary form: its columns in order, and the rows that records make in it.</summary>
internal sealed class CopyTable
{
    public static readonly CopyTable Log = new(
        "log",
        ("id", NpgsqlDbType.Bigint), ("participant_key", NpgsqlDbType.Bigint), ("seq", NpgsqlDbType.Bigint), ("kind", NpgsqlDbType.Smallint), ("event_id", NpgsqlDbType.Uuid),
        ("event_name", NpgsqlDbType.Text), ("occurred_at", NpgsqlDbType.Bigint), ("received_at", NpgsqlDbType.Bigint), ("program_version", NpgsqlDbType.Integer),
        ("engine_version", NpgsqlDbType.Integer), ("key_hash", NpgsqlDbType.Uuid), ("payload_hash", NpgsqlDbType.Uuid), ("properties", NpgsqlDbType.Text),
        ("facts", NpgsqlDbType.Text), ("fact_mask", NpgsqlDbType.Integer), ("fact_count", NpgsqlDbType.Integer), ("answer", NpgsqlDbType.Text), ("outcomes", NpgsqlDbType.Text));

    public static readonly CopyTable Outbox = new("outbox", ("log_id", NpgsqlDbType.Bigint), ("queued_at", NpgsqlDbType.Bigint), ("targets", NpgsqlDbType.Text));

    public static readonly CopyTable Deliveries = new(
        "deliveries",
        ("endpoint_key", NpgsqlDbType.Integer), ("log_id", NpgsqlDbType.Bigint), ("place", NpgsqlDbType.Integer), ("attempts", NpgsqlDbType.Integer),
        ("queued_at", NpgsqlDbType.Bigint), ("due_at", NpgsqlDbType.Bigint), ("dead_at", NpgsqlDbType.Bigint));

    public static readonly CopyTable UnsweptPrograms = new("unswept_programs", ("environment", NpgsqlDbType.Integer), ("version", NpgsqlDbType.Integer));

    private static readonly CopyTable _tenants = new(
        "tenants",
        ("key", NpgsqlDbType.Integer), ("id", NpgsqlDbType.Text), ("name", NpgsqlDbType.Text), ("is_active", NpgsqlDbType.Boolean), ("time_zone", NpgsqlDbType.Text),
        ("rate_per_second", NpgsqlDbType.Double), ("rate_burst", NpgsqlDbType.Integer), ("created_at", NpgsqlDbType.Bigint));

    private static readonly CopyTable _apiKeys = new(
        "api_keys",
        ("id", NpgsqlDbType.Text), ("tenant_id", NpgsqlDbType.Text), ("is_live", NpgsqlDbType.Boolean), ("name", NpgsqlDbType.Text), ("scopes", NpgsqlDbType.Text),
        ("hash", NpgsqlDbType.Bytea), ("prefix", NpgsqlDbType.Text), ("expires_at", NpgsqlDbType.Bigint), ("revoked_at", NpgsqlDbType.Bigint),
        ("created_at", NpgsqlDbType.Bigint), ("last_used_at", NpgsqlDbType.Bigint));

    private static readonly CopyTable _programs = new(
        "programs",
        ("environment", NpgsqlDbType.Integer), ("version", NpgsqlDbType.Integer), ("document", NpgsqlDbType.Text), ("published_at", NpgsqlDbType.Bigint),
        ("published_by", NpgsqlDbType.Text), ("zones", NpgsqlDbType.Text));

    private static readonly CopyTable _webhookVersions = new("webhook_versions", ("environment", NpgsqlDbType.Integer), ("version", NpgsqlDbType.Integer));

    private static readonly CopyTable _endpoints = new(
        "webhook_endpoints",
        ("key", NpgsqlDbType.Integer), ("id", NpgsqlDbType.Text), ("environment", NpgsqlDbType.Integer), ("revision", NpgsqlDbType.Integer), ("url", NpgsqlDbType.Text),
        ("description", NpgsqlDbType.Text), ("event_types", NpgsqlDbType.Text), ("status", NpgsqlDbType.Smallint), ("disabled_reason", NpgsqlDbType.Text),
        ("secrets", NpgsqlDbType.Text), ("created_at", NpgsqlDbType.Bigint), ("updated_at", NpgsqlDbType.Bigint), ("failing_since", NpgsqlDbType.Bigint));

    private static readonly CopyTable _notes = new(
        "webhook_notes",
        ("endpoint_key", NpgsqlDbType.Integer), ("number", NpgsqlDbType.Integer), ("at", NpgsqlDbType.Bigint), ("made_by", NpgsqlDbType.Text), ("change", NpgsqlDbType.Text),
        ("detail", NpgsqlDbType.Text));

    private static readonly CopyTable _stocks = new(
        "reward_stocks",
        ("environment", NpgsqlDbType.Integer), ("reward", NpgsqlDbType.Text), ("issued", NpgsqlDbType.Bigint), ("codes_total", NpgsqlDbType.Bigint), ("codes_free", NpgsqlDbType.Bigint));

    // Codes are taken, and attempts are shown, in the order of their ids, which the sequence gives in the order of the rows.
    private static readonly CopyTable _codes = new(
        "reward_codes",
        ("environment", NpgsqlDbType.Integer), ("reward", NpgsqlDbType.Text), ("value", NpgsqlDbType.Text), ("participant_key", NpgsqlDbType.Bigint), ("fact_id", NpgsqlDbType.Uuid),
        ("issued_at", NpgsqlDbType.Bigint));

    private static readonly CopyTable _participants = new(
        "participants",
        ("key", NpgsqlDbType.Bigint), ("environment", NpgsqlDbType.Integer), ("id", NpgsqlDbType.Text), ("created_at", NpgsqlDbType.Bigint), ("rate_arrival", NpgsqlDbType.Bigint),
        ("due_at", NpgsqlDbType.Bigint), ("state", NpgsqlDbType.Text));

    private static readonly CopyTable _parts = new("parts", ("participant_key", NpgsqlDbType.Bigint), ("part_key", NpgsqlDbType.Text), ("document", NpgsqlDbType.Text));

    private static readonly CopyTable _attempts = new(
        "webhook_attempts",
        ("endpoint_key", NpgsqlDbType.Integer), ("message_id", NpgsqlDbType.Uuid), ("type", NpgsqlDbType.Text), ("number", NpgsqlDbType.Integer), ("at", NpgsqlDbType.Bigint),
        ("latency_ms", NpgsqlDbType.Integer), ("outcome", NpgsqlDbType.Text), ("status", NpgsqlDbType.Integer), ("error", NpgsqlDbType.Text), ("answer", NpgsqlDbType.Bytea));

    private static readonly CopyTable _audit = new(
        "audit",
        ("environment", NpgsqlDbType.Integer), ("at", NpgsqlDbType.Bigint), ("key_id", NpgsqlDbType.Text), ("key_name", NpgsqlDbType.Text), ("key_prefix", NpgsqlDbType.Text),
        ("method", NpgsqlDbType.Text), ("route", NpgsqlDbType.Text), ("path", NpgsqlDbType.Text), ("status", NpgsqlDbType.Integer), ("trace_id", NpgsqlDbType.Text));

    private CopyTable(string name, params (string Name, NpgsqlDbType Type)[] columns)
    {
        Name = name;
        Types = Array.ConvertAll(columns, column => column.Type);
        Sql = $"copy {name} ({string.Join(", ", columns.Select(column => column.Name))}) from stdin (format binary)";
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>The statement that begins it.</summary>
    public string Sql { get; }

    /// <summary>The types of its columns, in order.</summary>
    public NpgsqlDbType[] Types { get; }

    /// <summary>The row that a record is, and its table. What an input and a program have beside theirs is made by <see cref="PostgresImport"/>; <paramref name="logId"/> is for an input only.</summary>
    public static (CopyTable Table, object?[] Row) Of(StoreRecord record, long logId) => record switch
    {
        TenantRecord { Tenant: var tenant } => (_tenants, [
            tenant.Key, tenant.Id, tenant.Name, tenant.IsActive, tenant.TimeZone, tenant.Rate?.PerSecond, tenant.Rate?.Burst, Time(tenant.CreatedAt)]),
        ApiKeyRecord { Key: var key } => (_apiKeys, [
            key.Id, key.TenantId, key.IsLive, key.Name, string.Join(' ', key.Scopes), key.Hash, key.Prefix, Time(key.ExpiresAt), Time(key.RevokedAt), Time(key.CreatedAt), Time(key.LastUsedAt)]),
        ProgramRecord { Program: var program } => (_programs, [
            program.Environment.Value, program.Version, program.Document, Time(program.PublishedAt), program.PublishedBy, program.Zones.IsEmpty ? "[]"u8.ToArray() : program.Zones]),
        WebhookVersionRecord version => (_webhookVersions, [version.Environment.Value, version.Version]),
        EndpointRecord { Endpoint: var endpoint } => (_endpoints, [
            endpoint.Key, endpoint.Id, endpoint.Environment.Value, endpoint.Revision, endpoint.Url, endpoint.Description, JsonSerializer.Serialize(endpoint.EventTypes),
            (short)endpoint.Status, endpoint.DisabledReason, SecretsDocument.Write(endpoint.Secrets).ToArray(), Time(endpoint.CreatedAt), Time(endpoint.UpdatedAt), Time(endpoint.FailingSince)]),
        EndpointNoteRecord { Note: var note } history => (_notes, [history.EndpointKey, history.Number, Time(note.At), note.By, note.Change, note.Detail]),
        RewardStockRecord { Reward: var reward, Stock: var stock } => (_stocks, [reward.Environment.Value, reward.Code, stock.Issued, stock.CodesTotal, stock.CodesFree]),
        RewardCodeRecord { Reward: var reward, Taken: var taken } code => (_codes, [
            reward.Environment.Value, reward.Code, code.Value, taken?.ParticipantKey, taken?.FactId.ToUuid(), Time(taken?.At)]),
        ParticipantRecord participant => (_participants, [
            participant.Key, participant.Name.Environment.Value, participant.Name.Id, Time(participant.CreatedAt), participant.RateArrival, Time(participant.DueAt), participant.State]),
        PartRecord part => (_parts, [part.Name.ParticipantKey, part.Name.Key, part.Document]),
        InputRecord { Row: var row } => (Log, [
            logId, row.ParticipantKey, row.Seq, (short)row.Kind, row.EventId.ToUuid(), row.EventName, Time(row.OccurredAt), Time(row.ReceivedAt), row.ProgramVersion, row.EngineVersion,
            row.Key?.Value.ToUuid(), row.PayloadHash.ToUuid(), row.Properties, row.Facts, row.FactMask, row.FactCount, row.Answer, row.Outcomes.IsEmpty ? null : row.Outcomes]),
        AttemptRecord { Attempt: var attempt } => (_attempts, [
            attempt.EndpointKey, attempt.MessageId.ToUuid(), attempt.Type, attempt.Number, Time(attempt.At), attempt.LatencyMs, attempt.Outcome, attempt.Status,
            attempt.Error is { } error ? WebhookAttemptTable.Utf8Of(error) : null, attempt.Answer.ToArray()]),
        AuditRecord { Entry: var entry } => (_audit, [
            entry.Environment?.Value ?? AuditTable.Operators, Time(entry.At), entry.KeyId, entry.KeyName, entry.KeyPrefix, entry.Method, entry.Route, entry.Path, entry.Status, entry.TraceId]),
        _ => throw new InvalidOperationException($"Unknown record {record.GetType().Name}."),
    };

    private static long Time(Timestamp time) => time.UnixMicroseconds;

    private static long? Time(Timestamp? time) => time?.UnixMicroseconds;
}
