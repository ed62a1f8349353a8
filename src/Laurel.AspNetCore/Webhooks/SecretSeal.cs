using System.Security.Cryptography;
using System.Text;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// Encrypts signing secrets for the store, with AES-256-GCM: whoever has the store alone cannot sign. A sealed secret is one byte that tells its key, 12 random bytes,
/// the encrypted secret, and 16 bytes that prove it whole; it belongs to its webhook's id, so that it opens for no other. Any thread.
/// </summary>
internal sealed class SecretSeal(SecretKeys keys)
{
    /// <summary>Why a webhook cannot be signed for, for people.</summary>
    public const string CannotOpen =
        "its secret cannot be decrypted: the key that it was encrypted with is missing. Bring the key back (option Webhooks:EncryptionKey, or the key file beside the store), or rotate the secret.";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int FrameBytes = 1 + NonceBytes + TagBytes;

    /// <summary>Encrypts a secret of the webhook <paramref name="webhookId"/>; null where there is no key to do it with, which the log explains.</summary>
    public byte[]? Seal(string webhookId, WebhookSecret secret)
    {
        if (keys.ForSealing() is not { } key)
        {
            return null;
        }

        var plain = secret.Key;
        var output = new byte[FrameBytes + plain.Length];
        output[0] = IdOf(key);
        var nonce = output.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, output.AsSpan(1 + NonceBytes, plain.Length), output.AsSpan(^TagBytes..), Encoding.UTF8.GetBytes(webhookId));
        return output;
    }

    /// <summary>
    /// The secrets that sign messages to <paramref name="endpoint"/> at <paramref name="now"/>, the newest first. Empty where the newest cannot be decrypted: then
    /// <see cref="CannotOpen"/> says what to do. Older ones that cannot be are left out.
    /// </summary>
    public IReadOnlyList<WebhookSecret> Open(WebhookEndpoint endpoint, Timestamp now)
    {
        var secrets = new List<WebhookSecret>(endpoint.Secrets.Count);
        for (var i = 0; i < endpoint.Secrets.Count; i++)
        {
            if (endpoint.Secrets[i].ValidUntil is { } until && until <= now)
            {
                continue;
            }

            if (Open(endpoint.Id, endpoint.Secrets[i].Sealed) is { } secret)
            {
                secrets.Add(secret);
            }
            else if (i == 0)
            {
                return [];
            }
        }

        return secrets;
    }

    /// <summary>Decrypts a secret of the webhook <paramref name="webhookId"/>; null where no key fits, or it was changed.</summary>
    public WebhookSecret? Open(string webhookId, ReadOnlySpan<byte> sealedSecret)
    {
        var length = sealedSecret.Length - FrameBytes;
        if (length is < WebhookSecret.MinBytes or > WebhookSecret.MaxBytes)
        {
            return null;
        }

        Span<byte> plain = stackalloc byte[length];
        var owner = Encoding.UTF8.GetBytes(webhookId);
        foreach (var key in keys.All())
        {
            if (IdOf(key) != sealedSecret[0])
            {
                continue;
            }

            using var aes = new AesGcm(key, TagBytes);
            try
            {
                aes.Decrypt(sealedSecret.Slice(1, NonceBytes), sealedSecret.Slice(1 + NonceBytes, length), sealedSecret[^TagBytes..], plain, owner);
                return WebhookSecret.Of(plain);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Another key may have the same byte.
            }
        }

        return null;
    }

    // It only spares tries: one byte of a hash tells nothing of 32 random ones.
    private static byte IdOf(byte[] key) => SHA256.HashData(key)[0];
}
