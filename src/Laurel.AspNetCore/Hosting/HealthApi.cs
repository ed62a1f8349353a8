using Laurel.AspNetCore.ApiReference;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Hosting;

/// <summary>For whoever runs the server: does the process live, and can it serve. Both need no key.</summary>
internal static class HealthApi
{
    private const string Tag = "Health";

    private static readonly EndpointDescription Live = new("isAlive", Tag, "Whether the process lives")
    {
        Answer = new(200, "It lives.", new("Health", """{ "status": "alive" }""")),
    };

    private static readonly EndpointDescription Ready = new("isReady", Tag, "Whether the process can serve")
    {
        Answer = new(200, "It can.", new("Health", """{ "status": "ready" }""")),
        Errors = [new(503, "NOT_READY", "The server starts or stops, or its store does not answer; `detail` says which.")],
    };

    public static void MapHealth(this IEndpointRouteBuilder routes, Readiness readiness)
    {
        routes.MapGet("/healthz", LiveAsync).Describe(Live);
        routes.MapGet("/readyz", context => ReadyAsync(context, readiness)).Describe(Ready);
    }

    private static Task LiveAsync(HttpContext context) => AnswerAsync(context, "alive");

    private static async Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        if (await readiness.FaultAsync(context.RequestAborted) is { } fault)
        {
            await Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "NOT_READY", fault, retryAfterSeconds: 1);
            return;
        }

        await AnswerAsync(context, "ready");
    }

    private static Task AnswerAsync(HttpContext context, string status)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($$"""{"status":"{{status}}"}""", context.RequestAborted);
    }
}
