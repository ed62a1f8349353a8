using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// Sends one message of the type <c>webhook.test</c> at once and keeps the attempt. It is signed and guarded as every message, and has no retry and no effect on the
/// webhook: a person waits for the answer. Any thread.
/// </summary>
internal sealed class WebhookTest(ILaurelStore store, WebhookSender sender, SecretSeal seal, LaurelOptions options, TimeProvider time)
{
    /// <summary>Tests that may run at once in this process: each may hold a request and a connection for the whole timeout.</summary>
    public const int RunningLimit = 16;

    private int _running;

    /// <summary>Tries <paramref name="endpoint"/>, disabled or not; null where too many others are being tried.</summary>
    public async Task<WebhookAttempt?> RunAsync(WebhookEndpoint endpoint)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > RunningLimit)
            {
                return null;
            }

            // The timeout bounds it. A caller who goes does not end it, so that what was sent is always told by the list of attempts.
            var attempt = await SendAsync(endpoint);
            await store.Webhooks.CompleteAsync(new DeliveryResults([], [attempt], new Dictionary<int, Timestamp?>()), CancellationToken.None);
            return attempt;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint)
    {
        var sentAt = time.GetUtcNow();
        var now = Timestamp.From(sentAt);
        var id = FactId.StartOfBlock(now, BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var blank = new WebhookAttempt(endpoint.Key, id, MessageTypes.Test, Number: 1, now, LatencyMs: 0, "failed", Status: null, Error: null, Answer: default);
        var secrets = seal.Open(endpoint, now);
        if (secrets.Count == 0)
        {
            return blank with { Error = SecretSeal.CannotOpen };
        }

        var body = new ArrayBufferWriter<byte>(512);
        await using (var writer = new Utf8JsonWriter(body, JsonAnswers.Options))
        {
            WebhookPayload.WriteTest(writer, id, now, endpoint.Environment, endpoint.Id);
        }

        var signatures = WebhookSignature.Of(secrets, id.ToString(), sentAt.ToUnixTimeSeconds(), body.WrittenSpan);
        var result = await sender.SendAsync(
            new WebhookRequest(
                endpoint.Url, endpoint.Environment.IsLive, id.ToString(), sentAt, signatures, body.WrittenMemory, TimeSpan.FromSeconds(options.WebhooksTimeoutSeconds)),
            CancellationToken.None);
        var attempt = blank with { LatencyMs = (int)result.Latency.TotalMilliseconds };
        return result switch
        {
            SendResult.Answered answered => attempt with
            {
                Outcome = answered.Status is >= 200 and < 300 ? "delivered" : "failed",
                Status = answered.Status,
                Answer = Encoding.UTF8.GetBytes(answered.AnswerStart),
            },
            SendResult.Failed failed => attempt with { Error = failed.Reason },
            _ => throw new InvalidOperationException($"{result.GetType().Name} is no result of a send."),
        };
    }
}
