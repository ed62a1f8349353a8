using System.Text;
using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>Reads dotted paths. Source: program.md, semantics §8.</summary>
internal static class PropertyPathReader
{
    private const string Expected = "must be a path such as properties.amount, participant.tier, participant.badges, participant.attributes.plan or local_day";

    private const string Attributes = "participant.attributes.";

    /// <summary>
    /// Reads a path; null after a fault. <paramref name="eventName"/> is what the rule listens to, null where that is open: of a derived fact only
    /// the members it has may be named.
    /// </summary>
    public static PropertyPath? Read(JsonElement value, string pointer, string? eventName, FaultList faults)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            faults.Add(pointer, $"{Expected}, but is {Members.Shown(value)}");
            return null;
        }

        var text = value.GetString()!;
        if (text.Length > ProgramLimits.PathLength)
        {
            faults.Add(pointer, $"must have at most {ProgramLimits.PathLength} characters, but has {text.Length}");
            return null;
        }

        switch (text)
        {
            case "participant.tier":
                return new PropertyPath(PropertyRoot.ParticipantTier, [], text);
            case "participant.badges":
                return new PropertyPath(PropertyRoot.ParticipantBadges, [], text);
            case "local_day":
                return new PropertyPath(PropertyRoot.LocalDay, [], text);
            case "local_week":
                return new PropertyPath(PropertyRoot.LocalWeek, [], text);
            case "local_month":
                return new PropertyPath(PropertyRoot.LocalMonth, [], text);
        }

        if (text.StartsWith(Attributes, StringComparison.Ordinal))
        {
            return Split(text[Attributes.Length..], pointer, faults) is { } names
                ? new PropertyPath(PropertyRoot.ParticipantAttributes, names.ConvertAll(Encoding.UTF8.GetBytes), text)
                : null;
        }

        if (!text.StartsWith("properties.", StringComparison.Ordinal))
        {
            faults.Add(pointer, $"{Expected}, but is {Members.Shown(value)}");
            return null;
        }

        var segments = Split(text["properties.".Length..], pointer, faults);
        return segments is not null && IsMemberOf(eventName, segments[0], pointer, faults)
            ? new PropertyPath(PropertyRoot.Properties, segments.ConvertAll(Encoding.UTF8.GetBytes), text)
            : null;
    }

    /// <summary>Reads a path to a number of the event, as amounts and sums need it.</summary>
    public static PropertyPath? ReadNumber(JsonElement value, string pointer, string? eventName, FaultList faults)
    {
        var path = Read(value, pointer, eventName, faults);
        if (path is { Root: not PropertyRoot.Properties })
        {
            faults.Add(pointer, $"must lead to a number of the event, such as properties.amount, but is {Members.Shown(value)}");
            return null;
        }

        return path;
    }

    /// <summary>Reads a path to a value of the event, as <c>distinct</c> counts them: a property, or when it occurred.</summary>
    public static PropertyPath? ReadValue(JsonElement value, string pointer, string? eventName, FaultList faults)
    {
        var path = Read(value, pointer, eventName, faults);
        if (path is { Root: PropertyRoot.ParticipantTier or PropertyRoot.ParticipantBadges or PropertyRoot.ParticipantAttributes })
        {
            faults.Add(pointer, $"must lead to a value of the event, such as properties.sku or local_day, but is {Members.Shown(value)}");
            return null;
        }

        return path;
    }

    // A backslash only ever stands before a dot or another backslash, so that a name with either can be written.
    private static List<string>? Split(string path, string pointer, FaultList faults)
    {
        var segments = new List<string>();
        var segment = new StringBuilder();
        for (var i = 0; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '.')
            {
                if (segment.Length == 0)
                {
                    faults.Add(pointer, "has an empty name between its dots; write each name, and a dot inside a name as \\.");
                    return null;
                }

                segments.Add(segment.ToString());
                segment.Clear();
            }
            else if (path[i] != '\\')
            {
                segment.Append(path[i]);
            }
            else if (i + 1 < path.Length && path[i + 1] is '.' or '\\')
            {
                segment.Append(path[++i]);
            }
            else
            {
                faults.Add(pointer, "has a backslash that stands neither before a dot nor before a backslash; write a backslash inside a name as \\\\");
                return null;
            }
        }

        if (segments.Count > ProgramLimits.PathSegments)
        {
            faults.Add(pointer, $"must have at most {ProgramLimits.PathSegments} names, but has {segments.Count}");
            return null;
        }

        return segments;
    }

    private static bool IsMemberOf(string? eventName, string name, string pointer, FaultList faults)
    {
        if (eventName is null || FactData.MembersOf(eventName) is not { } members || members.Contains(name, StringComparer.Ordinal))
        {
            return true;
        }

        faults.Add(pointer, $"{eventName} has no property '{name}'; it has: {string.Join(", ", members)}");
        return false;
    }
}
