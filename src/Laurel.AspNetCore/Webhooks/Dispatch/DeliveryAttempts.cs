using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Laurel.AspNetCore.Telemetry;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>What an attempt says of its endpoint.</summary>
internal enum Verdict
{
    /// <summary>It took the message.</summary>
    Taken,

    /// <summary>It did not.</summary>
    Refused,

    /// <summary>It wants no message ever again.</summary>
    Gone,

    /// <summary>Nothing: no request was made, or nobody knows what came of it.</summary>
    Nothing,
}

/// <summary>What came of an attempt: for the delivery, and for its endpoint. <paramref name="RetryAfter"/> is what the endpoint asked for, all of it.</summary>
internal readonly record struct AttemptOutcome(DeliveryResult Result, Verdict Verdict, TimeSpan? RetryAfter, TimeSpan Latency);

/// <summary>Makes one attempt at a delivery: renders the message from the log, signs it, sends it and judges the answer. Any thread.</summary>
internal sealed class DeliveryAttempts(
    WebhookSender sender, SecretSeal seal, WebhooksOptions options, TimeProvider time, LaurelTelemetry telemetry, ILogger<DeliveryAttempts> logger)
{
    private const string UnknownType = "unknown";

    /// <summary>Tries once. Never throws; where <paramref name="cancellationToken"/> ends it, the delivery is given back.</summary>
    public async Task<AttemptOutcome> MakeAsync(WebhookEndpoint endpoint, ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var messageId = DerivedFact.IdOf(delivery.Input.EventId, delivery.Name.Place);
        byte[] body;
        string type;
        try
        {
            body = Render(delivery);
            type = TypeOf(body);
        }
        catch (Exception failure)
        {
            // A message that cannot be made today cannot be made tomorrow: it must not keep the others waiting.
            WebhooksLog.Unrenderable(logger, messageId.ToString(), endpoint.Id, failure);
            var attempt = new WebhookAttempt(
                endpoint.Key, messageId, UnknownType, delivery.Attempts + 1, now, 0, "", null, "the message could not be made from the log; this is a bug of Laurel's", default);
            return Judged(endpoint, delivery, DeliveryFate.Dead, now, Verdict.Nothing, null, TimeSpan.Zero, attempt);
        }

        SendResult result;
        try
        {
            result = Sign(endpoint, messageId, body, now) is { } request
                ? await sender.SendAsync(request, cancellationToken)
                : new SendResult.Failed(SecretSeal.CannotOpen, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new AttemptOutcome(new DeliveryResult(delivery.Name, delivery.LeaseUntil, DeliveryFate.Released, default, Attempt: null), Verdict.Nothing, null, TimeSpan.Zero);
        }
        catch (Exception failure)
        {
            WebhooksLog.SendBroke(logger, messageId.ToString(), endpoint.Id, failure);
            result = new SendResult.Failed("Laurel failed to send the message; this is a bug of Laurel's", TimeSpan.Zero);
        }

        return Judge(endpoint, delivery, messageId, type, now, result);
    }

    /// <summary>The body of a delivery's message.</summary>
    private static byte[] Render(ClaimedDelivery delivery)
    {
        var row = delivery.Input;
        var source = new MessageSource(
            delivery.Participant.Environment,
            ErasedName.Is(delivery.Participant.Id) ? null : delivery.Participant.Id,
            row.Seq,
            row.EventId,
            row.Kind == InputKind.Event ? row.EventName : null,
            row.OccurredAt,
            row.Properties,
            row.Facts,
            row.Answer);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer);
        WebhookPayload.Write(writer, source, delivery.Name.Place);
        return buffer.WrittenSpan.ToArray();
    }

    // The type is the second member.
    private static string TypeOf(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                return reader.GetString()!;
            }
        }

        throw new InvalidOperationException("A message has no type.");
    }

    // Null where the secrets cannot be opened: the operator's key is wrong, which is no fault of the message.
    private WebhookRequest? Sign(WebhookEndpoint endpoint, FactId messageId, byte[] body, Timestamp now)
    {
        var secrets = seal.Open(endpoint, now);
        if (secrets.Count == 0)
        {
            return null;
        }

        var at = new DateTimeOffset(now.ToDateTime());
        var id = messageId.ToString();
        var signatures = WebhookSignature.Of(secrets, id, at.ToUnixTimeSeconds(), body);
        return new WebhookRequest(endpoint.Url, endpoint.Environment.IsLive, id, at, signatures, body, options.Timeout);
    }

    private AttemptOutcome Judge(WebhookEndpoint endpoint, ClaimedDelivery delivery, FactId messageId, string type, Timestamp startedAt, SendResult result)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var answered = result as SendResult.Answered;
        var verdict = answered?.Status switch
        {
            >= 200 and < 300 => Verdict.Taken,
            410 => Verdict.Gone,
            _ => Verdict.Refused,
        };
        var retryAfter = answered?.Status is 429 or 503 ? answered.RetryAfter : null;

        // A delivery to an endpoint that is gone is held, whatever its number of attempts: whoever enables the endpoint again gets it.
        Timestamp? dueAt = verdict == Verdict.Refused ? options.Retries.Next(delivery.Attempts + 1, now, Random.Shared.NextDouble(), retryAfter) : now;
        var fate = verdict == Verdict.Taken ? DeliveryFate.Delivered : dueAt is null ? DeliveryFate.Dead : DeliveryFate.Later;
        var attempt = new WebhookAttempt(
            endpoint.Key,
            messageId,
            type,
            delivery.Attempts + 1,
            startedAt,
            (int)Math.Min(int.MaxValue, result.Latency.TotalMilliseconds),
            "",
            answered?.Status,
            (result as SendResult.Failed)?.Reason,
            Utf8Start(answered?.AnswerStart ?? ""));
        return Judged(endpoint, delivery, fate, dueAt ?? now, verdict, retryAfter, result.Latency, attempt);
    }

    private AttemptOutcome Judged(
        WebhookEndpoint endpoint, ClaimedDelivery delivery, DeliveryFate fate, Timestamp dueAt, Verdict verdict, TimeSpan? retryAfter, TimeSpan latency, WebhookAttempt attempt)
    {
        var outcome = fate switch { DeliveryFate.Delivered => "delivered", DeliveryFate.Dead => "dead", _ => "failed" };
        telemetry.NoteWebhookAttempt(endpoint.Id, outcome, latency);
        var result = new DeliveryResult(delivery.Name, delivery.LeaseUntil, fate, dueAt, attempt with { Outcome = outcome });
        return new AttemptOutcome(result, verdict, retryAfter, latency);
    }

    // Characters that stand for bytes that were none may make it longer than it came.
    private static ReadOnlyMemory<byte> Utf8Start(string text)
    {
        if (text.Length == 0)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[WebhookSender.KeptAnswerBytes];
        Utf8.FromUtf16(text, bytes, out _, out var written);
        return bytes[..written].ToArray();
    }
}
