using System.Buffers.Binary;

namespace Laurel.Facts;

/// <summary>
/// Name of a fact or an event: a ULID (26 characters, Crockford base 32), unique and time-ordered to the millisecond of receipt.
/// One input takes a whole block of ids: the shell draws the first with its low 16 bits zero, the event is that first id,
/// its own fact is the next, and each derived fact the one after. So ids need no second draw, and a replay gives them again.
/// Source: semantics §7. Order within a participant is <c>seq</c>, never the id.
/// </summary>
public readonly record struct FactId(Ulid Value)
{
    /// <summary>Ids in one input's block: the event, its fact, and at most 65,534 derived facts.</summary>
    public const int BlockSize = 1 << 16;

    /// <summary>First id of a block: <paramref name="random"/> gives 8 bytes; the last 2 bytes are zero.</summary>
    public static FactId StartOfBlock(Timestamp receivedAt, ulong random)
    {
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = (ulong)Math.Max(0, receivedAt.UnixMicroseconds / 1000);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, milliseconds << 16);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[6..], random);
        bytes[14] = 0;
        bytes[15] = 0;
        return new FactId(new Ulid(bytes));
    }

    /// <summary>The id <paramref name="offset"/> places after this one in the same block.</summary>
    public FactId Plus(int offset)
    {
        if ((uint)offset >= BlockSize)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"An input has at most {BlockSize} ids.");
        }

        Span<byte> bytes = stackalloc byte[16];
        Value.TryWriteBytes(bytes);
        var low = checked((ushort)(BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) + offset));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], low);
        return new FactId(new Ulid(bytes));
    }

    /// <summary>The input whose block holds this id, and how many places after the input's own id it stands: 1 for an event's own fact.</summary>
    public (FactId InputId, int Offset) Split()
    {
        Span<byte> bytes = stackalloc byte[16];
        Value.TryWriteBytes(bytes);
        var offset = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], 0);
        return (new FactId(new Ulid(bytes)), offset);
    }

    /// <summary>26 characters.</summary>
    public override string ToString() => Value.ToString();

    /// <summary>Reads 26 Crockford characters; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FactId id)
    {
        if (text.Length == 26 && Ulid.TryParse(text, out var ulid))
        {
            id = new FactId(ulid);
            return true;
        }

        id = default;
        return false;
    }
}
