using System.Globalization;
using System.Text.Json;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Transfer;

/// <summary>Reads what <see cref="RecordWriter"/> wrote. Throws what <see cref="JsonElement"/> and parsing throw where a member is missing or is something else.</summary>
internal static class RecordReader
{
    public static StoreRecord Read(StoreSection section, JsonElement line) => section switch
    {
        StoreSection.Tenants => Tenant(line),
        StoreSection.ApiKeys => ApiKey(line),
        StoreSection.Programs => Program(line),
        StoreSection.WebhookVersions => new WebhookVersionRecord(Environment(line), Int(line, "version"u8)),
        StoreSection.Endpoints => Endpoint(line),
        StoreSection.EndpointNotes => new EndpointNoteRecord(
            Int(line, "endpoint"u8),
            Int(line, "number"u8),
            new EndpointNote(Time(line, "at"u8), Text(line, "by"u8), Text(line, "change"u8), Text(line, "detail"u8))),
        StoreSection.RewardStocks => new RewardStockRecord(
            Reward(line), new RewardStock(Long(line, "issued"u8), Long(line, "codes_total"u8), Long(line, "codes_free"u8))),
        StoreSection.RewardCodes => new RewardCodeRecord(
            Reward(line),
            Text(line, "value"u8),
            line.TryGetProperty("fact_id"u8, out _) ? new CodeTaken(Long(line, "participant"u8), Id(line, "fact_id"u8), Time(line, "issued_at"u8)) : null),
        StoreSection.Participants => new ParticipantRecord(
            Long(line, "key"u8),
            new ParticipantName(Environment(line), Text(line, "id"u8)),
            Time(line, "created_at"u8),
            Long(line, "rate_arrival"u8),
            TimeOrNull(line, "due_at"u8),
            Document(line, "state"u8)),
        StoreSection.Parts => new PartRecord(new PartName(Long(line, "participant"u8), Text(line, "key"u8)), Document(line, "document"u8)),
        StoreSection.Inputs => Input(line),
        StoreSection.Attempts => Attempt(line),
        StoreSection.Audit => Audit(line),
        _ => throw new InvalidOperationException($"Unknown section {section}."),
    };

    private static AuditRecord Audit(JsonElement line) => new(new AuditEntry(
        line.TryGetProperty("environment"u8, out _) ? Environment(line) : null,
        Time(line, "at"u8),
        Text(line, "key_id"u8),
        Text(line, "key_name"u8),
        Text(line, "key_prefix"u8),
        Text(line, "method"u8),
        Text(line, "route"u8),
        Text(line, "path"u8),
        Int(line, "status"u8),
        Text(line, "trace_id"u8)));

    private static TenantRecord Tenant(JsonElement line) => new(new Tenant(
        Int(line, "key"u8),
        Text(line, "id"u8),
        Text(line, "name"u8),
        line.GetProperty("is_active"u8).GetBoolean(),
        Text(line, "time_zone"u8),
        line.TryGetProperty("rate"u8, out var rate) ? new ParticipantRate(rate.GetProperty("per_second"u8).GetDouble(), Int(rate, "burst"u8)) : null,
        Time(line, "created_at"u8)));

    private static ApiKeyRecord ApiKey(JsonElement line) => new(new ApiKey(
        Text(line, "id"u8),
        TextOrNull(line, "tenant_id"u8),
        line.GetProperty("is_live"u8).GetBoolean(),
        Text(line, "name"u8),
        Texts(line, "scopes"u8),
        Convert.FromHexString(Text(line, "hash"u8)),
        Text(line, "prefix"u8),
        TimeOrNull(line, "expires_at"u8),
        TimeOrNull(line, "revoked_at"u8),
        Time(line, "created_at"u8),
        TimeOrNull(line, "last_used_at"u8)));

    private static ProgramRecord Program(JsonElement line) => new(
        new ProgramRow(
            Environment(line), Int(line, "version"u8), Document(line, "document"u8), Time(line, "published_at"u8), Text(line, "published_by"u8), Document(line, "zones"u8)),
        line.GetProperty("is_unswept"u8).GetBoolean());

