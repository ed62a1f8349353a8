using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.AspNetCore.Events;

/// <summary>Writes why: what each rule that looked compared, and what came of it. Source: laurel-api.md, "Trace".</summary>
internal static class EventTraceBody
{
    /// <summary>The whole trace; <paramref name="eventId"/> is null for an event that was only tried.</summary>
    public static void Write(Utf8JsonWriter writer, FactId? eventId, int programVersion, Trace trace)
    {
        writer.WriteStartObject();
        writer.WriteString("event_id"u8, eventId?.ToString());
        writer.WriteNumber("program_version"u8, programVersion);
        writer.WriteStartArray("rules"u8);
        foreach (var rule in trace.Rules)
        {
            Write(writer, rule);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RuleTrace rule)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, rule.Type);
        writer.WriteString("code"u8, rule.Code);
        if (rule.Objective is not null)
        {
            writer.WriteString("objective"u8, rule.Objective);
        }

        writer.WriteString("looked_at"u8, rule.LookedAt);
        writer.WriteBoolean("fired"u8, rule.Fired);
        writer.WriteString("reason"u8, rule.Reason);
        writer.WriteStartArray("conditions"u8);
        foreach (var condition in rule.Conditions)
        {
            writer.WriteStartObject();
            writer.WriteString("property"u8, condition.Property);
            writer.WriteString("op"u8, condition.Operator);
            writer.WritePropertyName("expected"u8);
            Write(writer, condition.Expected);
            writer.WritePropertyName("actual"u8);
            Write(writer, condition.Actual);
            writer.WriteString("actual_kind"u8, NameOf(condition.Actual.Kind));
            writer.WriteBoolean("result"u8, condition.Result);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Write(writer, "before", rule.Before);
        Write(writer, "after", rule.After);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, decimal? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    // What has no value that a rule could compare is null here; its kind says what stood there.
    private static void Write(Utf8JsonWriter writer, in PropertyValue value)
    {
        switch (value.Kind)
        {
            case PropertyKind.False:
            case PropertyKind.True:
                writer.WriteBooleanValue(value.Kind == PropertyKind.True);
                break;
            case PropertyKind.Number:
                writer.WriteNumberValue(value.Number);
                break;
            case PropertyKind.Text:
                writer.WriteStringValue(value.Text);
                break;
            case PropertyKind.List when value.Items is { } items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static string NameOf(PropertyKind kind) => kind switch
    {
        PropertyKind.Missing => "missing",
        PropertyKind.Null => "null",
        PropertyKind.False or PropertyKind.True => "boolean",
        PropertyKind.Number => "number",
        PropertyKind.UnreadableNumber => "unreadable_number",
        PropertyKind.Text => "text",
        PropertyKind.List => "list",
        _ => "object",
    };
}
