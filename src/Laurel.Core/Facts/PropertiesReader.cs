using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Laurel.Facts;

/// <summary>
/// The trust boundary of payloads: reads one JSON object, finds every fault, keeps the text as written without white space.
/// Limits: 32 KiB, depth 32, numbers of at most 64 characters with an exponent within ±308, no U+0000, no lone surrogate, no member
/// named twice. Source: semantics §2; pitfalls 7 to 9.
/// </summary>
public static class PropertiesReader
{
    /// <summary>Bytes of the text without white space.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>Objects and lists within each other, the outermost object included.</summary>
    public const int MaxDepth = 32;

    private const int WrappingLevels = 8;

    /// <summary>Characters of a number literal.</summary>
    public const int MaxNumberLength = 64;

    /// <summary>Largest exponent of a number literal, either sign.</summary>
    public const int MaxExponent = 308;

    /// <summary>
    /// Reads the value at which <paramref name="reader"/> stands, and leaves it at that value's last token. Null when it is no object or has faults,
    /// which are added with <paramref name="pointer"/> before their place. The reader's input must be valid UTF-8; malformed JSON throws
    /// <see cref="JsonException"/>.
    /// </summary>
    public static Properties? Read(ref Utf8JsonReader reader, string pointer, List<Fault> faults) => Read(ref reader, pointer, faults, depth: 1);

    /// <summary>Reads what was checked before and may by now stand a few levels deeper, in a command's payload that Laurel wrote around it.</summary>
    internal static Properties? ReadTrusted(ref Utf8JsonReader reader, List<Fault> faults) => Read(ref reader, "", faults, depth: 1 - WrappingLevels);

