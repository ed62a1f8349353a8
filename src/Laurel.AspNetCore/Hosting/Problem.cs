using System.Diagnostics;
using System.Text.Json;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// Writes errors: RFC 9457 <c>application/problem+json</c> with <c>type title status detail code trace_id</c> and, for 422, <c>errors</c>. Source: semantics §2.
/// </summary>
internal static class Problem
{
    /// <summary>
    /// Answers <paramref name="status"/>. <paramref name="code"/> is the contract's, else upper snake case; <paramref name="detail"/> a sentence with
    /// the value, the limit and what to change. <paramref name="retryAfterSeconds"/> becomes the <c>Retry-After</c> header.
    /// </summary>
    public static async Task WriteAsync(
        HttpContext context, int status, string code, string detail, IReadOnlyList<Fault>? errors = null, int? retryAfterSeconds = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        if (retryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString();
        }

        await using var writer = new Utf8JsonWriter(response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", TitleOf(status));
        writer.WriteNumber("status", status);
        writer.WriteString("detail", detail);
        writer.WriteString("code", code);
        writer.WriteString("trace_id", TraceId(context));
        if (errors is not null)
        {
            writer.WriteStartArray("errors");
            foreach (var error in errors)
            {
                writer.WriteStartObject();
                writer.WriteString("pointer", error.Pointer);
                writer.WriteString("message", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>422 with every fault found.</summary>
    public static Task UnprocessableAsync(HttpContext context, IReadOnlyList<Fault> errors) =>
        WriteAsync(
            context,
            StatusCodes.Status422UnprocessableEntity,
            "unprocessable_entity",
            errors.Count == 1 ? $"{(errors[0].Pointer.Length == 0 ? "The request" : $"{errors[0].Pointer}:")} {errors[0].Message}" : $"{errors.Count} things are wrong with the request; `errors` lists each with its place.",
            errors);

    /// <summary>Names a request in answers and in the log: its trace where somebody listens to traces, else its connection and number.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>What a status is called.</summary>
    public static string TitleOf(int status) => status switch
    {
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        408 => "Request timeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition failed",
        413 => "Content too large",
        415 => "Unsupported media type",
        422 => "Unprocessable content",
        429 => "Too many requests",
        500 => "Internal error",
        503 => "Service unavailable",
        _ => "Error",
    };
}
