using System.Text.Json;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Badges;

/// <summary>A badge in a participant's cabinet. <paramref name="Badge"/> is null where the program does not know it any more; <paramref name="EarnedAt"/> where it is not earned.</summary>
internal sealed record BadgeRow(string Code, Badge? Badge, Timestamp? EarnedAt)
{
    /// <summary>
    /// What the participant has or can see: by display order, then in document order. What is withdrawn is shown only to those who have it.
    /// </summary>
    public static IEnumerable<BadgeRow> Of(RuleBook book, ParticipantState state)
    {
        var held = state.Badges.ToDictionary(badge => badge.Code, badge => badge.EarnedAt, StringComparer.Ordinal);
        var known = book.Badges
            .Where(badge => badge.IsActive || held.ContainsKey(badge.Code))
            .OrderBy(badge => badge.DisplayOrder)
            .Select(badge => new BadgeRow(badge.Code, badge, held.TryGetValue(badge.Code, out var earnedAt) ? earnedAt : null));
        return known.Concat(state.Badges.Where(badge => book.FindBadge(badge.Code) is null).Select(badge => new BadgeRow(badge.Code, null, badge.EarnedAt)));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("code", Code);
        writer.WriteString("name", Badge?.Name ?? Code);
        writer.WriteString("description", Badge?.Description ?? "");
        writer.WriteString("icon", Badge?.IconUrl);
        writer.WriteString("rarity", Badge?.Rarity);
        writer.WriteString("category", Badge?.Category);
        writer.WriteBoolean("earned", EarnedAt is not null);
        writer.WriteString("earned_at", EarnedAt?.ToString());
        writer.WriteEndObject();
    }
}
