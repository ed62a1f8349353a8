using System.Text.Json;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Participants;

/// <summary>Writes the facts of one input as they are told, the last made first.</summary>
internal static class FactRows
{
    public static void Write(Utf8JsonWriter writer, FactsEntry entry, IReadOnlyList<string> kinds)
    {
        using var document = JsonDocument.Parse(entry.Input.Facts);
        foreach (var (place, fact) in Matching(document.RootElement, entry, kinds))
        {
            Write(writer, entry.Input, place, fact);
        }
    }

    /// <summary>The facts of <paramref name="entry"/> that are told, the last made first, of those in <paramref name="facts"/> (no kinds = all); the event's own has the place -1 and no document.</summary>
    public static IEnumerable<(int Place, JsonElement? Fact)> Matching(JsonElement facts, FactsEntry entry, IReadOnlyList<string> kinds)
    {
        var matching = new List<(int Place, JsonElement? Fact)>();
        for (var place = facts.GetArrayLength() - 1; place >= 0; place--)
        {
            var fact = facts[place];
            if (kinds.Count == 0 || kinds.Any(kind => fact.GetProperty("kind"u8).ValueEquals(kind)))
            {
                matching.Add((place, fact));
            }
        }

        // Only an event is a fact itself.
        if (entry.Input.Kind == InputKind.Event && (kinds.Count == 0 || kinds.Contains(FactKinds.Event, StringComparer.Ordinal)))
        {
            matching.Add((-1, null));
        }

        return matching.Skip(entry.First).Take(entry.Count);
    }

    /// <summary>The id of the fact at <paramref name="place"/> of an input; -1 for the event's own.</summary>
    public static string IdOf(LogRow input, int place) => DerivedFact.IdOf(input.EventId, place).ToString();

    /// <summary>When a derived fact became true.</summary>
    public static Timestamp OccurredAt(LogRow input, JsonElement fact) => FactDocument.OccurredAt(fact, input.OccurredAt);

    private static void Write(Utf8JsonWriter writer, LogRow input, int place, JsonElement? fact)
    {
        writer.WriteStartObject();
        writer.WriteString("fact_id", IdOf(input, place));
        writer.WriteNumber("seq", input.Seq);
        if (fact is { } derived)
        {
            writer.WriteString("kind", derived.GetProperty("kind"u8).GetString());
            writer.WriteString("code", derived.GetProperty("code"u8).GetString());
            writer.WritePropertyName("data");
            derived.GetProperty("data"u8).WriteTo(writer);
            writer.WriteString("caused_by", FactDocument.CauseOf(derived, input.EventId, input.Kind == InputKind.Event)?.ToString());
        }
        else
        {
            writer.WriteString("kind", FactKinds.Event);
            writer.WriteString("code", input.EventName);
            writer.WritePropertyName("data");
            writer.WriteRawValue(input.Properties.Span, skipInputValidation: true);
            writer.WriteNull("caused_by");
        }

        writer.WriteString("event_id", input.Kind == InputKind.Event ? input.EventId.ToString() : null);
        writer.WriteString("occurred_at", (fact is { } made ? OccurredAt(input, made) : input.OccurredAt).ToString());
        writer.WriteString("recorded_at", input.ReceivedAt.ToString());
        writer.WriteNumber("program_version", input.ProgramVersion);
        writer.WriteEndObject();
    }
}
