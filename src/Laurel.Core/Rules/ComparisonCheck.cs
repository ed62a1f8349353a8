using System.Globalization;
using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>Finds comparisons that could never hold: a misspelt code or date matches nothing, and nobody would notice.</summary>
internal static class ComparisonCheck
{
    /// <summary>Adds a fault where the comparison that <paramref name="members"/> hold can be told to be wrong from what the document defines.</summary>
    public static void Check(Members members, PropertyPath path, ConditionOperator op, in PropertyValue operand, string? eventName, ReadingScope scope)
    {
        if (path.Root is PropertyRoot.LocalDay or PropertyRoot.LocalWeek or PropertyRoot.LocalMonth)
        {
            CheckLocalPeriod(members, path, op, operand, scope.Faults);
            return;
        }

        var section = path.Root switch
        {
            PropertyRoot.ParticipantTier => ProgramSections.Tiers,
            PropertyRoot.ParticipantBadges => ProgramSections.Badges,
            _ => SectionOfFactData(path.Text, eventName),
        };
        var namesCodes = path.Root == PropertyRoot.ParticipantBadges ? op == ConditionOperator.Contains : IsEquality(op);
        if (section is not null && namesCodes)
        {
            scope.Codes.Check(section, operand, members.PointerTo("value"), scope.Faults);
        }
    }

    private static bool IsEquality(ConditionOperator op) =>
        op is ConditionOperator.Eq or ConditionOperator.Ne or ConditionOperator.In or ConditionOperator.NotIn;

    private static string? SectionOfFactData(string path, string? eventName) => eventName is null || FactData.MembersOf(eventName) is null
        ? null
        : path switch
        {
            "properties." + FactData.Currency => ProgramSections.Currencies,
            "properties." + FactData.BadgeCode => ProgramSections.Badges,
            "properties." + FactData.ChallengeCode => ProgramSections.Challenges,
            "properties." + FactData.ObjectiveCode => DefinedCodes.Objectives,
            "properties." + FactData.TierCode => ProgramSections.Tiers,
            "properties." + FactData.RewardCode => ProgramSections.Rewards,
            "properties." + FactData.StreakCode => ProgramSections.Streaks,
            _ => null,
        };

    private static void CheckLocalPeriod(Members members, PropertyPath path, ConditionOperator op, in PropertyValue operand, FaultList faults)
    {
        var example = path.Root switch
        {
            PropertyRoot.LocalDay => "2026-02-14",
            PropertyRoot.LocalWeek => "2026-W07",
            _ => "2026-02",
        };
        if (op is ConditionOperator.Gt or ConditionOperator.Gte or ConditionOperator.Lt or ConditionOperator.Lte)
        {
            members.Fault("op", $"{ConditionReader.NameOf(op)} compares numbers, but {path.Text} is a text such as {example}; use eq, in or starts_with");
            return;
        }

        if (!IsEquality(op))
        {
            return;
        }

        var pointer = members.PointerTo("value");
        var values = operand.Kind == PropertyKind.List ? operand.Items! : [operand];
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].Text is not { } text || !IsPeriod(path.Root, text))
            {
                faults.Add(operand.Kind == PropertyKind.List ? $"{pointer}/{i}" : pointer, $"must be written as {path.Text} is, such as {example}");
            }
        }
    }

    private static bool IsPeriod(PropertyRoot root, string text) => root switch
    {
        PropertyRoot.LocalDay => IsDate(text),
        PropertyRoot.LocalMonth => IsDate($"{text}-01"),
        _ => text.Length == 8
            && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && int.TryParse(text.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var week)
            && year > 0 && week > 0 && week <= ISOWeek.GetWeeksInYear(year)
            && Period.Of(PeriodKind.Week, DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday))).ToString() == text,
    };

    private static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