    private static Properties? Read(ref Utf8JsonReader reader, string pointer, List<Fault> faults, int depth)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(new Fault(pointer, "must be a JSON object such as {\"amount\": 49.99}"));
            reader.Skip();
            return null;
        }

        var before = faults.Count;
        var walk = Walk.Start(pointer, faults);
        walk.Value(ref reader, depth, nameStart: 0, nameLength: 0);
        if (walk.Length > MaxBytes)
        {
            faults.Add(new Fault(pointer, $"must have at most {MaxBytes} bytes, but has {walk.Length} without white space"));
        }

        return faults.Count == before ? walk.ToProperties() : null;
    }

    /// <summary>
    /// Checks the value at which <paramref name="reader"/> stands, of any kind, and leaves the reader at its last token: what is ignored must still be
    /// JSON that everybody reads alike.
    /// </summary>
    public static void Check(ref Utf8JsonReader reader, string pointer, List<Fault> faults) =>
        Walk.Start(pointer, faults).Value(ref reader, depth: 1, nameStart: 0, nameLength: 0);

    /// <summary>
    /// What is wrong with a JSON string's raw text (between the quotes), null if nothing: an escaped U+0000, or half of a surrogate pair.
    /// Unescaped text needs no look: JSON forbids raw control characters, and valid UTF-8 has no surrogates.
    /// </summary>
    public static string? TextFault(ReadOnlySpan<byte> raw)
    {
        var pendingHigh = false;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                if (pendingHigh)
                {
                    return LoneSurrogate;
                }

                continue;
            }

            i++;
            if (raw[i] != 'u')
            {
                if (pendingHigh)
                {
                    return LoneSurrogate;
                }

                continue;
            }

            var unit = HexValue(raw.Slice(i + 1, 4));
            i += 4;
            if (unit == 0)
            {
                return "must not contain U+0000";
            }

            if (pendingHigh != char.IsLowSurrogate((char)unit))
            {
                return LoneSurrogate;
            }

            pendingHigh = char.IsHighSurrogate((char)unit);
        }

        return pendingHigh ? LoneSurrogate : null;
    }

    // A thread that once read something huge does not keep its buffers.
    private const int KeptBytes = 64 * 1024;

    private const string LoneSurrogate = "must not contain half of a surrogate pair";

    /// <summary>The text that a JSON string's raw text stands for.</summary>
    internal static string Unescape(ReadOnlySpan<byte> raw)
    {
        var output = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var escape = raw.IndexOf((byte)'\\');
            if (escape < 0)
            {
                output.Append(Encoding.UTF8.GetString(raw));
                break;
            }

            output.Append(Encoding.UTF8.GetString(raw[..escape]));
            var used = 2;
            switch ((char)raw[escape + 1])
            {
                case 'u':
                    output.Append((char)HexValue(raw.Slice(escape + 2, 4)));
                    used = 6;
                    break;
                case 'n': output.Append('\n'); break;
                case 't': output.Append('\t'); break;
                case 'r': output.Append('\r'); break;
                case 'b': output.Append('\b'); break;
                case 'f': output.Append('\f'); break;
                case var same: output.Append(same); break;
            }

            raw = raw[(escape + used)..];
        }

        return output.ToString();
    }

    private static int HexValue(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    /// <summary>What is wrong with a number literal, null if nothing: longer than <see cref="MaxNumberLength"/>, or an exponent beyond <see cref="MaxExponent"/>.</summary>
    internal static string? NumberFault(ReadOnlySpan<byte> literal)
    {
        if (literal.Length > MaxNumberLength)
        {
            return $"must have at most {MaxNumberLength} characters, but has {literal.Length}; send longer numbers as text";
        }

        var e = literal.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0)
        {
            return null;
        }

        var exponent = 0;
        foreach (var c in literal[(e + 1)..])
        {
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                exponent = Math.Min(100_000, (exponent * 10) + (c - '0'));
            }
        }

        return exponent > MaxExponent ? $"must have an exponent from -{MaxExponent} to {MaxExponent}; send such numbers as text" : null;
    }

    /// <summary>One pass over the tokens of a value: copies the text, notes the nodes, collects faults.</summary>
    private sealed class Walk
    {
        // One a thread: a walk is over before the next one starts, and its buffers are the larger part of reading an event.
        [ThreadStatic]
        private static Walk? _walk;

        private readonly ArrayBufferWriter<byte> _text = new(1024);
        private readonly List<PropertyNode> _nodes = new(16);
        // Where we are: the place of a member's name in the text, or of an item in its list. Made into words only for a fault.
        private readonly Stack<(int NameStart, int NameLength, int Item)> _path = new();

        private string _root = "";
        private List<Fault> _faults = [];

        public int Length => _text.WrittenCount;

        public static Walk Start(string root, List<Fault> faults)
        {
            var walk = _walk is { Length: < KeptBytes } kept ? kept : _walk = new Walk();
            walk._text.ResetWrittenCount();
            walk._nodes.Clear();
            walk._path.Clear();
            walk._root = root;
            walk._faults = faults;
            return walk;
        }

        public Properties ToProperties() => new(_text.WrittenSpan.ToArray(), [.. _nodes]);

        public void Value(ref Utf8JsonReader reader, int depth, int nameStart, int nameLength)
        {
            var index = _nodes.Count;
            var start = Length;
            var type = reader.TokenType;
            _nodes.Add(default);
            switch (type)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when depth > MaxDepth:
                    Fault($"must not be nested deeper than {MaxDepth} objects and lists");
                    reader.Skip();
                    break;
                case JsonTokenType.StartObject:
                    Members(ref reader, depth, index);
                    break;
                case JsonTokenType.StartArray:
                    Items(ref reader, depth);
                    break;
                case JsonTokenType.String:
                    Text(ref reader);
                    break;
                default:
                    Scalar(ref reader, type);
                    break;
            }

            _nodes[index] = new PropertyNode(type, start, Length - start, nameStart, nameLength, _nodes.Count);
        }

        private void Members(ref Utf8JsonReader reader, int depth, int parent)
        {
            Append("{"u8);
            HashSet<string>? many = null;
            for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndObject; count++)
            {
                if (count > 0)
                {
                    Append(","u8);
                }

                var nameStart = Length + 1;
                Text(ref reader);
                var nameLength = Length - 1 - nameStart;
                if (SeenBefore(parent, nameStart, nameLength, count, ref many))
                {
                    Fault($"names the member \"{Encoding.UTF8.GetString(_text.WrittenSpan.Slice(nameStart, nameLength))}\" twice; each member may stand once");
                }

                Append(":"u8);
                reader.Read();
                _path.Push((nameStart, nameLength, 0));
                Value(ref reader, depth + 1, nameStart, nameLength);
                _path.Pop();
            }

            Append("}"u8);
        }

        private void Items(ref Utf8JsonReader reader, int depth)
        {
            Append("["u8);
            for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            {
                if (count > 0)
                {
                    Append(","u8);
                }

                _path.Push((0, 0, count));
                Value(ref reader, depth + 1, 0, 0);
                _path.Pop();
            }

            Append("]"u8);
        }

        // Few members are compared one by one; from the ninth on, and wherever a name is escaped, a set is cheaper or the only right way.
        private bool SeenBefore(int parent, int nameStart, int nameLength, int count, ref HashSet<string>? many)
        {
            var text = _text.WrittenSpan;
            var name = text.Slice(nameStart, nameLength);
            if (many is null && count < 8 && !name.Contains((byte)'\\'))
            {
                for (var child = parent + 1; child < _nodes.Count; child = _nodes[child].Next)
                {
                    if (text.Slice(_nodes[child].NameStart, _nodes[child].NameLength).SequenceEqual(name))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (many is null)
            {
                many = new HashSet<string>(StringComparer.Ordinal);
                for (var child = parent + 1; child < _nodes.Count; child = _nodes[child].Next)
                {
                    many.Add(Unescape(text.Slice(_nodes[child].NameStart, _nodes[child].NameLength)));
                }
            }

            return !many.Add(Unescape(name));
        }

        private void Text(ref Utf8JsonReader reader)
        {
            if (reader.ValueIsEscaped && TextFault(reader.ValueSpan) is { } fault)
            {
                Fault(fault);
            }

            Append("\""u8);
            Append(reader.ValueSpan);
            Append("\""u8);
        }

        private void Scalar(ref Utf8JsonReader reader, JsonTokenType type)
        {
            if (type == JsonTokenType.Number && NumberFault(reader.ValueSpan) is { } fault)
            {
                Fault(fault);
            }

            Append(reader.ValueSpan);
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_text.GetSpan(bytes.Length));
            _text.Advance(bytes.Length);
        }

        private void Fault(string message)
        {
            var pointer = new StringBuilder(_root);
            foreach (var (nameStart, nameLength, item) in _path.Reverse())
            {
                // An empty name is a name too, but never stands at the start of the text.
                var step = nameStart == 0 ? item.ToString() : Unescape(_text.WrittenSpan.Slice(nameStart, nameLength));
                pointer.Append('/').Append(step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            }

            _faults.Add(new Fault(pointer.ToString(), message));
        }
    }
}
