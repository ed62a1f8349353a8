using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Tiers;

namespace Laurel.AspNetCore.Participants;

internal static partial class StateParts
{
    public static void WriteTier(Utf8JsonWriter writer, ParticipantState state, RuleBook book, Timestamp now)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("current_tier");
        WriteCurrentTier(writer, state, book);
        WriteNextTier(writer, state, book, now);
        writer.WriteEndObject();
    }

    /// <summary>Writes the member <c>next_tier</c>: the next one that points reach; null where there is none.</summary>
    public static void WriteNextTier(Utf8JsonWriter writer, ParticipantState state, RuleBook book, Timestamp now)
    {
        if (TierGoal.Next(book, state, now) is var (next, goal))
        {
            writer.WriteStartObject("next_tier");
            writer.WriteString("code", next.Code);
            writer.WriteString("name", next.Name);
            writer.WriteNumber("points_required", goal.Required);
            writer.WriteNumber("points_remaining", goal.Remaining);
            writer.WriteString("period_end", goal.PeriodEnd?.ToString());
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("next_tier");
        }
    }

    /// <summary>Writes the tier held; null where there is none.</summary>
    public static void WriteCurrentTier(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        if (state.Tier is not { } held)
        {
            writer.WriteNullValue();
            return;
        }

        var tier = book.Tiers.FirstOrDefault(tier => tier.Code == held.Code);
        writer.WriteStartObject();
        writer.WriteString("code", held.Code);
        writer.WriteString("name", tier?.Name ?? held.Code);
        writer.WriteNumber("level", held.Level);
        writer.WriteString("color", tier?.Color);
        writer.WriteString("achieved_at", held.AchievedAt.ToString());
        if (TierGoal.ToKeep(book, state) is { } goal)
        {
            writer.WriteStartObject("requalification");
            writer.WriteString("period_start", goal.PeriodStart?.ToString());
            writer.WriteString("period_end", goal.PeriodEnd?.ToString());
            writer.WriteNumber("points_required", goal.Required);
            writer.WriteNumber("points_earned", goal.Earned);
            writer.WriteNumber("points_remaining", goal.Remaining);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("requalification");
        }

        writer.WriteEndObject();
    }
}
