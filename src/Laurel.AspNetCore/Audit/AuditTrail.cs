using System.Text;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Audit;

/// <summary>
/// Notes every write of an administrator or an operator that succeeded, before its answer is sent: the answer is held back meanwhile. It wraps the endpoint
/// together with the check of the key, so that no such endpoint can be mapped without it. Source: semantics §12, issue "audit log".
/// </summary>
internal sealed partial class AuditTrail(ILaurelStore store, TimeProvider time, ILogger<AuditTrail> logger)
{
    /// <summary>The code of an answer to a change that stands but could not be noted.</summary>
    public const string UnavailableCode = "AUDIT_UNAVAILABLE";

    /// <summary>
    /// Parameters of routes whose values may be kept: codes and ids of what is defined. Any other, a participant's id above all, is left as it stands in the
    /// template, since the log outlives an erasure.
    /// </summary>
    private static readonly HashSet<string> _keptValues = new(StringComparer.Ordinal) { "code", "version", "webhook_id", "message_id", "tenant_id", "key_id" };

    /// <summary>Says that this call only tried and changed nothing, so that there is nothing to note.</summary>
    public static void NoteTried(HttpContext context) => context.Features.Set(Tried.Instance);

    /// <summary>Runs the endpoint of an administrator or an operator. Reads pass; <paramref name="environment"/> is null for operators.</summary>
    public Task RunAsync(HttpContext context, RequestDelegate next, EnvironmentKey? environment, ApiKey key) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? next(context) : RunWriteAsync(context, next, environment, key);

    private async Task RunWriteAsync(HttpContext context, RequestDelegate next, EnvironmentKey? environment, ApiKey key)
    {
        // These answers are small: a key, a definition, the changes of a publish.
        using var held = new MemoryStream();
        var sending = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var holding = new StreamResponseBodyFeature(held);
        context.Features.Set<IHttpResponseBodyFeature>(holding);
        try
        {
            await next(context);
            await holding.CompleteAsync();
        }
        finally
        {
            context.Features.Set(sending);
        }

        if (context.Response.StatusCode < StatusCodes.Status400BadRequest && context.Features.Get<Tried>() is null
            && !await TryNoteAsync(context, environment, key))
        {
            await RefuseAsync(context);
            return;
        }

        // A 204 takes no body, not even an empty one: the server would end the connection.
        if (held.Length > 0)
        {
            await sending.Writer.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), context.RequestAborted);
        }
    }

    private async Task<bool> TryNoteAsync(HttpContext context, EnvironmentKey? environment, ApiKey key)
    {
        var route = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern;
        var entry = new AuditEntry(
            environment,
            Timestamp.From(time.GetUtcNow()),
            key.Id,
            key.Name,
            key.Prefix,
            context.Request.Method,
            "/" + route.RawText!.Trim('/'),
            PathOf(route, context),
            context.Response.StatusCode,
            Problem.TraceId(context));
        try
        {
            // The change stands, whether the caller still waits or not.
            await store.WriteAuditAsync(entry, CancellationToken.None);
            return true;
        }
        catch (StoreException failure)
        {
            LogNotNoted(logger, entry.Method, entry.Path, entry.KeyId, entry.TraceId, failure.Message);
            return false;
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        KeyRate.Clear(context.Response);
        return Problem.WriteAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            UnavailableCode,
            "The change was made and stands, but the audit log could not be written. Read back what you changed before you send it again; the server's log holds the entry.");
    }

    // What was made stands behind the path that it was posted to.
    private static string PathOf(RoutePattern route, HttpContext context)
    {
        var path = new StringBuilder();
        var isWhole = true;
        foreach (var segment in route.PathSegments)
        {
            path.Append('/');
            foreach (var part in segment.Parts)
            {
                path.Append(part switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternSeparatorPart separator => separator.Content,
                    RoutePatternParameterPart parameter => ValueOf(parameter.Name, context, ref isWhole),
                    _ => "",
                });
            }
        }

        var made = context.Response.Headers.Location.ToString();
        var posted = path.ToString();
        return isWhole && context.Response.StatusCode == StatusCodes.Status201Created && made.StartsWith(posted + "/", StringComparison.Ordinal)
            && !made.Contains("/participants", StringComparison.Ordinal)
            ? made
            : posted;
    }

    private static string ValueOf(string parameter, HttpContext context, ref bool isWhole)
    {
        if (_keptValues.Contains(parameter) && context.Request.RouteValues[parameter] is string value)
        {
            return Uri.EscapeDataString(value);
        }

        isWhole = false;
        return $"{{{parameter}}}";
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} by key {KeyId} succeeded (trace_id {TraceId}), but the audit log could not be written. {Reason}")]
    private static partial void LogNotNoted(ILogger logger, string method, string path, string keyId, string traceId, string reason);

    private sealed class Tried
    {
        public static readonly Tried Instance = new();
    }
}
