using System.Text;
using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>A secret in the one moment in which it is shown. <paramref name="PreviousValidUntil"/> is until when the one before still signs, null where there was none.</summary>
internal sealed record ShownSecret(WebhookSecret Secret, Timestamp? PreviousValidUntil);

/// <summary>Finds webhooks, and writes them and what became of their messages as callers see them.</summary>
internal static class WebhookAnswers
{
    /// <summary>Where webhooks are.</summary>
    public const string Path = "/api/v1/gamify/admin/webhooks";

    /// <summary>The webhook of the path, if it is the caller's environment's; null otherwise: then 404 has been answered.</summary>
    public static async ValueTask<WebhookEndpoint?> FindAsync(HttpContext context, ILaurelStore store)
    {
        var id = (string)context.Request.RouteValues["webhook_id"]!;
        foreach (var endpoint in await store.Webhooks.ReadEndpointsAsync(Caller.Of(context).Environment, context.RequestAborted))
        {
            if (endpoint.Id == id)
            {
                return endpoint;
            }
        }

        await Problem.WriteAsync(
            context, StatusCodes.Status404NotFound, "WEBHOOK_NOT_FOUND", $"This key's environment has no webhook of this webhook_id. GET {Path} lists those that it has.");
        return null;
    }

    /// <summary>Writes one JSON object.</summary>
    public static async Task AnswerAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        write(writer);
    }

    /// <summary>Writes a page of <paramref name="total"/> items.</summary>
    public static Task AnswerPageAsync<T>(HttpContext context, string name, IEnumerable<T> items, long total, Paging paging, Action<Utf8JsonWriter, T> write) =>
        AnswerAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray(name);
            foreach (var item in items)
            {
                write(writer, item);
            }

            writer.WriteEndArray();
            writer.WriteNumber("total", total);
            writer.WriteNumber("page", paging.Page);
            writer.WriteNumber("page_size", paging.PageSize);
            writer.WriteEndObject();
        });

    /// <summary>Writes a webhook with its tag. <paramref name="shown"/> is there only where a secret was just given or made.</summary>
    public static Task AnswerAsync(HttpContext context, int status, WebhookEndpoint endpoint, SecretSeal seal, Timestamp now, ShownSecret? shown = null)
    {
        VersionTag.Set(context, endpoint.Revision);
        if (shown is not null)
        {
            context.Response.Headers.CacheControl = "no-store";
        }

        return AnswerAsync(context, status, writer => Write(writer, endpoint, seal, now, shown));
    }

    /// <summary>Writes a webhook. Of its secrets only those that still sign are told, and how long they do.</summary>
    public static void Write(Utf8JsonWriter writer, WebhookEndpoint endpoint, SecretSeal seal, Timestamp now, ShownSecret? shown = null)
    {
        writer.WriteStartObject();
        writer.WriteString("webhook_id", endpoint.Id);
        writer.WriteString("url", endpoint.Url);
        writer.WriteStartArray("event_types");
        foreach (var type in endpoint.EventTypes)
        {
            writer.WriteStringValue(type);
        }

        writer.WriteEndArray();
        writer.WriteString("description", endpoint.Description);
        writer.WriteString("status", StatusOf(endpoint));
        writer.WriteString("disabled_reason", endpoint.DisabledReason);
        if (shown is not null)
        {
            writer.WriteString("secret", shown.Secret.ToString());
            writer.WriteString("previous_valid_until", shown.PreviousValidUntil?.ToString());
        }

        writer.WriteStartArray("secrets");
        foreach (var secret in endpoint.Secrets.Where(secret => secret.ValidUntil is not { } until || until > now))
        {
            writer.WriteStartObject();
            writer.WriteString("valid_until", secret.ValidUntil?.ToString());
            writer.WriteBoolean("is_readable", seal.Open(endpoint.Id, secret.Sealed) is not null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("failing_since", endpoint.FailingSince?.ToString());
        writer.WriteString("created_at", endpoint.CreatedAt.ToString());
        writer.WriteString("updated_at", endpoint.UpdatedAt.ToString());
        writer.WriteEndObject();
    }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public static string StatusOf(WebhookEndpoint endpoint) => endpoint.Status == EndpointStatus.Enabled ? "enabled" : "disabled";

    /// <summary>Writes an attempt. Its answer may be any bytes; those that are no text are replaced.</summary>
    public static void Write(Utf8JsonWriter writer, WebhookAttempt attempt)
    {
        writer.WriteStartObject();
        writer.WriteString("message_id", attempt.MessageId.ToString());
        writer.WriteString("type", attempt.Type);
        writer.WriteNumber("attempt", attempt.Number);
        writer.WriteString("at", attempt.At.ToString());
        writer.WriteString("outcome", attempt.Outcome);
        WriteResult(writer, attempt);
        writer.WriteEndObject();
    }

    /// <summary>Writes what came of an attempt: <c>status latency_ms answer error</c>.</summary>
    public static void WriteResult(Utf8JsonWriter writer, WebhookAttempt attempt)
    {
        if (attempt.Status is { } status)
        {
            writer.WriteNumber("status", status);
        }
        else
        {
            writer.WriteNull("status");
        }

        writer.WriteNumber("latency_ms", attempt.LatencyMs);
        writer.WriteString("answer", attempt.Status is null ? null : Encoding.UTF8.GetString(attempt.Answer.Span));
        writer.WriteString("error", attempt.Error);
    }

    /// <summary>Writes a dead letter.</summary>
    public static void Write(Utf8JsonWriter writer, DeadLetter letter)
    {
        writer.WriteStartObject();
        writer.WriteString("message_id", DerivedFact.IdOf(letter.Input.EventId, letter.Place).ToString());
        writer.WriteString("type", TypeOf(letter));
        writer.WriteNumber("attempts", letter.Attempts);
        writer.WriteString("queued_at", letter.QueuedAt.ToString());
        writer.WriteString("died_at", letter.DiedAt.ToString());
        writer.WriteEndObject();
    }

    /// <summary>Writes an entry of a webhook's history.</summary>
    public static void Write(Utf8JsonWriter writer, EndpointNote note)
    {
        writer.WriteStartObject();
        writer.WriteString("at", note.At.ToString());
        writer.WriteString("by", note.By);
        writer.WriteString("change", note.Change);
        writer.WriteString("detail", note.Detail);
        writer.WriteEndObject();
    }

    private static string? TypeOf(DeadLetter letter)
    {
        if (letter.Place == WebhookPayload.OwnPlace)
        {
            return MessageTypes.EventProcessed;
        }

        using var facts = JsonDocument.Parse(letter.Input.Facts);
        return facts.RootElement[letter.Place].GetProperty("kind"u8).GetString();
    }
}
