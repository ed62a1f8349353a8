using System.Text.Json;
using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>Reads one point rule of a program document. Source: program.md "point_rules".</summary>
internal static class PointRuleReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "event_name", "where", "amount", "currency", "expires_after", "cap", "active_from", "active_to", "is_active",
    ];

    private static readonly string[] AmountMembers = ["property", "multiply", "round", "min", "max"];
    private static readonly string[] CapMembers = ["period", "amount"];

    /// <summary>Reads a rule; null after a fault.</summary>
    public static PointRule? Read(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a point rule", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        var eventName = CriteriaReader.EventName(members);
        var where = ConditionReader.ReadMember(members, "where", scope, eventName);
        var amount = Amount(members, scope, eventName);
        var currency = RewardReader.Currency(members, scope);
        var expiresAfter = members.Duration("expires_after");
        var cap = Cap(members, scope);
        var from = members.Instant("active_from");
        var to = members.Instant("active_to");
        if (to <= from)
        {
            members.Fault("active_to", $"must be later than active_from, {from}, but is {to}");
        }

        var isActive = members.Flag("is_active", otherwise: true);
        return scope.Faults.Count == before
            ? new PointRule(code!, name ?? code!, eventName!, where, amount!, currency, expiresAfter, cap, from, to, isActive)
            : null;
    }

    private static PointAmount? Amount(Members parent, ReadingScope scope, string? eventName)
    {
        var expected = $"whole points from 1 to {ProgramLimits.PointAmount}, or an object such as {{\"property\": \"properties.amount\", \"multiply\": 1}}";
        if (parent.Require("amount", expected) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            return parent.WholeNumber("amount", 1, ProgramLimits.PointAmount) is { } points ? new PointAmount.Constant(points) : null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            parent.Fault("amount", $"must be {expected}, but is {Members.Shown(value)}");
            return null;
        }

        var members = Members.Open(value, parent.PointerTo("amount"), "an amount", AmountMembers, scope.Faults)!;
        var path = members.Require("property", "a path such as properties.amount") is { } property
            ? PropertyPathReader.ReadNumber(property, members.PointerTo("property"), eventName, scope.Faults)
            : null;
        var multiply = members.PositiveNumber("multiply", ProgramLimits.Multiply) ?? 1;
        var round = members.Choice("round", "down", "nearest", "up") switch
        {
            "up" => PointRounding.Up,
            "nearest" => PointRounding.Nearest,
            _ => PointRounding.Down,
        };
        var min = members.WholeNumber("min", 0, ProgramLimits.PointBound);
        var max = members.WholeNumber("max", 1, ProgramLimits.PointBound);
        if (min > max)
        {
            members.Fault("min", $"must be at most max, {max}, but is {min}");
        }

        return path is null ? null : new PointAmount.Proportional(path, multiply, round, min, max);
    }

    private static PointCap? Cap(Members parent, ReadingScope scope)
    {
        if (parent.Find("cap") is not { } value
            || Members.Open(value, parent.PointerTo("cap"), "a cap", CapMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        var period = PeriodReader.Span(members, "period");
        members.Require("amount", "the most points one participant gets from the rule within a period");
        var amount = members.WholeNumber("amount", 1, ProgramLimits.Total);
        return period is null || amount is null ? null : new PointCap(period.Value, amount.Value);
    }
}
