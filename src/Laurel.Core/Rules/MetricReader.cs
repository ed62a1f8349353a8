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
            || members.RequireChoice("type", Types) is not { } type)
        {
            return null;
        }

        if (type == "streak")
        {
            members.Without("a streak, which counts periods with an event,", "property");
            return PeriodReader.Rhythm(members, "period", PeriodKind.Month) is { } period ? new Metric.Streak(period) : null;
        }

        members.Without($"the metric {type}", "period");
        if (type == "count")
        {
            if (members.Has("property"))
            {
                members.Fault("property", "a count has no property; remove it, or use another metric such as sum");
            }

            return new Metric.Count();
        }

        if (members.Require("property", Wanted(type)) is not { } property)
        {
            return null;
        }

        var pointer = members.PointerTo("property");
        var path = type == "distinct"
            ? PropertyPathReader.ReadValue(property, pointer, eventName, scope.Faults)
            : PropertyPathReader.ReadNumber(property, pointer, eventName, scope.Faults);
        return path is null ? null : type switch
        {
            "sum" => new Metric.Sum(path),
            "max" => new Metric.Max(path),
            "min" => new Metric.Min(path),
            _ => new Metric.Distinct(path),
        };
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

    private static string Wanted(string type) => type switch
    {
        "sum" => "what to add up, such as properties.amount",
        "max" => "the number whose largest is wanted, such as properties.amount",
        "min" => "the number whose smallest is wanted, such as properties.amount",
        _ => "whose different values to count, such as properties.sku or local_day",
    };
}
