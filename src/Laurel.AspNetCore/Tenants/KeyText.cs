using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// The three kinds of key as callers write them: <c>bq_live_</c>, <c>bq_test_</c> or <c>bq_op_</c> and 32 lowercase hex characters.
/// Source: semantics §1.
/// </summary>
internal static class KeyText
{
    public const string Live = "bq_live_";
    public const string Test = "bq_test_";
    public const string Operator = "bq_op_";

    /// <summary>Characters of a key that are kept for display.</summary>
    public const int PrefixLength = 12;

    private const int HexDigits = 32;

    /// <summary>Bytes of SHA-256.</summary>
    public const int HashBytes = 32;

    /// <summary>A new key with 128 random bits.</summary>
    public static string Draw(string kind)
    {
        Span<byte> random = stackalloc byte[HexDigits / 2];
        RandomNumberGenerator.Fill(random);
        return kind + Convert.ToHexStringLower(random);
    }

    /// <summary>Whether <paramref name="key"/> is spelled as a key for participants and administrators.</summary>
    public static bool IsApiKey(ReadOnlySpan<char> key) => IsKey(key, Live) || IsKey(key, Test);

    /// <summary>Whether <paramref name="key"/> is spelled as an operator's key.</summary>
    public static bool IsOperatorKey(ReadOnlySpan<char> key) => IsKey(key, Operator);

    /// <summary>SHA-256 of a well-spelled key into 32 bytes.</summary>
    public static void Hash(ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> ascii = stackalloc byte[Live.Length + HexDigits];
        var length = Encoding.ASCII.GetBytes(key, ascii);

        // Calls come mostly with the key of the call before, and the system's SHA-256 costs more than all else here. The comparison takes the
        // same time wherever the keys differ.
        var last = _last ??= new byte[ascii.Length + HashBytes];
        if (!CryptographicOperations.FixedTimeEquals(ascii[..length], last.AsSpan(0, length)))
        {
            SHA256.HashData(ascii[..length], last.AsSpan(ascii.Length));
            ascii[..length].CopyTo(last);
        }

        last.AsSpan(ascii.Length).CopyTo(hash);
    }

    // A key and its hash, of the call before on this thread.
    [ThreadStatic]
    private static byte[]? _last;

    /// <summary>SHA-256 of a well-spelled key.</summary>
    public static byte[] Hash(string key)
    {
        var hash = new byte[HashBytes];
        Hash(key, hash);
        return hash;
    }

    /// <summary>The part of a hash that finds a key; the whole hash then confirms it.</summary>
    public static UInt128 Finder(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private static bool IsKey(ReadOnlySpan<char> key, string kind)
    {
        if (key.Length != kind.Length + HexDigits || !key.StartsWith(kind, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in key[kind.Length..])
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }
}
