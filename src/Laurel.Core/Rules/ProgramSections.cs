using System.Text.Json;

namespace Laurel.Rules;

/// <summary>The members of a program document. Source: program.md.</summary>
internal static class ProgramSections
{
    public const string Version = "version";
    public const string TimeZone = "time_zone";
    public const string Currencies = "currencies";
    public const string PointRules = "point_rules";
    public const string Badges = "badges";
    public const string Challenges = "challenges";
    public const string Streaks = "streaks";
    public const string Tiers = "tiers";
    public const string Rewards = "rewards";

    /// <summary>Lists of definitions that have a code, in the order in which changes are listed.</summary>
    public static readonly string[] WithCodes = [Currencies, PointRules, Badges, Challenges, Streaks, Tiers, Rewards];

    /// <summary>Lists that this version cannot honour: refused unless empty.</summary>
    public static readonly string[] NotBuilt = ["leaderboards"];

    /// <summary>All members of a document.</summary>
    public static readonly string[] All = [Version, TimeZone, .. WithCodes, .. NotBuilt];

    /// <summary>The code of a definition as written; null where it has none.</summary>
    public static string? CodeOf(JsonElement definition) =>
        definition.ValueKind == JsonValueKind.Object && definition.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String
            ? code.GetString()
            : null;

    /// <summary>Active unless it says otherwise.</summary>
    public static bool IsActive(JsonElement definition) =>
        !definition.TryGetProperty("is_active", out var flag) || flag.ValueKind != JsonValueKind.False;
}
