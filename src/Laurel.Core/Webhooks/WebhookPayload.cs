using System.Runtime.InteropServices;
using System.Text.Json;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Webhooks;

/// <summary>
/// One input of a participant's log, as far as its messages need it. <paramref name="EventName"/> is null where the input was no event but a command or the clock; then
/// <paramref name="Properties"/> and <paramref name="Answer"/> are not looked at. <paramref name="Properties"/> and <paramref name="Answer"/> are JSON as kept,
/// <paramref name="Facts"/> is the kept array of derived facts (<see cref="FactDocument"/>).
/// <paramref name="ParticipantId"/> is null for a participant that was erased.
/// </summary>
public sealed record MessageSource(
    EnvironmentKey Environment,
    string? ParticipantId,
    long Seq,
    FactId InputId,
    string? EventName,
    Timestamp OccurredAt,
    ReadOnlyMemory<byte> Properties,
    ReadOnlyMemory<byte> Facts,
    ReadOnlyMemory<byte> Answer);

/// <summary>
/// The body of a message: <c>{id, type, occurred_at, environment, participant_id, data}</c>. It follows from the log alone, so every attempt sends the same.
/// Source: semantics §10, webhook-messages.md.
/// </summary>
public static class WebhookPayload
{
    /// <summary>What a test message says.</summary>
    public const string TestText = "This is a test of your webhook. Nothing happened to any participant.";

    /// <summary>The place of the event's own fact, whose message is <see cref="MessageTypes.EventProcessed"/>.</summary>
    public const int OwnPlace = -1;

    /// <summary>Writes the message of the fact at <paramref name="place"/> of <paramref name="source"/>; <see cref="OwnPlace"/> is the event's own.</summary>
    public static void Write(Utf8JsonWriter writer, MessageSource source, int place)
    {
        if (place == OwnPlace)
        {
            WriteEventProcessed(writer, source);
        }
        else
        {
            WriteFact(writer, source, place);
        }

        writer.Flush();
    }

    /// <summary>Writes a message that tries the endpoint <paramref name="webhookId"/>; <paramref name="id"/> is its own.</summary>
    public static void WriteTest(Utf8JsonWriter writer, FactId id, Timestamp occurredAt, EnvironmentKey environment, string webhookId)
    {
        WriteStart(writer, id, MessageTypes.Test, occurredAt, environment, participantId: null);
        writer.WriteString("webhook_id"u8, webhookId);
        writer.WriteString("message"u8, TestText);
        WriteEnd(writer);
        writer.Flush();
    }

    private static void WriteEventProcessed(Utf8JsonWriter writer, MessageSource source)
    {
        if (source.EventName is null)
        {
            throw new InvalidOperationException($"Input {source.InputId} is no event and has no fact of its own.");
        }

        using var answer = JsonDocument.Parse(source.Answer);
        WriteStart(writer, DerivedFact.IdOf(source.InputId, OwnPlace), MessageTypes.EventProcessed, source.OccurredAt, source.Environment, source.ParticipantId);
        writer.WriteNumber("seq"u8, source.Seq);
        writer.WritePropertyName("rewards_granted"u8);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(answer.RootElement.GetProperty("rewards_granted"u8)), skipInputValidation: true);
        WriteEvent(writer, source);
        WriteEnd(writer);
    }

    private static void WriteFact(Utf8JsonWriter writer, MessageSource source, int place)
    {
        using var facts = JsonDocument.Parse(source.Facts);
        var fact = facts.RootElement[place];
        WriteStart(
            writer,
            DerivedFact.IdOf(source.InputId, place),
            fact.GetProperty("kind"u8).GetString()!,
            FactDocument.OccurredAt(fact, source.OccurredAt),
            source.Environment,
            source.ParticipantId);
        writer.WriteNumber("seq"u8, source.Seq);
        foreach (var member in fact.GetProperty("data"u8).EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteString("code"u8, fact.GetProperty("code"u8).GetString());
        writer.WritePropertyName("source"u8);
        fact.GetProperty("source"u8).WriteTo(writer);
        writer.WriteString("caused_by"u8, FactDocument.CauseOf(fact, source.InputId, source.EventName is not null)?.ToString());
        WriteEvent(writer, source);
        WriteEnd(writer);
    }

    // What the clock or a command set off has no event.
    private static void WriteEvent(Utf8JsonWriter writer, MessageSource source)
    {
        if (source.EventName is null)
        {
            writer.WriteNull("event"u8);
            return;
        }

        writer.WriteStartObject("event"u8);
        writer.WriteString("event_id"u8, source.InputId.ToString());
        writer.WriteString("event_name"u8, source.EventName);
        writer.WriteString("timestamp"u8, source.OccurredAt.ToString());
        writer.WritePropertyName("properties"u8);
        writer.WriteRawValue(source.Properties.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter writer, FactId id, string type, Timestamp occurredAt, EnvironmentKey environment, string? participantId)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id.ToString());
        writer.WriteString("type"u8, type);
        writer.WriteString("occurred_at"u8, occurredAt.ToString());
        writer.WriteString("environment"u8, environment.ToString());
        writer.WriteString("participant_id"u8, participantId);
        writer.WriteStartObject("data"u8);
    }

    private static void WriteEnd(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
