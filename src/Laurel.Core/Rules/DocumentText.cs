using System.Text.Json;
using System.Text.Unicode;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>
/// The text of a document before it means anything: valid UTF-8 and JSON, no member named twice, no text that cannot be kept (U+0000, half
/// surrogate pairs), no number that cannot be kept. Once it has passed, reading names and texts throws nothing. Source: semantics §2.
/// </summary>
internal static class DocumentText
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = ProgramLimits.DocumentDepth };

    /// <summary>Parses; null where the document cannot be judged any further. The caller disposes it.</summary>
    public static JsonDocument? Parse(ReadOnlySpan<byte> utf8, FaultList faults)
    {
        if (utf8.Length > ProgramLimits.DocumentBytes)
        {
            faults.Add("", $"must have at most {ProgramLimits.DocumentBytes} bytes, but has {utf8.Length}");
            return null;
        }

        if (!Utf8.IsValid(utf8))
        {
            faults.Add("", "must be UTF-8, but has bytes that are not");
            return null;
        }

        try
        {
            var walk = new Walk(faults);
            walk.Document(utf8);
            if (!walk.IsReadable)
            {
                return null;
            }

            var reader = new Utf8JsonReader(utf8, Options);
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException exception)
        {
            faults.Add(
                "",
                $"must be JSON no deeper than {ProgramLimits.DocumentDepth} levels, but is not at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
            return null;
        }
    }

    /// <summary>A name as one step of an RFC 6901 pointer.</summary>
    public static string Step(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private sealed class Walk(FaultList faults)
    {
        /// <summary>False after a name or text that is none.</summary>
        public bool IsReadable { get; private set; } = true;

        public void Document(ReadOnlySpan<byte> utf8)
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            Value(ref reader, "");
            while (reader.Read())
            {
                // Nothing may follow, and the reader says so.
            }
        }

        private void Value(ref Utf8JsonReader reader, string pointer)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Members(ref reader, pointer);
                    break;
                case JsonTokenType.StartArray:
                    for (var place = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; place++)
                    {
                        Value(ref reader, $"{pointer}/{place}");
                    }

                    break;
                case JsonTokenType.String:
                    Text(ref reader, pointer, "");
                    break;
                case JsonTokenType.Number when PropertiesReader.NumberFault(reader.ValueSpan) is { } fault:
                    faults.Add(pointer, fault);
                    break;
            }
        }

        private void Members(ref Utf8JsonReader reader, string pointer)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = Text(ref reader, pointer, "has a member whose name ");
                reader.Read();
                if (name is null)
                {
                    reader.Skip();
                    continue;
                }

                if (Identifiers.CodePoints(name) is var length and > ProgramLimits.MemberNameLength)
                {
                    faults.Add(pointer, $"has a member whose name has {length} characters; a name may have {ProgramLimits.MemberNameLength}");
                    reader.Skip();
                    continue;
                }

                var place = $"{pointer}/{Step(name)}";
                if (!seen.Add(name))
                {
                    faults.Add(place, "stands twice in its object; each member may stand once");
                }

                Value(ref reader, place);
            }
        }

        private string? Text(ref Utf8JsonReader reader, string pointer, string subject)
        {
            if (reader.ValueIsEscaped && PropertiesReader.TextFault(reader.ValueSpan) is { } fault)
            {
                faults.Add(pointer, subject + fault);
                IsReadable = false;
                return null;
            }

            return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : "";
        }
    }
}
