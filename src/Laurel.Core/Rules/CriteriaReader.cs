using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>Reads what badges and objectives count: event name, condition, metric, target. Source: program.md, semantics §8 "metric".</summary>
internal static class CriteriaReader
{
    /// <summary>The members that <see cref="Read"/> reads.</summary>
    public static readonly string[] MemberNames = ["event_name", "where", "metric", "target"];

    private static readonly string[] MetricMembers = ["type", "property"];
    private static readonly string[] Later = ["max", "min", "distinct", "streak"];

    /// <summary>Reads the criteria that <paramref name="members"/> hold among others; null after a fault.</summary>
    public static Criteria? Read(Members members, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        var eventName = EventName(members);
        var where = ConditionReader.ReadMember(members, "where", scope, eventName);
        var metric = ReadMetric(members, scope, eventName);
        members.Require("target", "how much of the metric must be reached, such as 5");
        var target = members.PositiveNumber("target", ProgramLimits.Total);
        return scope.Faults.Count == before && eventName is not null && metric is not null && target is not null
            ? new Criteria(eventName, where, metric, target.Value)
            : null;
    }

    /// <summary>What a rule listens to: the name of a caller's event, or a kind of derived fact that this version makes.</summary>
    public static string? EventName(Members members)
    {
        const string Name = "event_name";
        members.Require(Name, "the name of the event to listen to, such as purchase_completed");
        if (members.Text(Name, Identifiers.EventNameMaxLength) is not { } text)
        {
            return null;
        }

        if (FactKinds.Later.Contains(text, StringComparer.Ordinal))
        {
            members.Fault(Name, $"'{text}' facts are not built yet in this version of Laurel; listen to something else");
            return null;
        }

        if (Identifiers.EventNameFault(text) is { } fault)
        {
            members.Fault(Name, fault);
            return null;
        }

        return text;
    }

    private static Metric? ReadMetric(Members parent, ReadingScope scope, string? eventName)
    {
        if (parent.Find("metric") is not { } value)
        {
            return new Metric.Count();
        }

        var pointer = parent.PointerTo("metric");
        if (Members.Open(value, pointer, "a metric", MetricMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        if (members.Require("type", "count or sum") is not { } type)
        {
            return null;
        }

        if (type.ValueKind == JsonValueKind.String && Later.Contains(type.GetString(), StringComparer.Ordinal))
        {
            members.Fault("type", $"the metric '{type.GetString()}' is not built yet in this version of Laurel; use count or sum");
            return null;
        }

        if (members.Choice("type", "count", "sum") == "count")
        {
            if (members.Has("property"))
            {
                members.Fault("property", "a count has no property; remove it, or use sum");
            }

            return new Metric.Count();
        }

        var path = members.Require("property", "what to add up, such as properties.amount") is { } property
            ? PropertyPathReader.ReadOfEvent(property, members.PointerTo("property"), eventName, scope.Faults)
            : null;
        return path is null ? null : new Metric.Sum(path);
    }
}
