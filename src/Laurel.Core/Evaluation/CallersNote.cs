using System.Text.Json;

namespace Laurel.Evaluation;

/// <summary>Optional members of a command's payload: left out where the caller gave none.</summary>
internal static class CallersNote
{
    public static void WriteText(Utf8JsonWriter writer, string member, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(member, text);
        }
    }

    public static void WriteJson(Utf8JsonWriter writer, string member, string? json)
    {
        if (json is not null)
        {
            writer.WritePropertyName(member);
            writer.WriteRawValue(json);
        }
    }

    public static string? TextOf(JsonElement payload, string member) => payload.TryGetProperty(member, out var value) ? value.GetString() : null;

    public static string? JsonOf(JsonElement payload, string member) => payload.TryGetProperty(member, out var value) ? value.GetRawText() : null;
}