    private static EndpointRecord Endpoint(JsonElement line) => new(new WebhookEndpoint(
        Int(line, "key"u8),
        Text(line, "id"u8),
        Environment(line),
        Int(line, "revision"u8),
        Text(line, "url"u8),
        Text(line, "description"u8),
        Texts(line, "event_types"u8),
        (EndpointStatus)Int(line, "status"u8),
        TextOrNull(line, "disabled_reason"u8),
        [.. line.GetProperty("secrets"u8).EnumerateArray().Select(secret => new SealedSecret(secret.GetProperty("sealed"u8).GetBytesFromBase64(), TimeOrNull(secret, "valid_until"u8)))],
        Time(line, "created_at"u8),
        Time(line, "updated_at"u8),
        TimeOrNull(line, "failing_since"u8)));

    private static InputRecord Input(JsonElement line) => new(
        new LogRow(
            Long(line, "participant"u8),
            Long(line, "seq"u8),
            (InputKind)Int(line, "kind"u8),
            Id(line, "id"u8),
            Text(line, "name"u8),
            Time(line, "occurred_at"u8),
            Time(line, "received_at"u8),
            Int(line, "program_version"u8),
            Int(line, "engine_version"u8),
            TextOrNull(line, "key_hash"u8) is { } key ? new KeyHash(Hex(key)) : null,
            Hex(Text(line, "payload_hash"u8)),
            Document(line, "properties"u8),
            Document(line, "facts"u8),
            Int(line, "fact_mask"u8),
            Int(line, "fact_count"u8),
            DocumentOrEmpty(line, "answer"u8),
            DocumentOrEmpty(line, "outcomes"u8)),
        DocumentOrEmpty(line, "outbox"u8),
        line.TryGetProperty("deliveries"u8, out var deliveries) ? [.. deliveries.EnumerateArray().Select(Delivery)] : []);

    private static InputDelivery Delivery(JsonElement delivery) => new(
        Int(delivery, "endpoint"u8),
        Int(delivery, "place"u8),
        Int(delivery, "attempts"u8),
        Time(delivery, "queued_at"u8),
        Time(delivery, "due_at"u8),
        TimeOrNull(delivery, "dead_at"u8));

    private static AttemptRecord Attempt(JsonElement line) => new(new WebhookAttempt(
        Int(line, "endpoint"u8),
        Id(line, "message_id"u8),
        Text(line, "message_type"u8),
        Int(line, "number"u8),
        Time(line, "at"u8),
        Int(line, "latency_ms"u8),
        Text(line, "outcome"u8),
        line.TryGetProperty("status"u8, out var status) ? status.GetInt32() : null,
        TextOrNull(line, "error"u8),
        line.GetProperty("answer"u8).GetBytesFromBase64()));

    private static EnvironmentKey Environment(JsonElement line) => new(Int(line, "environment"u8));

    private static RewardName Reward(JsonElement line) => new(Environment(line), Text(line, "reward"u8));

    private static int Int(JsonElement line, ReadOnlySpan<byte> name) => line.GetProperty(name).GetInt32();

    private static long Long(JsonElement line, ReadOnlySpan<byte> name) => line.GetProperty(name).GetInt64();

    private static string Text(JsonElement line, ReadOnlySpan<byte> name) =>
        line.GetProperty(name).GetString() ?? throw new FormatException($"{System.Text.Encoding.UTF8.GetString(name)} is null");

    private static string? TextOrNull(JsonElement line, ReadOnlySpan<byte> name) => line.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static List<string> Texts(JsonElement line, ReadOnlySpan<byte> name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(text => text.GetString() ?? throw new FormatException("a text is null"))];

    private static Timestamp Time(JsonElement line, ReadOnlySpan<byte> name) => new(Long(line, name));

    private static Timestamp? TimeOrNull(JsonElement line, ReadOnlySpan<byte> name) => line.TryGetProperty(name, out var time) ? new Timestamp(time.GetInt64()) : null;

    private static FactId Id(JsonElement line, ReadOnlySpan<byte> name) =>
        FactId.TryParse(Text(line, name), out var id) ? id : throw new FormatException($"{System.Text.Encoding.UTF8.GetString(name)} is no ULID");

    private static UInt128 Hex(string text) => UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static byte[] Document(JsonElement line, ReadOnlySpan<byte> name) => EmbeddedJson.Read(line.GetProperty(name));

    private static byte[] DocumentOrEmpty(JsonElement line, ReadOnlySpan<byte> name) => line.TryGetProperty(name, out var document) ? EmbeddedJson.Read(document) : [];
}
