using System.Text.Json;

namespace Laurel.AspNetCore.Definitions;

/// <summary>
/// A section of the program whose definitions can be read and written one at a time. <paramref name="Route"/> is its last step in the path,
/// <paramref name="Name"/> its member in the document, <paramref name="Word"/> one of its definitions for people, <paramref name="Noun"/> the same with its article.
/// Source: gamification-api.md "Admin definitions", program.md.
/// </summary>
internal sealed record DefinitionSection(string Route, string Name, string Word, string Noun)
{
    private const string Base = "/api/v1/gamify/admin";

    /// <summary>Every section there is; whatever must hold for each of them loops over this.</summary>
    public static readonly IReadOnlyList<DefinitionSection> All =
    [
        new("point-rules", "point_rules", "point rule", "a point rule"),
        new("badges", "badges", "badge", "a badge"),
        new("challenges", "challenges", "challenge", "a challenge"),
        new("streaks", "streaks", "streak", "a streak"),
        new("tiers", "tiers", "tier", "a tier"),
        new("rewards", "rewards", "reward", "a reward"),
    ];

    /// <summary>Where the section's list is.</summary>
    public string Path => $"{Base}/{Route}";

    /// <summary>Where one of its definitions is.</summary>
    public string PathOf(string code) => $"{Path}/{code}";

    /// <summary>The definitions that a document, which was read without a fault, has in this section.</summary>
    public IEnumerable<JsonElement> In(JsonElement document) =>
        document.TryGetProperty(Name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>The definition with this code, and its place from 0; null where the document has none.</summary>
    public (JsonElement Definition, int Place)? Find(JsonElement document, string code)
    {
        var place = 0;
        foreach (var definition in In(document))
        {
            if (definition.GetProperty("code").ValueEquals(code))
            {
                return (definition, place);
            }

            place++;
        }

        return null;
    }

    /// <summary>Active unless it says otherwise.</summary>
    public static bool IsActive(JsonElement definition) => !definition.TryGetProperty("is_active", out var flag) || flag.ValueKind != JsonValueKind.False;
}
