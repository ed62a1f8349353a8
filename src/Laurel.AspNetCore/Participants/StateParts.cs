using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Points;
using Laurel.Rules;

namespace Laurel.AspNetCore.Participants;

/// <summary>Writes the parts of a participant's state, with names from the rule book of now.</summary>
internal static partial class StateParts
{
    public static void WritePoints(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        writer.WriteStartObject();
        WritePointMembers(writer, state, book);
        writer.WriteEndObject();
    }

    /// <summary>The default currency's balance, and <c>currencies</c> with the balance of each.</summary>
    public static void WritePointMembers(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        WriteBalance(writer, state.BalanceOf(book.Currencies[0].Code));
        writer.WriteStartObject("currencies");
        var codes = book.Currencies.Select(currency => currency.Code).Concat(state.Balances.Select(balance => balance.Currency));
        foreach (var code in codes.Distinct(StringComparer.Ordinal))
        {
            writer.WriteStartObject(code);
            WriteBalance(writer, state.BalanceOf(code));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void WriteBadges(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        writer.WriteStartArray();
        foreach (var held in state.Badges)
        {
            var badge = book.FindBadge(held.Code);
            writer.WriteStartObject();
            writer.WriteString("code", held.Code);
            writer.WriteString("name", badge?.Name ?? held.Code);
            writer.WriteString("rarity", badge?.Rarity);
            writer.WriteString("icon", badge?.IconUrl);
            writer.WriteString("earned_at", held.EarnedAt.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteBalance(Utf8JsonWriter writer, Balance balance)
    {
        writer.WriteNumber("balance", balance.Current);
        writer.WriteNumber("total_earned", balance.Earned);
        writer.WriteNumber("total_spent", balance.Spent);
    }
}
