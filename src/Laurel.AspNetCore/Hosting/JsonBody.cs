using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// Reads JSON bodies at the trust boundary: media type, size, syntax, duplicate members, and texts no store could keep.
/// What it returns can be read without a throw. Source: semantics §2, pitfalls 7 and 8.
/// </summary>
internal static class JsonBody
{
    /// <summary>Bytes of one request that is no batch.</summary>
    public const int RequestMaxBytes = 256 * 1024;

    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <summary>The body, or null when it was refused: then 413, 415 or 422 has been answered. The caller disposes it.</summary>
    public static async ValueTask<JsonDocument?> ReadAsync(HttpContext context, int maxBytes = RequestMaxBytes)
    {
        if (await ReadBytesAsync(context, maxBytes) is not { } bytes)
        {
            return null;
        }

        var faults = new List<Fault>();
        if (Parse(bytes, faults) is { } document)
        {
            return document;
        }

        await Problem.UnprocessableAsync(context, faults);
        return null;
    }

    /// <summary>The body's bytes, or null when they were refused: then 413 or 415 has been answered.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpContext context, int maxBytes)
    {
        if (!IsJson(context.Request.ContentType))
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status415UnsupportedMediaType,
                "UNSUPPORTED_MEDIA_TYPE",
                context.Request.ContentType is { Length: > 0 and < 200 } type
                    ? $"This call takes application/json in UTF-8, but Content-Type is '{type}'. Set the header to application/json."
                    : "This call takes application/json in UTF-8. Set the header Content-Type to application/json.");
            return null;
        }

        return await ReadAllAsync(context, maxBytes);
    }

    /// <summary>The body's bytes whatever they are, or null when they were too many: then 413 has been answered.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAllAsync(HttpContext context, int maxBytes)
    {
        var reader = context.Request.BodyReader;
        var refused = context.Request.ContentLength > maxBytes;
        while (!refused)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            refused = read.Buffer.Length > maxBytes;
            if (!refused && read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(refused ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        }

        await Problem.WriteAsync(
            context,
            StatusCodes.Status413PayloadTooLarge,
            "CONTENT_TOO_LARGE",
            $"The body may have at most {maxBytes} bytes{(context.Request.ContentLength is { } length ? $", but has {length}" : "")}. Send it in smaller requests.");
        return null;
    }

    /// <summary>Parses <paramref name="bytes"/>; null with at least one fault when they are not JSON that Laurel can keep.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> bytes, List<Fault> faults)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            faults.Add(new Fault("", "is not UTF-8. Encode the body as UTF-8."));
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException e)
        {
            faults.Add(new Fault("", $"is not JSON that can be read: {e.Message}"));
            return null;
        }

        FindUnreadable(document.RootElement, "", faults);
        if (faults.Count == 0)
        {
            return document;
        }

        document.Dispose();
        return null;
    }

    private static void FindUnreadable(JsonElement element, string pointer, List<Fault> faults)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (ReadName(member) is { } name && !name.Contains('\0', StringComparison.Ordinal))
                    {
                        FindUnreadable(member.Value, $"{pointer}/{Escape(name)}", faults);
                    }
                    else
                    {
                        faults.Add(new Fault(pointer, "has a member whose name holds U+0000 or half of a surrogate pair. Take it out."));
                    }
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    FindUnreadable(item, $"{pointer}/{index++}", faults);
                }

                break;
            case JsonValueKind.String when ReadText(element) is not { } text || text.Contains('\0', StringComparison.Ordinal):
                faults.Add(new Fault(pointer, "must not hold U+0000 or half of a surrogate pair. Take it out."));
                break;
            default:
                break;
        }
    }

    // Half a surrogate pair is the one thing that still throws after a successful parse of valid UTF-8.
    private static string? ReadText(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? ReadName(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member's name as a step of a JSON pointer.</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Whether a body of this type is JSON in UTF-8.</summary>
    public static bool IsJson(string? contentType) =>
        contentType is "application/json"
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && IsUtf8(type));

    /// <summary>Whether a media type names UTF-8, or nothing else.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase);
}
