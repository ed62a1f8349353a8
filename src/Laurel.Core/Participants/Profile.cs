using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Participants;

/// <summary>
/// What the caller tells of a participant: a name and a picture to show, and attributes that rules may read. Immutable.
/// <paramref name="attributesJson"/> is a JSON object in UTF-8, within the limits of an event's properties. Source: gamification-api.md, "Participants".
/// </summary>
public sealed class Profile(string? displayName, string? avatarUrl, byte[] attributesJson)
{
    /// <summary>Bytes of the attributes: they are part of the state's document, which stays small.</summary>
    public const int AttributesMaxBytes = 4 * 1024;

    /// <summary>A profile of which nothing was told.</summary>
    public static readonly Profile Empty = new(null, null, "{}"u8.ToArray());

    // Most events meet no rule that reads attributes, so they are parsed by the first that does.
    private Properties? _attributes;

    public string? DisplayName => displayName;

    public string? AvatarUrl => avatarUrl;

    /// <summary>The attributes as UTF-8 JSON, <c>{}</c> where there are none.</summary>
    public ReadOnlyMemory<byte> AttributesJson => attributesJson;

    /// <summary>The attributes as rules read them.</summary>
    public Properties Attributes => _attributes ??= Properties.ReadTrusted(attributesJson);

    /// <summary>Writes the object that is kept in the state's document.</summary>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteText(writer, "display_name", displayName);
        WriteText(writer, "avatar_url", avatarUrl);
        writer.WritePropertyName("attributes"u8);
        writer.WriteRawValue(attributesJson, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; <paramref name="reader"/> stands at the member's name.</summary>
    internal static Profile Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        using var document = JsonDocument.ParseValue(ref reader);
        var members = document.RootElement;
        return new Profile(TextOf(members, "display_name"), TextOf(members, "avatar_url"), Encoding.UTF8.GetBytes(members.GetProperty("attributes"u8).GetRawText()));
    }

    // Encoded here, so that the document has the same bytes whatever the encoder of its writer.
    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
        }
    }

    private static string? TextOf(JsonElement members, string name) => members.TryGetProperty(name, out var text) ? text.GetString() : null;
}
