using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Laurel.Facts;

/// <summary>
/// The payload of an event: one JSON object, parsed once, immutable. <see cref="Json"/> is it as the caller wrote it, white space aside.
/// Made by <see cref="PropertiesReader"/>, which checks the limits.
/// </summary>
public sealed class Properties
{
    private readonly byte[] _json;
    private readonly PropertyNode[] _nodes;

    internal Properties(byte[] json, PropertyNode[] nodes)
    {
        _json = json;
        _nodes = nodes;
    }

    /// <summary><c>{}</c>.</summary>
    public static readonly Properties Empty = new("{}"u8.ToArray(), [new PropertyNode(JsonTokenType.StartObject, 0, 2, 0, 0, 1)]);

    /// <summary>UTF-8 JSON, member order and number spelling as written.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    /// <summary>What stands at <paramref name="segments"/> below the root; member names to the letter, list items by their place from 0.</summary>
    public PropertyValue Find(IReadOnlyList<byte[]> segments)
    {
        var node = 0;
        for (var i = 0; i < segments.Count; i++)
        {
            node = Child(node, segments[i]);
            if (node < 0)
            {
                return PropertyValue.Missing;
            }
        }

        return ValueOf(node, withItems: true);
    }

    /// <summary>Reads properties that Laurel itself wrote or has checked before. Throws <see cref="JsonException"/> on anything else: a bug.</summary>
    public static Properties ReadTrusted(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var faults = new List<Fault>();
        var properties = PropertiesReader.ReadTrusted(ref reader, faults);
        return properties ?? throw new JsonException(faults.Count > 0 ? faults[0].Message : "Not a JSON object.");
    }

    /// <summary>
    /// Appends the canonical form: members sorted by name (UTF-8 order), values as written. Two payloads with the same canonical form
    /// are the same payload (semantics §4).
    /// </summary>
    public void AppendCanonical(System.Buffers.IBufferWriter<byte> output) => AppendCanonical(output, 0);

    private void AppendCanonical(System.Buffers.IBufferWriter<byte> output, int index)
    {
        ref readonly var node = ref _nodes[index];
        if (node.Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            Append(output, _json.AsSpan(node.Start, node.Length));
            return;
        }

        var isObject = node.Type == JsonTokenType.StartObject;
        Append(output, isObject ? "{"u8 : "["u8);
        var children = ChildrenOf(index);
        if (isObject)
        {
            children.Sort((left, right) => NameOf(left).SequenceCompareTo(NameOf(right)));
        }

        foreach (var child in children)
        {
            if (isObject)
            {
                Append(output, "\""u8);
                Append(output, NameOf(child));
                Append(output, "\":"u8);
            }

            AppendCanonical(output, child);
            Append(output, ","u8);
        }

        Append(output, isObject ? "}"u8 : "]"u8);
    }

    private static void Append(System.Buffers.IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private List<int> ChildrenOf(int index)
    {
        var children = new List<int>();
        var end = _nodes[index].Next;
        for (var child = index + 1; child < end; child = _nodes[child].Next)
        {
            children.Add(child);
        }

        return children;
    }

    private ReadOnlySpan<byte> NameOf(int index) => _json.AsSpan(_nodes[index].NameStart, _nodes[index].NameLength);

    private int Child(int parent, byte[] segment)
    {
        ref readonly var node = ref _nodes[parent];
        if (node.Type == JsonTokenType.StartArray)
        {
            return Item(parent, segment);
        }

        if (node.Type != JsonTokenType.StartObject)
        {
            return -1;
        }

        for (var child = parent + 1; child < node.Next; child = _nodes[child].Next)
        {
            if (NameEquals(child, segment))
            {
                return child;
            }
        }

        return -1;
    }

    private bool NameEquals(int index, byte[] segment)
    {
        var name = NameOf(index);
        if (name.SequenceEqual(segment))
        {
            return !name.Contains((byte)'\\');
        }

        return name.Contains((byte)'\\') && PropertiesReader.Unescape(name) == Encoding.UTF8.GetString(segment);
    }

    private int Item(int parent, byte[] segment)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(segment, out int place, out var used) || used != segment.Length || place < 0)
        {
            return -1;
        }

        for (var child = parent + 1; child < _nodes[parent].Next; child = _nodes[child].Next)
        {
            if (place-- == 0)
            {
                return child;
            }
        }

        return -1;
    }

    private PropertyValue ValueOf(int index, bool withItems)
    {
        ref readonly var node = ref _nodes[index];
        var raw = _json.AsSpan(node.Start, node.Length);
        switch (node.Type)
        {
            case JsonTokenType.Null:
                return PropertyValue.Null;
            case JsonTokenType.True:
                return PropertyValue.Of(true);
            case JsonTokenType.False:
                return PropertyValue.Of(false);
            case JsonTokenType.Number:
                return decimal.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? PropertyValue.Of(number)
                    : new PropertyValue(PropertyKind.UnreadableNumber);
            case JsonTokenType.String:
                var text = raw[1..^1];
                return PropertyValue.Of(text.Contains((byte)'\\') ? PropertiesReader.Unescape(text) : Encoding.UTF8.GetString(text));
            case JsonTokenType.StartArray when withItems:
                return PropertyValue.Of(ChildrenOf(index).ConvertAll(child => ValueOf(child, withItems: false)));
            case JsonTokenType.StartArray:
                return new PropertyValue(PropertyKind.List);
            default:
                return PropertyValue.Object;
        }
    }
}

/// <summary>
/// A value within the text of <see cref="Properties"/>. Nodes stand in document order; <paramref name="Next"/> is the node after this one and all below it.
/// </summary>
internal readonly record struct PropertyNode(JsonTokenType Type, int Start, int Length, int NameStart, int NameLength, int Next);
