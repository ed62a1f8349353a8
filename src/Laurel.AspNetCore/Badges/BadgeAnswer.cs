using System.Text.Json;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Badges;

/// <summary>The answer to a badge given by hand. Source: gamification-api.md, "Badges"; <c>rewards_granted</c> is ours.</summary>
internal static class BadgeAnswer
{
    /// <summary>Writes what an award made.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RuleBook book, AwardBadgeInput award, Decision decision)
    {
        WriteStart(writer, participantId, book, award.BadgeCode, decision.State, alreadyEarned: false);
        FactDocument.WriteGrants(writer, award.Id, decision.Facts);
        writer.WriteEndObject();
    }

    /// <summary>Writes that the participant has had the badge since before: this award made nothing.</summary>
    public static void WriteAlreadyEarned(Utf8JsonWriter writer, string participantId, RuleBook book, string badgeCode, ParticipantState state)
    {
        WriteStart(writer, participantId, book, badgeCode, state, alreadyEarned: true);
        writer.WriteStartArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter writer, string participantId, RuleBook book, string badgeCode, ParticipantState state, bool alreadyEarned)
    {
        var badge = book.FindBadge(badgeCode)!;
        writer.WriteStartObject();
        writer.WriteString("participant_id"u8, participantId);
        writer.WriteString("badge_code"u8, badge.Code);
        writer.WriteString("badge_name"u8, badge.Name);
        writer.WriteString("icon"u8, badge.IconUrl);
        writer.WriteString("rarity"u8, badge.Rarity);
        writer.WriteString("earned_at"u8, Array.Find(state.Badges, held => held.Code == badgeCode)!.EarnedAt.ToString());
        writer.WriteBoolean("already_earned"u8, alreadyEarned);
        writer.WritePropertyName("rewards_granted"u8);
    }
}
