using System.Text.Json;
using Laurel.Calendars;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Streaks;

namespace Laurel.AspNetCore.Participants;

internal static partial class StateParts
{
    public static void WriteStreaks(Utf8JsonWriter writer, ParticipantState state, RuleBook book, Timestamp now)
    {
        writer.WriteStartArray();
        foreach (var streak in book.Streaks)
        {
            var held = Array.Find(state.Streaks, held => held.Code == streak.Code);

            // What is withdrawn is shown only to those who had one.
            if (!streak.IsActive && held is null)
            {
                continue;
            }

            var standing = StreakStanding.Of(book, streak, held, now);
            writer.WriteStartObject();
            writer.WriteString("code", streak.Code);
            writer.WriteString("name", streak.Name);
            writer.WriteString("period", RhythmOf(streak.Period));
            writer.WriteNumber("current_count", standing.CurrentCount);
            writer.WriteNumber("longest_count", standing.LongestCount);
            writer.WriteString("last_recorded_at", standing.LastRecordedAt?.ToString());
            writer.WriteBoolean("is_at_risk", standing.IsAtRisk);
            writer.WriteNumber("grace_periods", streak.GracePeriods);
            writer.WriteNumber("freezes", standing.Freezes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string RhythmOf(PeriodKind kind) => kind switch
    {
        PeriodKind.Day => "daily",
        PeriodKind.Week => "weekly",
        PeriodKind.Month => "monthly",
        _ => throw new InvalidOperationException($"A streak has the period {kind}."),
    };
}
