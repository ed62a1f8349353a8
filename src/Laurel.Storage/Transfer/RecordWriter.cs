using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Storage.Transfer;

/// <summary>
/// Writes a record as one JSON object. Times are whole microseconds since 1970 in UTC, hashes hexadecimal, ids as callers know them; what is null or empty is left out.
/// <see cref="RecordReader"/> reads it.
/// </summary>
internal static class RecordWriter
{
    public static void Write(Utf8JsonWriter writer, StoreRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, RecordNames.Of(record.Section));
        WriteMembers(writer, record);
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, StoreRecord record)
    {
        switch (record)
        {
            case TenantRecord tenant:
                Tenant(writer, tenant);
                break;
            case ApiKeyRecord key:
                ApiKey(writer, key);
                break;
            case ProgramRecord program:
                Program(writer, program);
                break;
            case WebhookVersionRecord version:
                writer.WriteNumber("environment"u8, version.Environment.Value);
                writer.WriteNumber("version"u8, version.Version);
                break;
            case EndpointRecord endpoint:
                Endpoint(writer, endpoint.Endpoint);
                break;
            case EndpointNoteRecord note:
                Note(writer, note);
                break;
            case RewardStockRecord stock:
                Reward(writer, stock.Reward);
                writer.WriteNumber("issued"u8, stock.Stock.Issued);
                writer.WriteNumber("codes_total"u8, stock.Stock.CodesTotal);
                writer.WriteNumber("codes_free"u8, stock.Stock.CodesFree);
                break;
            case RewardCodeRecord code:
                Code(writer, code);
                break;
            case ParticipantRecord participant:
                Participant(writer, participant);
                break;
            case PartRecord part:
                writer.WriteNumber("participant"u8, part.Name.ParticipantKey);
                writer.WriteString("key"u8, part.Name.Key);
                EmbeddedJson.Write(writer, "document"u8, part.Document);
                break;
            case InputRecord input:
                Input(writer, input);
                break;
            case AttemptRecord attempt:
                Attempt(writer, attempt.Attempt);
                break;
            case AuditRecord audit:
                Audit(writer, audit.Entry);
                break;
            default:
                throw new InvalidOperationException($"Unknown record {record.GetType().Name}.");
        }
    }

    private static void Audit(Utf8JsonWriter writer, AuditEntry entry)
    {
        if (entry.Environment is { } environment)
        {
            writer.WriteNumber("environment"u8, environment.Value);
        }

        Time(writer, "at"u8, entry.At);
        writer.WriteString("key_id"u8, entry.KeyId);
        writer.WriteString("key_name"u8, entry.KeyName);
        writer.WriteString("key_prefix"u8, entry.KeyPrefix);
        writer.WriteString("method"u8, entry.Method);
        writer.WriteString("route"u8, entry.Route);
        writer.WriteString("path"u8, entry.Path);
        writer.WriteNumber("status"u8, entry.Status);
        writer.WriteString("trace_id"u8, entry.TraceId);
    }

    private static void Tenant(Utf8JsonWriter writer, TenantRecord record)
    {
        var tenant = record.Tenant;
        writer.WriteNumber("key"u8, tenant.Key);
        writer.WriteString("id"u8, tenant.Id);
        writer.WriteString("name"u8, tenant.Name);
        writer.WriteBoolean("is_active"u8, tenant.IsActive);
        writer.WriteString("time_zone"u8, tenant.TimeZone);
        if (tenant.Rate is { } rate)
        {
            writer.WriteStartObject("rate"u8);
            writer.WriteNumber("per_second"u8, rate.PerSecond);
            writer.WriteNumber("burst"u8, rate.Burst);
            writer.WriteEndObject();
        }

        Time(writer, "created_at"u8, tenant.CreatedAt);
    }

    private static void ApiKey(Utf8JsonWriter writer, ApiKeyRecord record)
    {
        var key = record.Key;
        writer.WriteString("id"u8, key.Id);
        Text(writer, "tenant_id"u8, key.TenantId);
        writer.WriteBoolean("is_live"u8, key.IsLive);
        writer.WriteString("name"u8, key.Name);
        Texts(writer, "scopes"u8, key.Scopes);
        writer.WriteString("hash"u8, Convert.ToHexStringLower(key.Hash));
        writer.WriteString("prefix"u8, key.Prefix);
        Time(writer, "expires_at"u8, key.ExpiresAt);
        Time(writer, "revoked_at"u8, key.RevokedAt);
        Time(writer, "created_at"u8, key.CreatedAt);
        Time(writer, "last_used_at"u8, key.LastUsedAt);
    }

    private static void Program(Utf8JsonWriter writer, ProgramRecord record)
    {
        var program = record.Program;
        writer.WriteNumber("environment"u8, program.Environment.Value);
        writer.WriteNumber("version"u8, program.Version);
        Time(writer, "published_at"u8, program.PublishedAt);
        writer.WriteString("published_by"u8, program.PublishedBy);
        writer.WriteBoolean("is_unswept"u8, record.IsUnswept);
        EmbeddedJson.Write(writer, "zones"u8, program.Zones);
        EmbeddedJson.Write(writer, "document"u8, program.Document);
    }

    private static void Endpoint(Utf8JsonWriter writer, WebhookEndpoint endpoint)
    {
        writer.WriteNumber("key"u8, endpoint.Key);
        writer.WriteString("id"u8, endpoint.Id);
        writer.WriteNumber("environment"u8, endpoint.Environment.Value);
        writer.WriteNumber("revision"u8, endpoint.Revision);
        writer.WriteString("url"u8, endpoint.Url);
        writer.WriteString("description"u8, endpoint.Description);
        Texts(writer, "event_types"u8, endpoint.EventTypes);
        writer.WriteNumber("status"u8, (int)endpoint.Status);
        Text(writer, "disabled_reason"u8, endpoint.DisabledReason);
        writer.WriteStartArray("secrets"u8);
        foreach (var secret in endpoint.Secrets)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("sealed"u8, secret.Sealed);
            Time(writer, "valid_until"u8, secret.ValidUntil);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Time(writer, "created_at"u8, endpoint.CreatedAt);
        Time(writer, "updated_at"u8, endpoint.UpdatedAt);
        Time(writer, "failing_since"u8, endpoint.FailingSince);
    }

    private static void Note(Utf8JsonWriter writer, EndpointNoteRecord record)
    {
        writer.WriteNumber("endpoint"u8, record.EndpointKey);
        writer.WriteNumber("number"u8, record.Number);
        Time(writer, "at"u8, record.Note.At);
        writer.WriteString("by"u8, record.Note.By);
        writer.WriteString("change"u8, record.Note.Change);
        writer.WriteString("detail"u8, record.Note.Detail);
    }

    private static void Code(Utf8JsonWriter writer, RewardCodeRecord record)
    {
        Reward(writer, record.Reward);
        writer.WriteString("value"u8, record.Value);
        if (record.Taken is { } taken)
        {
            writer.WriteNumber("participant"u8, taken.ParticipantKey);
            Id(writer, "fact_id"u8, taken.FactId);
            Time(writer, "issued_at"u8, taken.At);
        }
    }

    private static void Participant(Utf8JsonWriter writer, ParticipantRecord record)
    {
        writer.WriteNumber("key"u8, record.Key);
        writer.WriteNumber("environment"u8, record.Name.Environment.Value);
        writer.WriteString("id"u8, record.Name.Id);
        Time(writer, "created_at"u8, record.CreatedAt);
        writer.WriteNumber("rate_arrival"u8, record.RateArrival);
        Time(writer, "due_at"u8, record.DueAt);
        EmbeddedJson.Write(writer, "state"u8, record.State);
    }

    private static void Input(Utf8JsonWriter writer, InputRecord record)
    {
        var row = record.Row;
        writer.WriteNumber("participant"u8, row.ParticipantKey);
        writer.WriteNumber("seq"u8, row.Seq);
        writer.WriteNumber("kind"u8, (int)row.Kind);
        Id(writer, "id"u8, row.EventId);
        writer.WriteString("name"u8, row.EventName);
        Time(writer, "occurred_at"u8, row.OccurredAt);
        Time(writer, "received_at"u8, row.ReceivedAt);
        writer.WriteNumber("program_version"u8, row.ProgramVersion);
        writer.WriteNumber("engine_version"u8, row.EngineVersion);
        if (row.Key is { } key)
        {
            writer.WriteString("key_hash"u8, key.Value.ToString("x32"));
        }

        writer.WriteString("payload_hash"u8, row.PayloadHash.ToString("x32"));
        EmbeddedJson.Write(writer, "properties"u8, row.Properties);
        EmbeddedJson.Write(writer, "facts"u8, row.Facts);
        writer.WriteNumber("fact_mask"u8, row.FactMask);
        writer.WriteNumber("fact_count"u8, row.FactCount);
        DocumentIfAny(writer, "answer"u8, row.Answer);
        DocumentIfAny(writer, "outcomes"u8, row.Outcomes);
        DocumentIfAny(writer, "outbox"u8, record.OutboxTargets);
        if (record.Deliveries.Count > 0)
        {
            Deliveries(writer, record.Deliveries);
        }
    }

    private static void Deliveries(Utf8JsonWriter writer, IReadOnlyList<InputDelivery> deliveries)
    {
        writer.WriteStartArray("deliveries"u8);
        foreach (var delivery in deliveries)
        {
            writer.WriteStartObject();
            writer.WriteNumber("endpoint"u8, delivery.EndpointKey);
            writer.WriteNumber("place"u8, delivery.Place);
            writer.WriteNumber("attempts"u8, delivery.Attempts);
            Time(writer, "queued_at"u8, delivery.QueuedAt);
            Time(writer, "due_at"u8, delivery.DueAt);
            Time(writer, "dead_at"u8, delivery.DeadAt);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Attempt(Utf8JsonWriter writer, WebhookAttempt attempt)
    {
        writer.WriteNumber("endpoint"u8, attempt.EndpointKey);
        Id(writer, "message_id"u8, attempt.MessageId);
        writer.WriteString("message_type"u8, attempt.Type);
        writer.WriteNumber("number"u8, attempt.Number);
        Time(writer, "at"u8, attempt.At);
        writer.WriteNumber("latency_ms"u8, attempt.LatencyMs);
        writer.WriteString("outcome"u8, attempt.Outcome);
        if (attempt.Status is { } status)
        {
            writer.WriteNumber("status"u8, status);
        }

        Text(writer, "error"u8, attempt.Error);
        writer.WriteBase64String("answer"u8, attempt.Answer.Span);
    }

    private static void Reward(Utf8JsonWriter writer, RewardName reward)
    {
        writer.WriteNumber("environment"u8, reward.Environment.Value);
        writer.WriteString("reward"u8, reward.Code);
    }

    private static void DocumentIfAny(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> document)
    {
        if (!document.IsEmpty)
        {
            EmbeddedJson.Write(writer, name, document);
        }
    }

    private static void Id(Utf8JsonWriter writer, ReadOnlySpan<byte> name, FactId id)
    {
        Span<char> text = stackalloc char[26];
        id.Value.TryWriteStringify(text);
        writer.WriteString(name, text);
    }

    private static void Time(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Timestamp? time)
    {
        if (time is { } at)
        {
            writer.WriteNumber(name, at.UnixMicroseconds);
        }
    }

    private static void Text(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void Texts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
