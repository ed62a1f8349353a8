using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Laurel.Server.Tests.Harness;

/// <summary>
/// A JSON Schema (2020-12) so far as the API reference uses it; a keyword beyond that is refused, so that none is passed over. Stricter in one thing: an
/// object that names members takes no others unless <c>additionalProperties</c> says so, since an answer must not hold what the document does not know.
/// </summary>
internal sealed class AnswerSchema
{
    private static readonly HashSet<string> _notes = new(StringComparer.Ordinal)
    {
        "description", "title", "default", "example", "examples", "readOnly", "writeOnly", "deprecated",
    };

    private readonly Dictionary<string, AnswerSchema> _members = new(StringComparer.Ordinal);
    private readonly List<AnswerSchema[]> _alternatives = [];
    private readonly List<Func<JsonElement, string?>> _checks = [];
    private string[] _required = [];
    private bool _namesMembers;
    private bool _isOpen;
    private AnswerSchema? _others;
    private AnswerSchema? _items;
    private Lazy<AnswerSchema>? _reference;

    /// <summary>Reads a schema; <paramref name="find"/> finds what a <c>$ref</c> names.</summary>
    public static AnswerSchema Read(JsonElement schema, Func<string, AnswerSchema> find)
    {
        var read = new AnswerSchema();
        foreach (var keyword in schema.EnumerateObject())
        {
            read.Take(keyword.Name, keyword.Value, find);
        }

        return read;
    }

    /// <summary>What is wrong with <paramref name="value"/>, with its place; null for nothing.</summary>
    public string? Fault(JsonElement value, string place = "")
    {
        if (_reference?.Value.Fault(value, place) is { } fault)
        {
            return fault;
        }

        foreach (var check in _checks)
        {
            if (check(value) is { } wrong)
            {
                return $"{place} {wrong}, but is {Shown(value)}";
            }
        }

        foreach (var alternatives in _alternatives)
        {
            if (alternatives.All(alternative => alternative.Fault(value, place) is not null))
            {
                return $"{place} fits none of its alternatives: {Shown(value)}";
            }
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => ObjectFault(value, place),
            JsonValueKind.Array when _items is not null =>
                value.EnumerateArray().Select((item, index) => _items.Fault(item, $"{place}/{index.ToString(CultureInfo.InvariantCulture)}")).FirstOrDefault(wrong => wrong is not null),
            _ => null,
        };
    }

    private string? ObjectFault(JsonElement value, string place)
    {
        if (Array.Find(_required, name => !value.TryGetProperty(name, out _)) is { } missing)
        {
            return $"{place} lacks the member '{missing}'";
        }

        foreach (var member in value.EnumerateObject())
        {
            var schema = _members.GetValueOrDefault(member.Name) ?? _others;
            if (schema is null && _namesMembers && !_isOpen)
            {
                return $"{place}/{member.Name} is not in the document";
            }

            if (schema?.Fault(member.Value, $"{place}/{member.Name}") is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private void Take(string keyword, JsonElement value, Func<string, AnswerSchema> find)
    {
        switch (keyword)
        {
            case "$ref":
                var name = value.GetString()!.Split('/')[^1];
                _reference = new Lazy<AnswerSchema>(() => find(name));
                break;
            case "properties":
                _namesMembers = true;
                foreach (var member in value.EnumerateObject())
                {
                    _members.Add(member.Name, Read(member.Value, find));
                }

                break;
            case "required":
                _required = [.. value.EnumerateArray().Select(member => member.GetString()!)];
                break;
            case "additionalProperties" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                (_isOpen, _namesMembers) = (value.GetBoolean(), true);
                break;
            case "additionalProperties":
                _others = Read(value, find);
                break;
            case "items":
                _items = Read(value, find);
                break;
            case "oneOf" or "anyOf":
                _alternatives.Add([.. value.EnumerateArray().Select(alternative => Read(alternative, find))]);
                break;
            default:
                if (Check(keyword, value) is { } check)
                {
                    _checks.Add(check);
                }
                else if (!_notes.Contains(keyword))
                {
                    throw new NotSupportedException($"The document uses '{keyword}', which AnswerSchema does not check yet.");
                }

                break;
        }
    }

    private static Func<JsonElement, string?>? Check(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "type":
                string[] types = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(type => type.GetString()!)] : [value.GetString()!];
                return item => Array.Exists(types, type => IsOf(type, item)) ? null : $"must be {string.Join(" or ", types)}";
            case "enum":
                var allowed = value.EnumerateArray().Select(Text).ToHashSet(StringComparer.Ordinal);
                return item => allowed.Contains(Text(item)) ? null : $"must be one of {value.GetRawText()}";
            case "const":
                return item => Text(item) == Text(value) ? null : $"must be {value.GetRawText()}";
            case "format" when value.GetString() == "date-time":
                return item => item.ValueKind != JsonValueKind.String || item.TryGetDateTimeOffset(out _) ? null : "must be a time";
            case "format":
                return _ => null;
            case "pattern":
                var pattern = new Regex(value.GetString()!, RegexOptions.NonBacktracking);
                return item => item.ValueKind != JsonValueKind.String || pattern.IsMatch(item.GetString()!) ? null : $"must match {pattern}";
            case "minimum" or "maximum":
                var (bound, sign) = (value.GetDouble(), keyword == "minimum" ? 1 : -1);
                return item => item.ValueKind != JsonValueKind.Number || (item.GetDouble() - bound) * sign >= 0 ? null : $"must keep the {keyword} {bound}";
            case "minLength" or "maxLength":
                var (length, side) = (value.GetInt32(), keyword == "minLength" ? 1 : -1);
                return item => item.ValueKind != JsonValueKind.String || (item.GetString()!.EnumerateRunes().Count() - length) * side >= 0 ? null : $"must keep the {keyword} {length}";
            case "minItems" or "maxItems":
                var (count, way) = (value.GetInt32(), keyword == "minItems" ? 1 : -1);
                return item => item.ValueKind != JsonValueKind.Array || (item.GetArrayLength() - count) * way >= 0 ? null : $"must keep the {keyword} {count}";
            default:
                return null;
        }
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"The document has a type '{type}', which JSON has not."),
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? '"' + value.GetString() : value.GetRawText();

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 200 } text ? text[..200] + "…" : value.GetRawText();
}
