using Laurel.AspNetCore.Tenants;
using Microsoft.OpenApi;

namespace Laurel.AspNetCore.ApiReference;

/// <summary>The headers that stand on every answer to a valid API key, once for the whole document.</summary>
internal static class RateHeaders
{
    private static readonly (string Name, string Meaning)[] _all =
    [
        (KeyRate.LimitHeader, "Calls that the key may make within a minute on this node. Absent where the server sets no bound, and where the key is not valid."),
        (KeyRate.RemainingHeader, "Calls that remain of this minute."),
        (KeyRate.ResetHeader, "When the next minute begins, in Unix seconds."),
    ];

    public static Dictionary<string, IOpenApiHeader> Components() => _all.ToDictionary(
        header => header.Name,
        IOpenApiHeader (header) => new OpenApiHeader { Description = header.Meaning, Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
        StringComparer.Ordinal);

    /// <summary>Adds references to them.</summary>
    public static void AddTo(OpenApiResponse response, OpenApiDocument document)
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        foreach (var (name, _) in _all)
        {
            response.Headers[name] = new OpenApiHeaderReference(name, document);
        }
    }
}
