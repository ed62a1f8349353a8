using System.Text.Json;
using Laurel.Calendars;

namespace Laurel.Rules;

/// <summary>Reads what is measured of matching events. Source: program.md "metric types", semantics §8 "metric".</summary>
internal static class MetricReader
{
    private static readonly string[] MemberNames = ["type", "property", "period"];
    private static readonly string[] Types = ["count", "sum", "max", "min", "distinct", "streak"];

    /// <summary>Reads the member <c>metric</c>: a count where absent, null after a fault. <paramref name="eventName"/> is what the rule listens to.</summary>
    public static Metric? ReadMember(Members parent, ReadingScope scope, string? eventName)
    {
        if (parent.Find("metric") is not { } value)
        {
            return new Metric.Count();
        }

        if (Members.Open(value, parent.PointerTo("metric"), "a metric", MemberNames, scope.Faults) is not { } members
            || members.Require("type", $"one of {string.Join(", ", Types)}") is not { } type)
        {
            return null;
        }

        switch (members.Choice("type", Types))
        {
            case "streak":
                members.Without("a streak, which counts periods with an event,", "property");
                return PeriodReader.Rhythm(members, "period", PeriodKind.Month) is { } period ? new Metric.Streak(period) : null;
            case "distinct":
                members.Without("distinct", "period");
                return PropertyOf(members, "whose different values to count, such as properties.sku or local_day") is { } counted
                    && PropertyPathReader.ReadValue(counted, members.PointerTo("property"), eventName, scope.Faults) is { } values
                    ? new Metric.Distinct(values)
                    : null;
            case "count" when type.ValueEquals("count"):
                members.Without("a count", "property", "period");
                return new Metric.Count();
            case "count":
                return null;
            case var measured:
                members.Without($"the metric {measured}", "period");
                return PropertyOf(members, $"{Wanted(measured)}, such as properties.amount") is { } property
                    && PropertyPathReader.ReadNumber(property, members.PointerTo("property"), eventName, scope.Faults) is { } path
                    ? Measured(measured, path)
                    : null;
        }
    }

    /// <summary>Reads the member <c>target</c>, as far as <paramref name="metric"/> (null where it has a fault) can reach.</summary>
    public static decimal? Target(Members members, Metric? metric)
    {
        const string Name = "target";
        members.Require(Name, "how much of the metric must be reached, such as 5");
        return metric switch
        {
            // What could be counted by the thousand must be kept by the thousand, for each participant.
            Metric.Distinct => members.WholeNumber(Name, 1, ProgramLimits.DistinctTarget),
            Metric.Streak => members.WholeNumber(Name, 1, ProgramLimits.StreakPeriods),
            _ => members.PositiveNumber(Name, ProgramLimits.Total),
        };
    }

    private static JsonElement? PropertyOf(Members members, string expected) => members.Require("property", expected);

    private static string Wanted(string type) => type switch
    {
        "sum" => "what to add up",
        "max" => "the number whose largest is wanted",
        _ => "the number whose smallest is wanted",
    };

    private static Metric Measured(string type, PropertyPath path) => type switch
    {
        "sum" => new Metric.Sum(path),
        "max" => new Metric.Max(path),
        _ => new Metric.Min(path),
    };
}
