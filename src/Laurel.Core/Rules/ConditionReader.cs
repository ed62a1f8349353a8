using System.Text.Json;
using System.Text.RegularExpressions;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>
/// Reads one condition, as <c>where</c> or <c>eligibility</c> holds it, into its typed form. <paramref name="eventName"/> is what the rule listens to,
/// null where that is open. Source: program.md "where".
/// </summary>
internal sealed class ConditionReader(ReadingScope scope, string? eventName)
{
    private const string Noun = "a condition";
    private static readonly string[] Groups = ["all", "any", "not"];
    private static readonly string[] CompareMembers = ["property", "op", "value"];

    /// <summary>Their names, in the order of <see cref="ConditionOperator"/>.</summary>
    private static readonly string[] Operators =
    [
        "eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains", "starts_with", "ends_with", "exists", "not_exists", "matches",
    ];

    private int _parts;

    /// <summary>An operator as documents write it.</summary>
    public static string NameOf(ConditionOperator op) => Operators[(int)op];

    /// <summary>Reads the member <paramref name="name"/>; null where it is absent, and after a fault.</summary>
    public static Condition? ReadMember(Members members, string name, ReadingScope scope, string? eventName)
    {
        if (members.Find(name) is not { } value)
        {
            return null;
        }

        var reader = new ConditionReader(scope, eventName);
        var condition = reader.Read(value, members.PointerTo(name), depth: 1);
        if (reader._parts > ProgramLimits.ConditionParts)
        {
            members.Fault(name, $"must have at most {ProgramLimits.ConditionParts} comparisons and groups, but has more");
        }

        return condition;
    }

    private Condition? Read(JsonElement element, string pointer, int depth)
    {
        if (++_parts > ProgramLimits.ConditionParts)
        {
            return null;
        }

        if (depth > ProgramLimits.ConditionDepth)
        {
            scope.Faults.Add(pointer, $"is nested {depth} deep; conditions may be nested at most {ProgramLimits.ConditionDepth} deep");
            return null;
        }

        var group = element.ValueKind == JsonValueKind.Object
            ? Array.Find(Groups, name => element.TryGetProperty(name, out _))
            : null;
        if (Members.Open(
            element, pointer, group is null ? Noun : $"{Noun} of '{group}'", group is null ? CompareMembers : [group], scope.Faults) is not { } members)
        {
            return null;
        }

        return group switch
        {
            null => Compare(members),
            "not" => Not(members, depth),
            _ => Group(members, group, depth),
        };
    }

    private Condition.Not? Not(Members members, int depth)
    {
        var part = members.Require("not", Noun) is { } value ? Read(value, members.PointerTo("not"), depth + 1) : null;
        return part is null ? null : new Condition.Not(part);
    }

    private Condition? Group(Members members, string name, int depth)
    {
        var list = members.Find(name);
        if (list is null || (list.Value.ValueKind == JsonValueKind.Array && list.Value.GetArrayLength() == 0))
        {
            members.Fault(name, "must list at least one condition; leave the group out where there is none");
        }

        var items = members.Items(name, ProgramLimits.ConditionParts);
        var parts = new List<Condition>(items.Count);
        foreach (var (item, pointer) in items)
        {
            if (Read(item, pointer, depth + 1) is { } part)
            {
                parts.Add(part);
            }
        }

        return name == "all" ? new Condition.All(parts) : new Condition.Any(parts);
    }

    private Condition.Compare? Compare(Members members)
    {
        var path = members.Require("property", "a path such as properties.amount") is { } property
            ? PropertyPathReader.Read(property, members.PointerTo("property"), eventName, scope.Faults)
            : null;
        if (members.Require("op", $"one of {string.Join(", ", Operators)}") is not { } written)
        {
            return null;
        }

        var place = written.ValueKind == JsonValueKind.String ? Array.IndexOf(Operators, written.GetString()) : -1;
        if (place < 0)
        {
            members.Fault("op", $"must be one of {string.Join(", ", Operators)}, but is {Members.Shown(written)}");
            return null;
        }

        var op = (ConditionOperator)place;
        Regex? pattern = null;
        var operand = op == ConditionOperator.Matches ? Pattern(members, out pattern) : Operand(members, op);
        if (path is null || operand is null)
        {
            return null;
        }

        ComparisonCheck.Check(members, path, op, operand.Value, eventName, scope);
        return new Condition.Compare(path, op, operand.Value, pattern);
    }

