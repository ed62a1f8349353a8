using System.Text.Json;

namespace Laurel.Facts;

/// <summary>
/// How an input's derived facts are kept, and how they are told. Kept: a JSON array of <c>{kind, code, caused_by, due_at, source, data}</c>, where
/// <c>caused_by</c> is the place of the causing fact in the same array, -1 for the event's own, and <c>due_at</c> stands only with what the clock did. Ids are not kept: they follow from the event's id
/// and the place (<see cref="DerivedFact.IdOffset"/>).
/// </summary>
public static class FactDocument
{
    /// <summary>Writes the array that is kept.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<DerivedFact> facts)
    {
        writer.WriteStartArray();
        for (var i = 0; i < facts.Count; i++)
        {
            var fact = facts[i];
            writer.WriteStartObject();
            writer.WriteString("kind"u8, fact.Kind);
            writer.WriteString("code"u8, fact.Code);
            writer.WriteNumber("caused_by"u8, fact.CausedBy);
            if (fact.DueAt is { } dueAt)
            {
                writer.WriteNumber("due_at"u8, dueAt.UnixMicroseconds);
            }

            writer.WriteStartObject("source"u8);
            writer.WriteString("type"u8, fact.Source.Type);
            writer.WriteString("code"u8, fact.Source.Code);
            writer.WriteEndObject();
            writer.WriteStartObject("data"u8);
            fact.WriteData(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
    }

    /// <summary>Writes the array <c>rewards_granted</c>, in the order granted. Source: laurel-api.md.</summary>
    public static void WriteGrants(Utf8JsonWriter writer, FactId eventId, IReadOnlyList<DerivedFact> facts)
    {
        Span<char> id = stackalloc char[26];
        writer.WriteStartArray();
        for (var i = 0; i < facts.Count; i++)
        {
            var fact = facts[i];
            if (!fact.IsGrant)
            {
                continue;
            }

            writer.WriteStartObject();
            eventId.Plus(DerivedFact.IdOffset(fact.Place)).Value.TryWriteStringify(id);
            fact.WriteGrant(writer, id);
            writer.WriteStartObject("source"u8);
            writer.WriteString("type"u8, fact.Source.Type);
            writer.WriteString("code"u8, fact.Source.Code);
            writer.WriteEndObject();
            writer.WriteString("fact_id"u8, id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>When a kept fact became true; <paramref name="inputOccurredAt"/> is when its input occurred.</summary>
    public static Timestamp OccurredAt(JsonElement fact, Timestamp inputOccurredAt) =>
        fact.TryGetProperty("due_at"u8, out var due) ? new Timestamp(due.GetInt64()) : inputOccurredAt;

    /// <summary>The id of the fact that caused a kept one; null where a tick or a command set it off, which is no fact.</summary>
    public static FactId? CauseOf(JsonElement fact, FactId inputId, bool isOfEvent)
    {
        var cause = fact.GetProperty("caused_by"u8).GetInt32();
        return cause < 0 && !isOfEvent ? null : DerivedFact.IdOf(inputId, cause);
    }

    /// <summary>Bits of the kinds among an event and its <paramref name="facts"/>; see <see cref="FactKinds.All"/>.</summary>
    public static int MaskOf(IReadOnlyList<DerivedFact> facts)
    {
        var mask = 1;
        for (var i = 0; i < facts.Count; i++)
        {
            mask |= 1 << facts[i].KindIndex;
        }

        return mask;
    }

    /// <summary>How many facts of <paramref name="kinds"/> a kept array has.</summary>
    public static int CountOf(ReadOnlySpan<byte> json, IReadOnlyList<string> kinds)
    {
        var reader = new Utf8JsonReader(json);
        var count = 0;
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && reader.ValueTextEquals("kind"u8))
            {
                reader.Read();
                foreach (var kind in kinds)
                {
                    if (reader.ValueTextEquals(kind))
                    {
                        count++;
                        break;
                    }
                }
            }
        }

        return count;
    }
}
