using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>A request as a receiver gets it at <paramref name="Now"/> (seconds since 1970), and whether it may believe it.</summary>
internal sealed record ReceivedRequest(string What, string Id, string SentAt, string Signatures, byte[] Body, long Now, bool IsGenuine)
{
    /// <summary>The secret of every receiver.</summary>
    public static readonly WebhookSecret Secret = WebhookSecret.Of([.. Enumerable.Range(1, 32).Select(value => (byte)value)]);

    private const string MessageId = "01KHDSFJFT0000000008000001";
    private const long SentAtSeconds = 1_771_063_200;
    private static readonly WebhookSecret Other = WebhookSecret.Of([.. Enumerable.Range(2, 32).Select(value => (byte)value)]);

    /// <summary>Genuine requests of every type and forged ones of every sort.</summary>
    public static IReadOnlyList<ReceivedRequest> All { get; } = [.. Genuine(), .. Flipped(), .. Untimely(), .. Forged()];

    private static IEnumerable<ReceivedRequest> Genuine() => Story.Bodies.SelectMany(sent =>
    {
        var (type, body) = sent;
        var alone = Sent(type, body, [Secret]);
        return (ReceivedRequest[])
        [
            alone,
            Sent($"{type}, the newer of two secrets", body, [Secret, Other]),
            Sent($"{type}, the older of two secrets", body, [Other, Secret]),
            alone with { What = $"{type}, received 300 seconds later", Now = SentAtSeconds + 300 },
            alone with { What = $"{type}, received 300 seconds before", Now = SentAtSeconds - 300 },
        ];
    });

    // A bit of each byte of what is signed, and of the signature.
    private static IEnumerable<ReceivedRequest> Flipped()
    {
        var sent = Sent("flipped", Story.Bodies[MessageTypes.EventProcessed], [Secret]) with { IsGenuine = false };
        for (var i = 0; i < sent.Body.Length; i++)
        {
            var body = sent.Body.ToArray();
            body[i] ^= (byte)(1 << (i % 8));
            yield return sent with { What = $"body, byte {i}", Body = body };
        }

        for (var i = 0; i < sent.Signatures.Length; i++)
        {
            yield return sent with { What = $"signature, byte {i}", Signatures = Flip(sent.Signatures, i) };
        }

        for (var i = 0; i < sent.Id.Length; i++)
        {
            yield return sent with { What = $"id, byte {i}", Id = Flip(sent.Id, i) };
        }

        yield return sent with { What = "timestamp", SentAt = Flip(sent.SentAt, sent.SentAt.Length - 1) };
    }

    private static IEnumerable<ReceivedRequest> Untimely()
    {
        var sent = Sent("untimely", Story.Bodies[MessageTypes.Test], [Secret]) with { IsGenuine = false };
        yield return sent with { What = "received too late", Now = SentAtSeconds + 301 };
        yield return sent with { What = "sent in the future", Now = SentAtSeconds - 301 };
        foreach (var text in (string[])["", "x", "-5", "+1771063200", "1771063200.0", "1.7710632e9", " 1771063200", "1771063200 ", "99999999999999999999", new string('9', 6000), "١٧٧١٠٦٣٢٠٠"])
        {
            yield return Signed(sent with { What = $"timestamp '{text}'", SentAt = text });
        }
    }

    private static IEnumerable<ReceivedRequest> Forged()
    {
        var sent = Sent("forged", Story.Bodies[MessageTypes.Test], [Secret]) with { IsGenuine = false };
        yield return Sent("another's secret", sent.Body, [Other]) with { IsGenuine = false };
        foreach (var text in (string[])["", " ", "v1", "v1,", "v1,=", "v1a" + sent.Signatures[2..], "v2" + sent.Signatures[2..], sent.Signatures[3..], sent.Signatures[..^1], sent.Signatures + "=", "v1,ü" + sent.Signatures[4..]])
        {
            yield return sent with { What = $"signature '{text}'", Signatures = text };
        }
    }

    private static ReceivedRequest Sent(string what, byte[] body, IReadOnlyList<WebhookSecret> secrets) => new(
        what, MessageId, SentAtSeconds.ToString(CultureInfo.InvariantCulture), WebhookSignature.Of(secrets, MessageId, SentAtSeconds, body), body, SentAtSeconds, IsGenuine: true);

    // Signed over the timestamp as it stands, so that only its spelling can give it away.
    private static ReceivedRequest Signed(ReceivedRequest request)
    {
        var hash = HMACSHA256.HashData(Secret.Key, [.. Encoding.UTF8.GetBytes($"{request.Id}.{request.SentAt}."), .. request.Body]);
        return request with { Signatures = $"v1,{Convert.ToBase64String(hash)}" };
    }

    private static string Flip(string text, int place) => $"{text[..place]}{(char)(text[place] ^ 1)}{text[(place + 1)..]}";
}
