using System.Text.Json;
using Laurel.Facts;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Reads members of a parsed body, and tells of what was sent in faults.</summary>
internal static class JsonMember
{
    private const int ShownCharacters = 100;

    /// <summary>The string at <paramref name="pointer"/>; null with a fault where it is none.</summary>
    public static string? Text(JsonElement value, string pointer, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        faults.Add(new Fault(pointer, $"must be a string, but is {Kind(value)}"));
        return null;
    }

    /// <summary>What a value is, for people.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>As much of a text as finds it again. Half of a surrogate pair would not be JSON.</summary>
    public static string Shown(string text) => text.Length <= ShownCharacters
        ? text
        : text[..(char.IsHighSurrogate(text[ShownCharacters - 1]) ? ShownCharacters - 1 : ShownCharacters)] + "…";
}
