using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Badges;

/// <summary>Reads one badge of a program document. Source: program.md "badges", gamification-api.md "Badges".</summary>
internal static class BadgeReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "icon_url", "category", "rarity", "display_order", "criteria", "is_active",
    ];

    /// <summary>Reads a badge; null after a fault.</summary>
    public static Badge? Read(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a badge", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        var description = members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        var iconUrl = members.Text("icon_url", ProgramLimits.IconUrlLength);
        var category = members.Text("category", ProgramLimits.LabelLength);
        var rarity = members.Choice("rarity", "common", "rare", "epic", "legendary");
        var displayOrder = members.WholeNumber("display_order", int.MinValue, int.MaxValue) ?? 0;
        Criteria? criteria = null;
        if (members.Find("criteria") is { } written
            && Members.Open(written, members.PointerTo("criteria"), "criteria", CriteriaReader.MemberNames, scope.Faults) is { } inner)
        {
            criteria = CriteriaReader.Read(inner, scope);
        }

        var isActive = members.Flag("is_active", otherwise: true);
        return scope.Faults.Count == before
            ? new Badge(code!, name ?? code!, description ?? "", iconUrl, category, rarity, (int)displayOrder, criteria, isActive)
            : null;
    }
}
