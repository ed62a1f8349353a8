using System.Text;
using System.Text.Json;

namespace Laurel.Server.Tests.Harness;

/// <summary>An answer as it came over the wire.</summary>
public sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private JsonElement? _json;

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The body as JSON; throws where it is none.</summary>
    public JsonElement Json => _json ??= JsonDocument.Parse(Body, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement;

    /// <summary>A header's value; null where it is absent.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The media type without its parameters.</summary>
    public string? MediaType => Header("Content-Type")?.Split(';')[0];

    /// <summary>A member that is a string.</summary>
    public string? this[string name] => Json.GetProperty(name).GetString();

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            headers[name] = string.Join(",", values);
        }

        return new Reply((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync());
    }

    public override string ToString() => $"{Status} {Text}";
}
