using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Laurel.Webhooks;

/// <summary>
/// Signs messages as Standard Webhooks has it: <c>v1,</c> and the base64 of the HMAC-SHA256 of <c>id.timestamp.body</c>.
/// </summary>
public static class WebhookSignature
{
    /// <summary>
    /// The value of the header <c>webhook-signature</c>: a signature for each of <paramref name="secrets"/>, with spaces between, the newest secret first.
    /// <paramref name="messageId"/> is that of <c>webhook-id</c>, <paramref name="sentAtSeconds"/> that of <c>webhook-timestamp</c> (whole seconds since 1970),
    /// <paramref name="body"/> the very bytes that are sent.
    /// </summary>
    public static string Of(IReadOnlyList<WebhookSecret> secrets, string messageId, long sentAtSeconds, ReadOnlySpan<byte> body)
    {
        if (secrets.Count == 0)
        {
            throw new ArgumentException("A message without a secret would be sent unsigned.", nameof(secrets));
        }

        var start = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{messageId}.{sentAtSeconds}."));
        var header = new StringBuilder();
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var i = 0; i < secrets.Count; i++)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets[i].Key);
            hmac.AppendData(start);
            hmac.AppendData(body);
            hmac.GetHashAndReset(hash);
            header.Append(i > 0 ? " v1," : "v1,").Append(Convert.ToBase64String(hash));
        }

        return header.ToString();
    }
}
