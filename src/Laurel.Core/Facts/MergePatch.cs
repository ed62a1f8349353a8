using System.Text.Json;

namespace Laurel.Facts;

/// <summary>JSON merge patch, RFC 7396: objects are merged member by member, <c>null</c> removes a member, everything else replaces.</summary>
public static class MergePatch
{
    /// <summary>Writes <paramref name="target"/>, null for an absent one, as <paramref name="patch"/> changes it.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            patch.WriteTo(writer);
            return;
        }

        var merged = target is { ValueKind: JsonValueKind.Object } ? target : null;
        writer.WriteStartObject();
        if (merged is { } kept)
        {
            foreach (var member in kept.EnumerateObject())
            {
                if (!patch.TryGetProperty(member.Name, out var change))
                {
                    member.WriteTo(writer);
                }
                else if (change.ValueKind != JsonValueKind.Null)
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, change);
                }
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && merged?.TryGetProperty(member.Name, out _) != true)
            {
                writer.WritePropertyName(member.Name);
                Write(writer, null, member.Value);
            }
        }

        writer.WriteEndObject();
    }
}
