using System.Text.Json;
using Laurel.Facts;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// Reads the members of a JSON object that a caller sent, and adds a fault with its pointer for each that is wrong. Members that nobody asks for are ignored;
/// a member that is <c>null</c> counts as absent. <paramref name="pointer"/> is where the object stands. Source: semantics §2.
/// </summary>
internal sealed class BodyMembers(JsonElement body, string pointer, List<Fault> faults)
{
    /// <summary>The object at <paramref name="pointer"/>; null with a fault where it is none.</summary>
    public static BodyMembers? Open(JsonElement body, string pointer, List<Fault> faults)
    {
        if (body.ValueKind == JsonValueKind.Object)
        {
            return new BodyMembers(body, pointer, faults);
        }

        faults.Add(new Fault(pointer, $"must be an object, but is {JsonMember.Kind(body)}"));
        return null;
    }

    /// <summary>The member <c>participant_id</c>, which is required; "" with a fault.</summary>
    public string ParticipantId()
    {
        const string Name = "participant_id";
        if (Find(Name) is not { } member)
        {
            faults.Add(new Fault($"{pointer}/{Name}", "is required: your id of the participant, 1 to 255 characters"));
            return "";
        }

        if (member.ValueKind != JsonValueKind.String)
        {
            faults.Add(new Fault($"{pointer}/{Name}", "must be a string"));
            return "";
        }

        var id = member.GetString()!;
        if (Identifiers.ParticipantIdFault(id) is { } fault)
        {
            faults.Add(new Fault($"{pointer}/{Name}", fault));
        }

        return id;
    }

    /// <summary>Whether the member stands there as <c>null</c>, where that is not the same as absence.</summary>
    public bool IsNull(string name) => body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Null;

    /// <summary>Adds a fault of the member.</summary>
    public void Fault(string name, string message) => faults.Add(new Fault($"{pointer}/{name}", message));

    /// <summary>A definition's code, which is required; "" with a fault. <paramref name="meaning"/> says what it names.</summary>
    public string Code(string name, string meaning)
    {
        if (Find(name) is not { } member)
        {
            faults.Add(new Fault($"{pointer}/{name}", $"is required: {meaning}"));
            return "";
        }

        return CodeOf(member, name) ?? "";
    }

    /// <summary>A definition's code that may be left out.</summary>
    public string? OptionalCode(string name) => Find(name) is { } member ? CodeOf(member, name) : null;

    /// <summary>A text of at most <paramref name="most"/> code points; null where it is absent.</summary>
    public string? Text(string name, int most)
    {
        if (Find(name) is not { } member || JsonMember.Text(member, $"{pointer}/{name}", faults) is not { } text)
        {
            return null;
        }

        if (Identifiers.CodePoints(text) is var length && length > most)
        {
            faults.Add(new Fault($"{pointer}/{name}", $"may have at most {most} characters, but has {length}"));
        }

        return text;
    }

    /// <summary>A whole number within bounds, which is required; 0 with a fault.</summary>
    public long WholeNumber(string name, long least, long most)
    {
        if (Find(name) is not { } member)
        {
            faults.Add(new Fault($"{pointer}/{name}", $"is required: a whole number from {least} to {most}"));
            return 0;
        }

        if (member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        var shown = member.ValueKind == JsonValueKind.Number ? JsonMember.Shown(member.GetRawText()) : JsonMember.Kind(member);
        faults.Add(new Fault($"{pointer}/{name}", $"must be a whole number from {least} to {most}, but is {shown}"));
        return 0;
    }

    /// <summary>True or false; <paramref name="otherwise"/> where it is absent.</summary>
    public bool Flag(string name, bool otherwise)
    {
        if (Find(name) is not { } member)
        {
            return otherwise;
        }

        if (member.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return member.GetBoolean();
        }

        faults.Add(new Fault($"{pointer}/{name}", $"must be true or false, but is {JsonMember.Kind(member)}"));
        return otherwise;
    }

    /// <summary>A time; null where it is absent.</summary>
    public Timestamp? Instant(string name)
    {
        if (Find(name) is not { } member || JsonMember.Text(member, $"{pointer}/{name}", faults) is not { } text)
        {
            return null;
        }

        if (TimestampText.TryParse(text, out var instant))
        {
            return instant;
        }

        faults.Add(new Fault($"{pointer}/{name}", $"{TimestampText.Expected}, but is '{JsonMember.Shown(text)}'"));
        return null;
    }

    /// <summary>
    /// An object of the caller's own, within the limits of an event's properties, as JSON of at most <paramref name="mostBytes"/>; null where it is absent.
    /// </summary>
    public string? Json(string name, int mostBytes)
    {
        if (Find(name) is not { } member)
        {
            return null;
        }

        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(member.GetRawText()));
        reader.Read();
        if (PropertiesReader.Read(ref reader, $"{pointer}/{name}", faults) is not { } properties)
        {
            return null;
        }

        if (properties.Json.Length > mostBytes)
        {
            faults.Add(new Fault($"{pointer}/{name}", $"may have at most {mostBytes} bytes, but has {properties.Json.Length}"));
        }

        return System.Text.Encoding.UTF8.GetString(properties.Json.Span);
    }

    private JsonElement? Find(string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private string? CodeOf(JsonElement member, string name)
    {
        if (JsonMember.Text(member, $"{pointer}/{name}", faults) is not { } code)
        {
            return null;
        }

        if (!Identifiers.IsCode(code))
        {
            faults.Add(new Fault($"{pointer}/{name}", $"must be a code of 1 to 50 characters from a-z 0-9 _, but is '{JsonMember.Shown(code)}'"));
        }

        return code;
    }
}
