using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;

namespace Laurel.AspNetCore.Rewards;

/// <summary>
/// Codes to upload, read from JSON or CSV, with the faults found on the way. Codes are exact: nothing is trimmed, and a code that stands twice is listed twice.
/// </summary>
internal sealed class CodeList
{
    /// <summary>Codes of one upload.</summary>
    public const int Limit = 100_000;

    /// <summary>Code points of a code.</summary>
    public const int CodeMaxLength = 255;

    // A file of the wrong kind has a fault a line; nobody reads them all.
    private const int MostFaults = 100;

    private readonly List<Fault> _faults;
    private readonly List<string> _codes = [];
    private int _count;

    private CodeList(List<Fault> faults) => _faults = faults;

    /// <summary>Reads <c>{"codes":["…"]}</c>. Null with at least one fault.</summary>
    public static IReadOnlyList<string>? ReadJson(ReadOnlyMemory<byte> body, List<Fault> faults)
    {
        using var document = JsonBody.Parse(body, faults);
        if (document is null)
        {
            return null;
        }

        var list = new CodeList(faults);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("codes", out var codes) && codes.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in codes.EnumerateArray())
            {
                list.Add(item.ValueKind == JsonValueKind.String ? item.GetString() : null, place: "");
            }

            return list.Finish();
        }

        faults.Add(new Fault("/codes", $"is required: a list of 1 to {Limit} codes"));
        return null;
    }

    /// <summary>
    /// Reads one code a line, or the column that a first line names <c>code</c>. Lines without anything are passed over. Null with at least one fault.
    /// </summary>
    public static IReadOnlyList<string>? ReadCsv(ReadOnlyMemory<byte> body, List<Fault> faults)
    {
        if (!Utf8.IsValid(body.Span))
        {
            faults.Add(new Fault("", "is not UTF-8. Encode the file as UTF-8."));
            return null;
        }

        var list = new CodeList(faults);
        var reader = new CsvReader(Encoding.UTF8.GetString(body.Span));
        var (column, columns) = (0, 1);
        for (var isFirst = true; reader.Read() is { } fields; isFirst = false)
        {
            var named = isFirst ? fields.FindIndex(field => string.Equals(field, "code", StringComparison.OrdinalIgnoreCase)) : -1;
            if (named >= 0)
            {
                (column, columns) = (named, fields.Count);
            }
            else if (fields.Count == columns)
            {
                list.Add(fields[column], $" (line {reader.Line})");
            }
            else
            {
                list.Refuse($"cannot be found: line {reader.Line} has {fields.Count} fields instead of {columns}. Name the column of the codes `code` in the first line, and quote what holds a comma.");
            }
        }

        if (reader.IsBroken)
        {
            faults.Add(new Fault("", $"is no CSV from line {reader.Line} on: a quote is not closed, or stands within a field. Quote the whole field, and double the quotes in it."));
            return null;
        }

        return list.Finish();
    }

    private void Add(string? code, string place)
    {
        var fault = code is null ? "must be a string"
            : Identifiers.CodePoints(code) is var length && length is < 1 or > CodeMaxLength ? $"must have 1 to {CodeMaxLength} characters, but has {length}"
            : code.Any(char.IsControl) ? "must not contain control characters"
            : null;
        if (fault is not null)
        {
            Refuse(fault + place);
            return;
        }

        // What is beyond the limit is counted, to be told, and not kept.
        if (_count < Limit)
        {
            _codes.Add(code!);
        }

        _count++;
    }

    private void Refuse(string message)
    {
        if (_faults.Count <= MostFaults)
        {
            _faults.Add(_faults.Count < MostFaults
                ? new Fault($"/codes/{_count}", message)
                : new Fault("/codes", $"has more than {MostFaults} faults; the others are not listed"));
        }

        _count++;
    }

    private List<string>? Finish()
    {
        if (_count is 0 or > Limit)
        {
            _faults.Add(new Fault("/codes", $"must have 1 to {Limit} codes, but has {_count}"));
        }

        return _faults.Count == 0 ? _codes : null;
    }
}
