using Laurel.AspNetCore.Tenants;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// Gives every error of the application a problem document: what routing refuses (404, 405), what the server's reader refuses
/// (400, 408, 413), what the store cannot do now (503) and what went wrong unforeseen (500). Source: semantics §2.
/// </summary>
public static partial class ProblemAnswers
{
    private const int EchoedPathMaxLength = 200;

    /// <summary>Adds the answers for the whole application. Put it first.</summary>
    public static IApplicationBuilder UseLaurelProblems(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var logger = (ILogger<ILaurelStore>?)app.ApplicationServices.GetService(typeof(ILogger<ILaurelStore>))
            ?? throw new InvalidOperationException("Laurel needs logging: call AddLogging().");
        return app.Use(next => context => AnswerAsync(context, next, logger));
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody reads an answer.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            KeyRate.Clear(context.Response);
            await FailAsync(context, e, logger);
            return;
        }

        var response = context.Response;
        if (response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await RefuseAsync(context, response.StatusCode);
        }
    }

    private static Task FailAsync(HttpContext context, Exception exception, ILogger logger)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return RefuseAsync(context, bad.StatusCode);
            case StoreException { Fault: StoreFault.OutcomeUnknown } lost:
                LogStore(logger, lost.Message, Problem.TraceId(context));
                return Problem.WriteAsync(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    "OUTCOME_UNKNOWN",
                    "The store did not say whether it kept the change. Read it back, or send the request again with the same key, to learn it.",
                    retryAfterSeconds: 1);
            case StoreException store:
                LogStore(logger, store.Message, Problem.TraceId(context));
                return Problem.WriteAsync(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    "STORE_UNAVAILABLE",
                    "The store cannot serve now, and nothing of this request was kept. Send it again later; the server's log names the cause.",
                    retryAfterSeconds: 1);
            default:
                LogUnforeseen(logger, exception, context.Request.Method, context.Request.Path, Problem.TraceId(context));
                return Problem.WriteAsync(
                    context,
                    StatusCodes.Status500InternalServerError,
                    "INTERNAL_ERROR",
                    "Laurel failed on this request, which is a bug of ours. The server's log holds the cause under this trace_id.");
        }
    }

    private static Task RefuseAsync(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => Problem.WriteAsync(
            context, status, "NOT_FOUND", $"Nothing answers at {Echo(context.Request.Path)}. What does is listed at /openapi/v1.json and, to read and try, at /docs."),
        StatusCodes.Status405MethodNotAllowed => Problem.WriteAsync(
            context,
            status,
            "METHOD_NOT_ALLOWED",
            $"{Echo(context.Request.Path)} does not answer {Echo(context.Request.Method)}. It answers {context.Response.Headers.Allow}."),
        StatusCodes.Status408RequestTimeout => Problem.WriteAsync(
            context, status, "REQUEST_TIMEOUT", "The body did not arrive in time. Send it again over a faster connection, or in smaller requests."),
        StatusCodes.Status413PayloadTooLarge => Problem.WriteAsync(
            context, status, "CONTENT_TOO_LARGE", "The body is larger than this call takes. Send it in smaller requests."),
        StatusCodes.Status415UnsupportedMediaType => Problem.WriteAsync(
            context, status, "UNSUPPORTED_MEDIA_TYPE", "This call takes application/json. Set the header Content-Type to it."),
        StatusCodes.Status503ServiceUnavailable => Problem.WriteAsync(
            context, status, "UNAVAILABLE", "The server cannot serve now. Send the request again later.", retryAfterSeconds: 1),
        >= 500 => Problem.WriteAsync(context, status, "INTERNAL_ERROR", "Laurel failed on this request. The server's log holds the cause under this trace_id."),
        _ => Problem.WriteAsync(context, status, "BAD_REQUEST", "The request cannot be read as HTTP. Send it again as HTTP/1.1 or HTTP/2 asks."),
    };

    private static string Echo(string? text) =>
        text is null ? "" : text.Length <= EchoedPathMaxLength ? text : string.Concat(text.AsSpan(0, EchoedPathMaxLength), "…");

    [LoggerMessage(LogLevel.Warning, "The store failed a request (trace_id {TraceId}). {Reason}")]
    private static partial void LogStore(ILogger logger, string reason, string traceId);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed; trace_id {TraceId}.")]
    private static partial void LogUnforeseen(ILogger logger, Exception exception, string method, string path, string traceId);
}
