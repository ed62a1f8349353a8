using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;

namespace Laurel.AspNetCore.Events;

/// <summary>The body that answers a dry run: the answer of a real call with ids of nothing, all facts, and the trace.</summary>
internal static class DryRunAnswer
{
    public static ReadOnlyMemory<byte> Write(TriedEvent tried)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteBoolean("dry_run"u8, true);
        writer.WriteString("status"u8, "processed"u8);
        writer.WriteNull("event_id"u8);
        writer.WriteNull("fact_id"u8);
        writer.WritePropertyName("rewards_granted"u8);
        WriteGrants(writer, tried.Decision.Facts);
        writer.WriteStartArray("facts"u8);
        foreach (var fact in tried.Decision.Facts)
        {
            WriteFact(writer, fact);
        }

        writer.WriteEndArray();
        writer.WritePropertyName("trace"u8);
        EventTraceBody.Write(writer, eventId: null, tried.ProgramVersion, tried.Trace);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    // The same members as those of a real call, but for the ids, which are drawn when something is kept.
    private static void WriteGrants(Utf8JsonWriter writer, IReadOnlyList<DerivedFact> facts)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var grants = new Utf8JsonWriter(buffer, JsonAnswers.Options);
        FactDocument.WriteGrants(grants, default, facts);
        grants.Flush();
        var list = JsonNode.Parse(buffer.WrittenSpan)!.AsArray();
        foreach (var grant in list.OfType<JsonObject>())
        {
            grant["fact_id"] = null;
            if (grant.ContainsKey("claim_id"))
            {
                grant["claim_id"] = null;
            }
        }

        list.WriteTo(writer);
    }

    private static void WriteFact(Utf8JsonWriter writer, DerivedFact fact)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, fact.Kind);
        writer.WriteString("code"u8, fact.Code);
        writer.WriteStartObject("data"u8);
        fact.WriteData(writer);
        writer.WriteEndObject();
        if (fact.CausedBy >= 0)
        {
            writer.WriteNumber("caused_by"u8, fact.CausedBy);
        }
        else
        {
            writer.WriteNull("caused_by"u8);
        }

        writer.WriteEndObject();
    }
}
