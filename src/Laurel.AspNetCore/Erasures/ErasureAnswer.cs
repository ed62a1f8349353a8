using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;

namespace Laurel.AspNetCore.Erasures;

/// <summary>The answer to an erasure: the fact that says so, and the balances that were left, which still count in every total. It names nobody.</summary>
internal static class ErasureAnswer
{
    public static void Write(Utf8JsonWriter writer, EraseInput input, ParticipantState state)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("erased"u8, true);
        writer.WriteString("fact_id"u8, DerivedFact.IdOf(input.Id, 0).ToString());
        writer.WriteString("erased_at"u8, input.ReceivedAt.ToString());
        writer.WriteStartObject("totals"u8);
        writer.WriteStartObject("points"u8);
        foreach (var balance in state.Balances)
        {
            writer.WriteStartObject(balance.Currency);
            writer.WriteNumber("balance"u8, balance.Current);
            writer.WriteNumber("total_earned"u8, balance.Earned);
            writer.WriteNumber("total_spent"u8, balance.Spent);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
