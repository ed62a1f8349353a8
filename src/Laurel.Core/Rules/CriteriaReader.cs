using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>Reads what badges and objectives count: event name, condition, metric, target. Source: program.md, semantics §8 "metric".</summary>
internal static class CriteriaReader
{
    /// <summary>The members that <see cref="Read"/> reads.</summary>
    public static readonly string[] MemberNames = ["event_name", "where", "metric", "target"];

    /// <summary>Reads the criteria that <paramref name="members"/> hold among others; null after a fault.</summary>
    public static Criteria? Read(Members members, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        var eventName = EventName(members);
        var where = ConditionReader.ReadMember(members, "where", scope, eventName);
        var metric = MetricReader.ReadMember(members, scope, eventName);
        var target = MetricReader.Target(members, metric);
        return scope.Faults.Count == before && eventName is not null && metric is not null && target is not null
            ? new Criteria(eventName, where, metric, target.Value)
            : null;
    }

    /// <summary>What a rule listens to: the name of a caller's event, or a kind of derived fact.</summary>
    public static string? EventName(Members members)
    {
        const string Name = "event_name";
        members.Require(Name, "the name of the event to listen to, such as purchase_completed");
        if (members.Text(Name, Identifiers.EventNameMaxLength) is not { } text)
        {
            return null;
        }

        if (Identifiers.EventNameFault(text) is { } fault)
        {
            members.Fault(Name, fault);
            return null;
        }

        return text;
    }
}