    private PropertyValue? Operand(Members members, ConditionOperator op)
    {
        var found = members.FindWithNull("value");
        if (op is ConditionOperator.Exists or ConditionOperator.NotExists)
        {
            if (found is not null)
            {
                members.Fault("value", $"{Operators[(int)op]} takes no value; remove it");
            }

            return PropertyValue.Missing;
        }

        if (found is not { } value)
        {
            members.Fault("value", $"is required by {Operators[(int)op]}: {Expected(op)}");
            return null;
        }

        if (op is ConditionOperator.In or ConditionOperator.NotIn)
        {
            return List(members, value);
        }

        var operand = Scalar(value, members.PointerTo("value"), Expected(op));
        if (operand is null)
        {
            return null;
        }

        var fits = op switch
        {
            ConditionOperator.Gt or ConditionOperator.Gte or ConditionOperator.Lt or ConditionOperator.Lte => operand.Value.Kind == PropertyKind.Number,
            ConditionOperator.StartsWith or ConditionOperator.EndsWith => operand.Value.Text is { Length: > 0 },
            _ => true,
        };
        if (!fits)
        {
            members.Fault("value", $"must be {Expected(op)} for {Operators[(int)op]}, but is {Members.Shown(value)}");
            return null;
        }

        return operand;
    }

    private static string Expected(ConditionOperator op) => op switch
    {
        ConditionOperator.Gt or ConditionOperator.Gte or ConditionOperator.Lt or ConditionOperator.Lte => "a number",
        ConditionOperator.In or ConditionOperator.NotIn => "a list of texts, numbers, true, false or null",
        ConditionOperator.StartsWith or ConditionOperator.EndsWith => "a text of at least one character",
        ConditionOperator.Matches => "a regular expression",
        _ => "a text, a number, true, false or null",
    };

    private PropertyValue? List(Members members, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            members.Fault("value", $"must be {Expected(ConditionOperator.In)}, but is {Members.Shown(value)}");
            return null;
        }

        if (value.GetArrayLength() == 0)
        {
            members.Fault("value", "must list at least one value");
            return null;
        }

        var items = new List<PropertyValue>();
        foreach (var (item, pointer) in members.Items("value", ProgramLimits.ListedValues))
        {
            if (Scalar(item, pointer, "a text, a number, true, false or null") is { } scalar)
            {
                items.Add(scalar);
            }
        }

        return PropertyValue.Of(items);
    }

    private PropertyValue? Scalar(JsonElement value, string pointer, string expected)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return PropertyValue.Null;
            case JsonValueKind.True or JsonValueKind.False:
                return PropertyValue.Of(value.ValueKind == JsonValueKind.True);
            case JsonValueKind.Number when Members.TryReadNumber(value, out var number):
                return PropertyValue.Of(number);
            case JsonValueKind.Number:
                scope.Faults.Add(pointer, $"must be a number of at most 28 digits, but is {Members.Shown(value)}");
                return null;
            case JsonValueKind.String:
                var text = value.GetString()!;
                if (Identifiers.CodePoints(text) is var length and > ProgramLimits.OperandLength)
                {
                    scope.Faults.Add(pointer, $"must have at most {ProgramLimits.OperandLength} characters, but has {length}");
                    return null;
                }

                return PropertyValue.Of(text);
            default:
                scope.Faults.Add(pointer, $"must be {expected}, but is {Members.Shown(value)}");
                return null;
        }
    }

    private PropertyValue? Pattern(Members members, out Regex? pattern)
    {
        pattern = null;
        if (members.Require("value", Expected(ConditionOperator.Matches)) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            members.Fault("value", $"must be {Expected(ConditionOperator.Matches)}, a text, but is {Members.Shown(value)}");
            return null;
        }

        var text = value.GetString()!;
        if (text.Length is 0 or > ProgramLimits.PatternLength)
        {
            members.Fault("value", $"must be a regular expression of 1 to {ProgramLimits.PatternLength} characters, but has {text.Length}");
            return null;
        }

        if (++scope.Patterns > ProgramLimits.Patterns)
        {
            members.Fault("value", $"is one pattern too many: a document may have {ProgramLimits.Patterns}");
            return null;
        }

        try
        {
            // Linear time whatever the payload, since a payload comes from outside.
            pattern = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            var parts = PatternSize.Of(text);
            if (parts <= ProgramLimits.PatternParts)
            {
                return PropertyValue.Of(text);
            }

            members.Fault("value", parts is null
                ? "must be written without the option x, and with \\[ for a [ inside a class"
                : $"has {parts} parts once its counted repeats are written out (repeats within repeats count squared); at most {ProgramLimits.PatternParts}. "
                    + "Make the counts smaller, or use * or +");
            return null;
        }
        catch (RegexParseException exception)
        {
            members.Fault("value", $"is no regular expression: {exception.Error} at character {exception.Offset}");
        }
        catch (NotSupportedException)
        {
            members.Fault("value", "must run in linear time: leave out lookarounds, backreferences and atomic groups, and make counted repeats smaller");
        }

        return null;
    }
}
