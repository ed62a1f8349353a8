
namespace Laurel.Facts;

/// <summary>
/// The limits of the texts by which callers name things. Lengths count Unicode code points; ids are exact: case kept, nothing trimmed,
/// nothing normalised. Source: contract "Request body", semantics §2.
/// </summary>
public static class Identifiers
{
    /// <summary>Code points of a participant id.</summary>
    public const int ParticipantIdMaxLength = 255;

    /// <summary>Code points of an event name.</summary>
    public const int EventNameMaxLength = 100;

    /// <summary>Code points of an idempotency key, in header and body.</summary>
    public const int IdempotencyKeyMaxLength = 255;

    /// <summary>Null when <paramref name="text"/> may be a participant id; else what is wrong and what to change.</summary>
    public static string? ParticipantIdFault(string text) =>
        text is "." or ".."
            ? $"'{text}' cannot be a participant id: clients and proxies remove it from a path. Use another id."
            : LengthFault(text, ParticipantIdMaxLength) ?? ControlFault(text);

    /// <summary>Null when <paramref name="text"/> may be an event name; else what is wrong and what to change.</summary>
    public static string? EventNameFault(string text) => LengthFault(text, EventNameMaxLength) ?? ControlFault(text);

    /// <summary>Null when <paramref name="text"/> may be a body idempotency key; else what is wrong and what to change.</summary>
    public static string? IdempotencyKeyFault(string text) => LengthFault(text, IdempotencyKeyMaxLength);

    /// <summary>Whether a header holds a key of the contract's pattern <c>^[A-Za-z0-9_\-:.]{1,255}$</c>.</summary>
    public static bool IsHeaderIdempotencyKey(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > IdempotencyKeyMaxLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or ':' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether <paramref name="code"/> may name a definition: <c>^[a-z0-9_]{1,50}$</c> (semantics §8).</summary>
    public static bool IsCode(ReadOnlySpan<char> code)
    {
        if (code.Length is 0 or > 50)
        {
            return false;
        }

        foreach (var c in code)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Unicode code points in <paramref name="text"/>.</summary>
    public static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c))
            {
                count--;
            }
        }

        return count;
    }

    private static string? LengthFault(string text, int limit)
    {
        // A code point is one or two UTF-16 units, so most texts need no count.
        if (text.Length is > 0 && text.Length <= limit)
        {
            return null;
        }

        var length = CodePoints(text);
        return length >= 1 && length <= limit ? null : $"must have 1 to {limit} characters, but has {length}";
    }

    private static string? ControlFault(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return $"must not contain control characters, but has U+{(int)c:X4}";
            }
        }

        return null;
    }
}
