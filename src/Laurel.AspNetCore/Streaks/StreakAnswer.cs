using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Streaks;

namespace Laurel.AspNetCore.Streaks;

/// <summary>The answer to a period recorded by hand. Source: gamification-api.md, "Streaks"; <c>participant_id</c> and <c>rewards_granted</c> are ours.</summary>
internal static class StreakAnswer
{
    /// <summary>Writes what a record made. Freezes that were used for periods before it stand before its own fact.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RecordStreakInput record, Decision decision)
    {
        var extended = decision.Facts.OfType<StreakExtended>().First(fact => fact.Code == record.StreakCode);
        WriteStart(writer, participantId, record.StreakCode, decision.State, extended.IsNewRecord, alreadyRecorded: false);
        FactDocument.WriteGrants(writer, record.Id, decision.Facts);
        writer.WriteEndObject();
    }

    /// <summary>Writes that the period was recorded before: this call made nothing.</summary>
    public static void WriteAlreadyRecorded(Utf8JsonWriter writer, string participantId, string streakCode, ParticipantState state)
    {
        WriteStart(writer, participantId, streakCode, state, isNewRecord: false, alreadyRecorded: true);
        writer.WriteStartArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter writer, string participantId, string streakCode, ParticipantState state, bool isNewRecord, bool alreadyRecorded)
    {
        var held = Array.Find(state.Streaks, held => held.Code == streakCode)!;
        writer.WriteStartObject();
        writer.WriteString("participant_id"u8, participantId);
        writer.WriteString("streak_code"u8, streakCode);
        writer.WriteNumber("new_count"u8, held.CurrentCount);
        writer.WriteNumber("longest_count"u8, held.Longest);
        writer.WriteBoolean("is_new_record"u8, isNewRecord);
        writer.WriteBoolean("already_recorded"u8, alreadyRecorded);
        writer.WritePropertyName("rewards_granted"u8);
    }
}
