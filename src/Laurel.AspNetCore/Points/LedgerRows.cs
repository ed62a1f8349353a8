using System.Text.Json;
using Laurel.AspNetCore.Participants;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Points;

/// <summary>Lines of the ledger: the facts of one input that move points, the last made first.</summary>
internal static class LedgerRows
{
    public static void Write(Utf8JsonWriter writer, FactsEntry entry)
    {
        using var facts = JsonDocument.Parse(entry.Input.Facts);
        using var payload = JsonDocument.Parse(entry.Input.Properties);
        foreach (var (place, fact) in FactRows.Matching(facts.RootElement, entry, LedgerApi.Kinds))
        {
            Write(writer, entry.Input, place, fact!.Value, payload.RootElement);
        }
    }

    private static void Write(Utf8JsonWriter writer, LogRow input, int place, JsonElement fact, JsonElement payload)
    {
        var data = fact.GetProperty("data"u8);
        var kind = fact.GetProperty("kind"u8).GetString()!;
        var amount = data.GetProperty("amount"u8).GetInt64();
        var (type, isCredit) = kind switch
        {
            FactKinds.PointsAwarded => ("award", true),
            FactKinds.PointsRefunded => ("refund", true),
            FactKinds.PointsDeducted => ("deduct", false),
            FactKinds.PointsExpired => ("expire", false),
            _ => throw new InvalidOperationException($"{kind} moves no points."),
        };
        writer.WriteStartObject();
        writer.WriteString("transaction_id", FactRows.IdOf(input, place));
        writer.WriteString("type", type);
        writer.WriteString("currency", data.GetProperty("currency"u8).GetString());
        writer.WriteNumber("amount", isCredit ? amount : -amount);
        writer.WriteNumber("balance_after", data.GetProperty("new_balance"u8).GetInt64());
        writer.WritePropertyName("source");
        fact.GetProperty("source"u8).WriteTo(writer);

        // The caller's note belongs to the line that the call itself made, not to what it set off.
        var isOwn = input.Kind == InputKind.Command && fact.GetProperty("caused_by"u8).GetInt32() < 0;
        WriteNote(writer, "reason", isOwn ? payload : default);
        WriteNote(writer, "metadata", isOwn ? payload : default);
        writer.WriteString("caused_by", FactDocument.CauseOf(fact, input.EventId, input.Kind == InputKind.Event)?.ToString());
        writer.WriteString("event_id", input.Kind == InputKind.Event ? input.EventId.ToString() : null);
        writer.WriteString("occurred_at", FactRows.OccurredAt(input, fact).ToString());
        writer.WriteString("recorded_at", input.ReceivedAt.ToString());
        writer.WriteEndObject();
    }

    private static void WriteNote(Utf8JsonWriter writer, string name, JsonElement payload)
    {
        writer.WritePropertyName(name);
        if (payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var note))
        {
            note.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
