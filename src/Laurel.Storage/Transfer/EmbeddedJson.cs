using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Laurel.Storage.Transfer;

/// <summary>
/// A stored document within a line of an export, so that the very same bytes come back: as it is where it is an object or an array on one line, which Laurel's own
/// are; else as a string that holds its text, for a published program may span many lines.
/// </summary>
internal static class EmbeddedJson
{
    private const int DeepestDocument = 1000;
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<byte> _lineBreaks = SearchValues.Create("\r\n"u8);

    /// <summary>How deep a line may nest: what stands in a document, and the record around it.</summary>
    public const int DeepestLine = DeepestDocument + 8;

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> document)
    {
        writer.WritePropertyName(name);
        if (IsObjectOrArrayOnOneLine(document.Span))
        {
            writer.WriteRawValue(document.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(_strictUtf8.GetString(document.Span));
        }
    }

    public static byte[] Read(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? _strictUtf8.GetBytes(value.GetString()!) : JsonMarshal.GetRawUtf8Value(value).ToArray();

    private static bool IsObjectOrArrayOnOneLine(ReadOnlySpan<byte> document)
    {
        if (document is not ([(byte)'{', .., (byte)'}'] or [(byte)'[', .., (byte)']']) || document.ContainsAny(_lineBreaks))
        {
            return false;
        }

        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = DeepestDocument });
        try
        {
            // Also what is inside of strings: a reader of lines would stumble over bytes that are no UTF-8.
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !System.Text.Unicode.Utf8.IsValid(reader.ValueSpan))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
