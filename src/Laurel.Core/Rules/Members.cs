using System.Globalization;
using System.Text.Json;
using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>
/// One JSON object of a program document while it is read. A member that is null counts as absent. What is wrong is added to the
/// faults at the member's pointer, and the accessor answers null or the default.
/// </summary>
internal sealed class Members
{
    private readonly JsonElement _object;
    private readonly string _pointer;
    private readonly FaultList _faults;

    private Members(JsonElement element, string pointer, FaultList faults)
    {
        _object = element;
        _pointer = pointer;
        _faults = faults;
    }

    /// <summary>
    /// Opens an object that may have the members <paramref name="known"/> and no others: a misspelt rule that is ignored costs money.
    /// Null where <paramref name="element"/> is no object. <paramref name="noun"/> names it for people: "a badge".
    /// </summary>
    public static Members? Open(JsonElement element, string pointer, string noun, string[] known, FaultList faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, $"must be {noun}, a JSON object, but is {Shown(element)}");
            return null;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (Array.IndexOf(known, member.Name) < 0)
            {
                faults.Add($"{pointer}/{DocumentText.Step(member.Name)}", $"unknown member '{Cut(member.Name)}'; {noun} may have: {string.Join(", ", known)}");
            }
        }

        return new Members(element, pointer, faults);
    }

    public string PointerTo(string name) => $"{_pointer}/{name}";

    public void Fault(string name, string message) => _faults.Add(PointerTo(name), message);

    public void FaultHere(string message) => _faults.Add(_pointer, message);

    public bool Has(string name) => Find(name) is not null;

    /// <summary>The member; null where it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The member even where it is null; null only where it is absent.</summary>
    public JsonElement? FindWithNull(string name) => _object.TryGetProperty(name, out var value) ? value : null;

    /// <summary>The member, with a fault where it is absent or null.</summary>
    public JsonElement? Require(string name, string expected)
    {
        var value = Find(name);
        if (value is null)
        {
            Fault(name, $"is required: {expected}");
        }

        return value;
    }

    /// <summary>The code that names a definition; required.</summary>
    public string? Code(string name = "code")
    {
        const string Expected = "a code of 1 to 50 characters, each a to z, 0 to 9 or _";
        if (Require(name, Expected) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } code && Identifiers.IsCode(code))
        {
            return code;
        }

        Fault(name, $"must be {Expected}, but is {Shown(value)}");
        return null;
    }

    /// <summary>A text of 1 to <paramref name="maxLength"/> code points (0 where <paramref name="mayBeEmpty"/>); null where absent.</summary>
    public string? Text(string name, int maxLength, bool mayBeEmpty = false)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Fault(name, $"must be a text, but is {Shown(value)}");
            return null;
        }

        var text = value.GetString()!;
        var length = Identifiers.CodePoints(text);
        var least = mayBeEmpty ? 0 : 1;
        if (length < least || length > maxLength)
        {
            Fault(name, $"must have {least} to {maxLength} characters, but has {length}");
            return null;
        }

        return text;
    }

    /// <summary>A whole number; null where absent.</summary>
    public long? WholeNumber(string name, long least, long most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (TryReadNumber(value, out var number) && decimal.Truncate(number) == number && number >= least && number <= most)
        {
            return (long)number;
        }

        Fault(name, $"must be a whole number from {least} to {most}, but is {Shown(value)}");
        return null;
    }

    /// <summary>A number above 0; null where absent.</summary>
    public decimal? PositiveNumber(string name, decimal most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (TryReadNumber(value, out var number) && number > 0 && number <= most)
        {
            return number;
        }

        Fault(name, $"must be a number above 0 and at most {most.ToString(CultureInfo.InvariantCulture)}, with at most 28 digits, but is {Shown(value)}");
        return null;
    }

    public bool Flag(string name, bool otherwise)
    {
        var value = Find(name);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Fault(name, $"must be true or false, but is {Shown(value.Value)}");
        }

        return value is null ? otherwise : value.Value.ValueKind == JsonValueKind.True;
    }

    /// <summary>An instant; null where absent.</summary>
    public Timestamp? Instant(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && TimestampText.TryParse(value.GetString(), out var instant))
        {
            return instant;
        }

        Fault(name, $"{TimestampText.Expected}, but is {Shown(value)}");
        return null;
    }

    /// <summary>An ISO 8601 duration; null where absent.</summary>
    public CalendarDuration? Duration(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && CalendarDuration.TryParse(value.GetString(), out var duration))
        {
            return duration;
        }

        Fault(name, $"{CalendarDuration.Expected}, but is {Shown(value)}");
        return null;
    }

    /// <summary>Adds a fault for each of <paramref name="names"/> that is there: <paramref name="noun"/>, such as "a count", has none.</summary>
    public void Without(string noun, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
            {
                Fault(name, $"{noun} has no {name}; remove it");
            }
        }
    }

    /// <summary>One of <paramref name="choices"/>; the first where absent or wrong.</summary>
    public string Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (Find(name) is not { } value)
        {
            return choices[0];
        }

        if (value.ValueKind == JsonValueKind.String && choices.IndexOf(value.GetString()!) is var place and >= 0)
        {
            return choices[place];
        }

        Fault(name, $"must be {(choices.Length == 1 ? "" : "one of ")}{string.Join(", ", choices)}, but is {Shown(value)}");
        return choices[0];
    }

    /// <summary>One of <paramref name="choices"/>; null after a fault, which being absent is too.</summary>
    public string? RequireChoice(string name, params ReadOnlySpan<string> choices)
    {
        if (Require(name, $"one of {string.Join(", ", choices)}") is null)
        {
            return null;
        }

        var before = _faults.Count;
        var choice = Choice(name, choices);
        return _faults.Count == before ? choice : null;
    }

    /// <summary>The items of a list, with their pointers; none where absent.</summary>
    public List<(JsonElement Item, string Pointer)> Items(string name, int most)
    {
        var items = new List<(JsonElement, string)>();
        if (Find(name) is not { } list)
        {
            return items;
        }

        var pointer = PointerTo(name);
        if (list.ValueKind != JsonValueKind.Array)
        {
            Fault(name, $"must be a list, but is {Shown(list)}");
        }
        else if (list.GetArrayLength() > most)
        {
            Fault(name, $"must have at most {most} items, but has {list.GetArrayLength()}");
        }
        else
        {
            foreach (var item in list.EnumerateArray())
            {
                items.Add((item, $"{pointer}/{items.Count}"));
            }
        }

        return items;
    }

    /// <summary>
    /// Reads a number that a decimal holds without loss: at most 28 digits. False for anything else, so that no rule compares with another number than its author wrote.
    /// </summary>
    public static bool TryReadNumber(JsonElement value, out decimal number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out number))
        {
            return false;
        }

        var mantissa = value.GetRawText();
        var exponent = mantissa.AsSpan().IndexOfAny('e', 'E');
        var digits = 0;
        foreach (var c in exponent < 0 ? mantissa : mantissa.AsSpan(0, exponent))
        {
            digits += char.IsAsciiDigit(c) && (digits > 0 || c != '0') ? 1 : 0;
        }

        return digits <= 28 && (number != 0) == (digits > 0);
    }

    /// <summary>A value as a message shows it: as written, cut where it is long.</summary>
    public static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Cut(value.GetRawText()),
    };

    private static string Cut(string text)
    {
        const int Most = 60;
        return text.Length <= Most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[Most - 1]) ? Most - 1 : Most), "…");
    }
}
