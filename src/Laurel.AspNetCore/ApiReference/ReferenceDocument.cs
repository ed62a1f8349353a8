using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.AspNetCore.Audit;
using Laurel.AspNetCore.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Laurel.AspNetCore.ApiReference;

/// <summary>
/// Fills the OpenAPI document from the routes that are mapped and what their slices say of them. A route without a description is left out,
/// which a test does not allow.
/// </summary>
internal sealed class ReferenceDocument(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string ProblemJson = "application/problem+json";

    private static readonly ErrorRow[] KeyErrors =
    [
        new(401, "unauthorized", "X-API-Key header missing, invalid, expired, or revoked."),
        new(403, "forbidden", "Tenant is disabled."),
        new(429, KeyRate.ExceededCode, "The key makes more calls within a minute than the server allows."),
    ];

    private static readonly ErrorRow[] AdminErrors = [.. KeyErrors, new(403, "forbidden", "The key has neither the scope admin nor gamify:admin.")];

    private static readonly ErrorRow[] OperatorErrors = [new(401, "unauthorized", "X-Operator-Key header missing, invalid, expired, or revoked.")];

    private static readonly ErrorRow[] BodyErrors =
    [
        new(413, "CONTENT_TOO_LARGE", "The body is larger than the call takes."),
        new(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type is not application/json in UTF-8."),
        new(422, "unprocessable_entity", "The body cannot be read as JSON, names a member twice, or has faults; `errors` lists each."),
    ];

    private static readonly ErrorRow[] AuditErrors =
        [new(503, AuditTrail.UnavailableCode, "The change stands, but the audit log could not be written. Read back what you changed.")];

    private static readonly ErrorRow[] ServerErrors =
    [
        new(500, "INTERNAL_ERROR", "A bug of Laurel's. Nothing was kept."),
        new(503, "STORE_UNAVAILABLE", "The store cannot serve now. Nothing was kept; try again after Retry-After seconds."),
    ];

    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Laurel",
            Version = "v1",
            Description = "A self-hosted gamification engine: emit events, and points, badges, challenges and tiers come back in the same call.",
            Contact = new OpenApiContact { Name = "The operator of this server" },
        };

        // Whoever reads it has it from the server that it describes.
        document.Servers = [new OpenApiServer { Url = "/", Description = "This server." }];
        document.Components = new OpenApiComponents
        {
            SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [KeyAuthentication.ApiKeyHeader] = Scheme(KeyAuthentication.ApiKeyHeader, "A key of one environment: `bq_live_…` or `bq_test_…`."),
                [KeyAuthentication.OperatorKeyHeader] = Scheme(KeyAuthentication.OperatorKeyHeader, "The server operator's key: `bq_op_…`."),
            },
            Headers = RateHeaders.Components(),
            Schemas = await ReadSchemasAsync(document, cancellationToken),
        };
        document.Paths = [];
        var described = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Endpoint: endpoint, Description: endpoint.Metadata.GetMetadata<EndpointDescription>()))
            .Where(entry => entry.Description is not null);
        foreach (var (endpoint, description) in described)
        {
            Add(document, endpoint, description!);
        }

        document.Tags = document.Paths.Values.SelectMany(item => item.Operations!.Values).SelectMany(operation => operation.Tags!)
            .Select(tag => tag.Name!).Distinct(StringComparer.Ordinal).Select(Chapters.Of).ToHashSet();
    }

    private static void Add(OpenApiDocument document, RouteEndpoint endpoint, EndpointDescription description)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        if (!document.Paths.TryGetValue(path, out var item))
        {
            item = new OpenApiPathItem();
            document.Paths.Add(path, item);
        }

        var requirement = endpoint.Metadata.GetMetadata<KeyRequirement>();
        var isRead = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.All(HttpMethods.IsGet);
        var operation = new OpenApiOperation
        {
            OperationId = description.Id,
            Summary = description.Summary,

            // A summary that says all stands for the text as well.
            Description = description.Text.Length > 0 ? description.Text : $"{description.Summary}.",
            Tags = new HashSet<OpenApiTagReference> { new(description.Tag, document) },
            Parameters = [.. description.Parameters.Select(row => Parameter(document, row))],
            RequestBody = description.Request is { } request
                ? new OpenApiRequestBody { Required = true, Content = RequestContent(document, request, description.CsvExample) }
                : null,
            Responses = Responses(document, description, requirement, isRead),
            Security = requirement is null ? [] : [Security(document, requirement)],
        };
        if (requirement?.Kind is KeyKind.Any or KeyKind.Admin)
        {
            foreach (var response in operation.Responses.Values)
            {
                RateHeaders.AddTo((OpenApiResponse)response, document);
            }
        }

        foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
        {
            ((OpenApiPathItem)item).AddOperation(new HttpMethod(method), operation);
        }
    }

    private static OpenApiParameter Parameter(OpenApiDocument document, ParameterRow row) => new()
    {
        Name = row.Name,
        In = row.Place switch
        {
            "path" => ParameterLocation.Path,
            "query" => ParameterLocation.Query,
            "header" => ParameterLocation.Header,
            _ => throw new InvalidOperationException($"The parameter {row.Name} stands in '{row.Place}', which is no place for one."),
        },
        Required = row.Place == "path",
        Description = row.Meaning,
        Schema = Schema(document, row.Schema),
    };

    private static OpenApiResponses Responses(OpenApiDocument document, EndpointDescription description, KeyRequirement? requirement, bool isRead)
    {
        var responses = new OpenApiResponses();
        Add(document, responses, description.Answer);
        if (description.Tried is { } tried)
        {
            Add(document, responses, tried);
        }

        foreach (var rows in Errors(description, requirement, isRead).GroupBy(row => row.Status).OrderBy(rows => rows.Key))
        {
            responses.Add(Text(rows.Key), Error(document, rows.Key, [.. rows.Distinct()]));
        }

        return responses;
    }

    // Two answers of one status share it: either body may come.
    private static void Add(OpenApiDocument document, OpenApiResponses responses, AnswerRow answer)
    {
        var content = answer.Body is { } body ? Content(document, Json, body) : null;
        if (responses.GetValueOrDefault(Text(answer.Status)) is { } first)
        {
            var (one, other) = (first.Content![Json], content![Json]);
            first.Description += " " + answer.Meaning;
            first.Content[Json] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { AnyOf = [one.Schema!, other.Schema!] },
                Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
                {
                    ["done"] = new OpenApiExample { Value = one.Example },
                    ["tried"] = new OpenApiExample { Value = other.Example },
                },
            };
            return;
        }

        responses.Add(Text(answer.Status), new OpenApiResponse
        {
            Description = answer.Meaning,
            Content = content,
            Headers = answer.Headers.ToDictionary(
                header => header.Key,
                IOpenApiHeader (header) => new OpenApiHeader { Description = header.Value, Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                StringComparer.Ordinal),
        });
    }

    private static IEnumerable<ErrorRow> Errors(EndpointDescription description, KeyRequirement? requirement, bool isRead)
    {
        var ofKey = requirement?.Kind switch
        {
            KeyKind.Any => KeyErrors,
            KeyKind.Admin => AdminErrors,
            KeyKind.Operator => OperatorErrors,
            _ => [],
        };
        return ofKey
            .Concat(description.Request is null ? [] : BodyErrors)
            .Concat(description.Errors)
            .Concat(requirement is null ? [] : ServerErrors)
            .Concat(!isRead && requirement?.Kind is (KeyKind.Admin or KeyKind.Operator) ? AuditErrors : []);
    }

    private static OpenApiResponse Error(OpenApiDocument document, int status, IReadOnlyList<ErrorRow> rows) => new()
    {
        Description = string.Join("\n", rows.Select(row => $"- `{row.Code}`: {row.When}")),
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [ProblemJson] = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference("Problem", document),
                Examples = rows.GroupBy(row => row.Code).ToDictionary(
                    group => group.Key, IOpenApiExample (group) => new OpenApiExample { Value = Example(status, group.First()) }, StringComparer.Ordinal),
            },
        },
        Headers = status is 429 or 503
            ? new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Whole seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            }
            : null,
    };

    private static JsonObject Example(int status, ErrorRow row)
    {
        var example = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = Hosting.Problem.TitleOf(status),
            ["status"] = status,
            ["detail"] = row.When,
            ["code"] = row.Code,
            ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (status == 422)
        {
            example["errors"] = new JsonArray(new JsonObject { ["pointer"] = "/name", ["message"] = "must have 1 to 255 characters, but has 0" });
        }

        return example;
    }

    private static Dictionary<string, OpenApiMediaType> Content(OpenApiDocument document, string mediaType, BodyRow body) => new(StringComparer.Ordinal)
    {
        [mediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(body.Schema, document), Example = JsonNode.Parse(body.Example) },
    };

    private static Dictionary<string, OpenApiMediaType> RequestContent(OpenApiDocument document, BodyRow body, string? csvExample)
    {
        var content = Content(document, Json, body);
        if (csvExample is not null)
        {
            content.Add(Csv, new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = JsonValue.Create(csvExample) });
        }

        return content;
    }

    private static OpenApiSecurityRequirement Security(OpenApiDocument document, KeyRequirement requirement) => new()
    {
        [new OpenApiSecuritySchemeReference(requirement.Kind == KeyKind.Operator ? KeyAuthentication.OperatorKeyHeader : KeyAuthentication.ApiKeyHeader, document)] = [],
    };

    private static OpenApiSecurityScheme Scheme(string header, string meaning) =>
        new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = header, Description = meaning };

    // Each slice has a schemas.json of its own; names are of one space.
    private static async Task<Dictionary<string, IOpenApiSchema>> ReadSchemasAsync(OpenApiDocument document, CancellationToken cancellationToken)
    {
        var schemas = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        var assembly = typeof(ReferenceDocument).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith("schemas.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            await using var stream = assembly.GetManifestResourceStream(name)!;
            using var file = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            foreach (var member in file.RootElement.EnumerateObject())
            {
                schemas.Add(member.Name, Schema(document, member.Value.GetRawText()));
            }
        }

        return schemas;
    }

    private static OpenApiSchema Schema(OpenApiDocument document, string json)
    {
        var schema = OpenApiModelFactory.Parse<OpenApiSchema>(json, OpenApiSpecVersion.OpenApi3_1, document, out var diagnostic, OpenApiConstants.Json);
        return schema is not null && diagnostic.Errors.Count == 0
            ? schema
            : throw new InvalidOperationException($"A schema of the API reference cannot be read: {string.Join("; ", diagnostic.Errors)} {json}");
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
