using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Laurel.AspNetCore.ApiReference;

/// <summary>The API reference: an OpenAPI 3.1 document, and a page to read and try it that needs nothing from the internet. Both need no key.</summary>
internal static class ReferenceApi
{
    public const string DocumentRoute = "/openapi/v1.json";
    public const string PageRoute = "/docs";

    // A name of our own, so that a host may have a document of its own beside it.
    private const string DocumentName = "laurel";

    public static void AddReference(this IServiceCollection services) =>
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = _ => false;
            options.AddDocumentTransformer<ReferenceDocument>();
        });

    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        // Routes do not change once they are mapped, so the document is made once.
        var provider = routes.ServiceProvider;
        var document = new Lazy<Task<byte[]>>(() => WriteAsync(provider));
        routes.MapGet(DocumentRoute, async context =>
        {
            var bytes = await document.Value;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        });
        routes.MapScalarApiReference(PageRoute, options => options
            .WithTitle("Laurel API")
            .WithOpenApiRoutePattern(DocumentRoute)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .HideClientButton());
    }

    /// <summary>The document as UTF-8 JSON.</summary>
    public static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }
}
