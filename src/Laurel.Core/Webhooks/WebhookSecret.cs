using System.Diagnostics.CodeAnalysis;

namespace Laurel.Webhooks;

/// <summary>
/// What messages to one endpoint are signed with: 24 to 64 random bytes, told as <c>whsec_</c> and their base64. Source: Standard Webhooks.
/// </summary>
public sealed class WebhookSecret
{
    /// <summary>What every secret's text begins with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Fewest bytes.</summary>
    public const int MinBytes = 24;

    /// <summary>Most bytes.</summary>
    public const int MaxBytes = 64;

    /// <summary>Bytes of a secret that Laurel makes: as many as the signature's hash gives, more would add nothing.</summary>
    public const int MadeBytes = 32;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>The key of the signature, 24 to 64 bytes.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>The secret of <paramref name="key"/>, 24 to 64 bytes that the shell drew or kept. Throws on any other length: a bug.</summary>
    public static WebhookSecret Of(ReadOnlySpan<byte> key) => key.Length is >= MinBytes and <= MaxBytes
        ? new WebhookSecret(key.ToArray())
        : throw new ArgumentOutOfRangeException(nameof(key), key.Length, $"A webhook secret has {MinBytes} to {MaxBytes} bytes.");

    /// <summary>
    /// Reads what a caller gave; else <paramref name="fault"/> says what is wrong and what to change. It never repeats the text: a secret with a typing error is
    /// most of a secret.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WebhookSecret? secret, [NotNullWhen(false)] out string? fault)
    {
        secret = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            fault = $"must begin with {Prefix}";
            return false;
        }

        // Too long to be right: not worth a buffer. 64 bytes make 88 characters.
        var base64 = text[Prefix.Length..];
        Span<byte> key = stackalloc byte[MaxBytes * 2];
        if (base64.Length > MaxBytes * 2)
        {
            fault = $"must have the base64 of {MinBytes} to {MaxBytes} bytes after {Prefix}, but has {base64.Length} characters there";
            return false;
        }

        // Written again it must be the same: so white space and spare bits, which libraries read in different ways, are refused.
        if (!Convert.TryFromBase64String(base64, key, out var length) || Convert.ToBase64String(key[..length]) != base64)
        {
            fault = $"must have base64 with its padding after {Prefix}: A to Z, a to z, 0 to 9, + and /, without white space";
            return false;
        }

        if (length is < MinBytes or > MaxBytes)
        {
            fault = $"must have the base64 of {MinBytes} to {MaxBytes} bytes after {Prefix}, but has that of {length}";
            return false;
        }

        secret = new WebhookSecret(key[..length].ToArray());
        fault = null;
        return true;
    }

    /// <summary><c>whsec_</c> and base64: the secret itself, which is shown once and never logged.</summary>
    public override string ToString() => Prefix + Convert.ToBase64String(_key);
}
