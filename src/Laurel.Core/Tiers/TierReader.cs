using System.Text.Json;
using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>Reads the tiers of a program document. Source: program.md "tiers", gamification-api.md "Tiers".</summary>
internal static class TierReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "level", "color", "award_type", "criteria_config", "benefits", "requalify", "display_order", "is_active",
    ];

    private static readonly string[] CriteriaMembers = ["min_points"];
    private static readonly string[] RequalifyMembers = ["period", "min_points", "else"];

    /// <summary>Reads a tier; null after a fault.</summary>
    public static Tier? Read(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a tier", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        members.Require("level", "a whole number; a higher level is a higher tier");
        var level = members.WholeNumber("level", 0, ProgramLimits.TierLevel);
        var color = members.Text("color", ProgramLimits.LabelLength);
        var isAutomatic = members.Choice("award_type", "automatic", "manual") == "automatic";
        var minPoints = MinPoints(members, scope, isAutomatic);
        members.Items("benefits", ProgramLimits.Benefits);
        var requalify = Requalify(members, scope, isAutomatic);
        members.WholeNumber("display_order", int.MinValue, int.MaxValue);
        var isActive = members.Flag("is_active", otherwise: true);
        return scope.Faults.Count == before
            ? new Tier(code!, name ?? code!, (int)level!, color, isAutomatic, minPoints ?? 0, requalify, isActive)
            : null;
    }

    /// <summary>
    /// Checks the active tiers against each other: one tier a level, and a higher automatic tier needs more points, since nobody could reach it otherwise.
    /// A tier that must be earned again needs one below it to fall to.
    /// </summary>
    public static void CheckLadder(IReadOnlyList<(Tier Tier, string Pointer)> tiers, FaultList faults)
    {
        (Tier Tier, string Pointer)? lower = null;
        (Tier Tier, string Pointer)? lowerAutomatic = null;
        foreach (var entry in tiers.Where(entry => entry.Tier.IsActive).OrderBy(entry => entry.Tier.Level))
        {
            if (lower?.Tier is { } same && same.Level == entry.Tier.Level)
            {
                faults.Add($"{entry.Pointer}/level", $"is {entry.Tier.Level}, the level of the tier '{same.Code}' too; each active tier needs its own");
            }
            else if (entry.Tier.IsAutomatic && lowerAutomatic?.Tier is { } below && below.MinPoints >= entry.Tier.MinPoints)
            {
                faults.Add(
                    $"{entry.Pointer}/criteria_config/min_points",
                    $"must be more than the {below.MinPoints} of the lower tier '{below.Code}', but is {entry.Tier.MinPoints}");
            }

            if (entry.Tier.Requalify is not null && lowerAutomatic is null)
            {
                faults.Add($"{entry.Pointer}/requalify", "needs a lower active tier with award_type automatic to fall to; add one, or remove requalify");
            }

            lower = entry;
            lowerAutomatic = entry.Tier.IsAutomatic ? entry : lowerAutomatic;
        }
    }

    private static TierRequalification? Requalify(Members parent, ReadingScope scope, bool isAutomatic)
    {
        if (parent.Find("requalify") is not { } value
            || Members.Open(value, parent.PointerTo("requalify"), "requalify", RequalifyMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        if (!isAutomatic)
        {
            members.FaultHere("is for tiers with award_type automatic: a manual tier is kept until it is taken by hand; remove it");
        }

        var period = PeriodReader.Rhythm(members, "period", PeriodKind.Year);
        members.Require("min_points", "points earned within a period that keep the tier");
        var minPoints = members.WholeNumber("min_points", 1, ProgramLimits.Total);
        var fall = members.Choice("else", "one_level_down", "lowest") == "lowest" ? TierFall.Lowest : TierFall.OneLevelDown;
        return period is null || minPoints is null ? null : new TierRequalification(period.Value, minPoints.Value, fall);
    }

    private static long? MinPoints(Members parent, ReadingScope scope, bool isAutomatic)
    {
        var value = isAutomatic
            ? parent.Require("criteria_config", "an object such as {\"min_points\": 1000}, or award_type manual")
            : parent.Find("criteria_config");
        if (value is null || Members.Open(value.Value, parent.PointerTo("criteria_config"), "criteria_config", CriteriaMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        if (isAutomatic)
        {
            members.Require("min_points", "points earned over the lifetime that reach the tier");
        }

        return members.WholeNumber("min_points", 0, ProgramLimits.Total);
    }
}
