using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Tiers;

/// <summary>The answer to a tier given by hand; all of it is ours.</summary>
internal static class TierAnswer
{
    /// <summary>Writes the tier held after all that the assignment set off, and the one before; they are the same where nothing changed.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RuleBook book, CommandInput command, Decision decision)
    {
        var held = decision.State.Tier!;
        var first = decision.Facts.OfType<TierChanged>().FirstOrDefault();
        var previous = first is null ? held.Code : first.PreviousCode;
        writer.WriteStartObject();
        writer.WriteString("participant_id"u8, participantId);
        writer.WriteStartObject("tier"u8);
        writer.WriteString("code"u8, held.Code);
        writer.WriteString("name"u8, book.Tiers.First(tier => tier.Code == held.Code).Name);
        writer.WriteNumber("level"u8, held.Level);
        writer.WriteEndObject();
        writer.WriteString("previous_code"u8, previous);
        if ((first is null ? held.Level : book.Tiers.FirstOrDefault(tier => tier.Code == previous)?.Level) is { } level)
        {
            writer.WriteNumber("previous_level"u8, level);
        }
        else
        {
            writer.WriteNull("previous_level"u8);
        }

        writer.WriteBoolean("changed"u8, first is not null);
        writer.WritePropertyName("rewards_granted"u8);
        FactDocument.WriteGrants(writer, command.Id, decision.Facts);
        writer.WriteEndObject();
    }
}
