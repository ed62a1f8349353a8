namespace Laurel.Storage.Sqlite;

/// <summary>
/// Room for the states of one segment, in chunks that are used again: single arrays, some hundred bytes each, would be born and die by the ten thousand a second.
/// </summary>
internal sealed class StateArena
{
    private const int ChunkBytes = 1 << 20;

    // Room to grow in place: a state mostly grows by a digit or a code.
    private const int Grain = 32;
    private readonly List<byte[]> _chunks = [];
    private int _chunk = -1;
    private int _used = ChunkBytes;

    /// <summary>Puts <paramref name="bytes"/> where <paramref name="old"/> stood if they fit, else at the end.</summary>
    public ArenaBytes Replace(ArenaBytes old, ReadOnlySpan<byte> bytes)
    {
        var place = bytes.Length <= old.Capacity ? old with { Length = bytes.Length } : Take(bytes.Length);
        bytes.CopyTo(place.Chunk.AsSpan(place.Start));
        return place;
    }

    /// <summary>Forgets all of them; the chunks stay.</summary>
    public void Clear()
    {
        _chunk = -1;
        _used = ChunkBytes;
    }

    private ArenaBytes Take(int length)
    {
        var capacity = (length + Grain - 1) / Grain * Grain;
        if (capacity > ChunkBytes / 8)
        {
            return new ArenaBytes(new byte[capacity], 0, length, capacity);
        }

        if (_used + capacity > ChunkBytes)
        {
            _used = 0;
            if (++_chunk == _chunks.Count)
            {
                _chunks.Add(new byte[ChunkBytes]);
            }
        }

        _used += capacity;
        return new ArenaBytes(_chunks[_chunk], _used - capacity, length, capacity);
    }
}

/// <summary>A place in a chunk; the default is empty.</summary>
internal readonly record struct ArenaBytes(byte[] Chunk, int Start, int Length, int Capacity)
{
    public ReadOnlySpan<byte> Span => Chunk is null ? default : Chunk.AsSpan(Start, Length);
}
