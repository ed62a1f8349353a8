using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// The random part of ids: 64 bits nobody can guess, so that ids tell no one what others did. Drawn from <paramref name="source"/> in blocks, since each
/// call of the system costs far more than its bytes. Any thread.
/// </summary>
internal sealed class RandomIds(RandomNumberGenerator source)
{
    private const int BlockBytes = 1024;
    private readonly Lock _lock = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private int _used = BlockBytes;

    /// <summary>The next 64 random bits.</summary>
    public ulong Draw()
    {
        lock (_lock)
        {
            if (_used == BlockBytes)
            {
                source.GetBytes(_block);
                _used = 0;
            }

            var value = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(_used));
            _used += sizeof(ulong);
            return value;
        }
    }
}
