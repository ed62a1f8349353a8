using System.Security.Cryptography;

namespace Laurel.Server.Tests.Differential;

/// <summary>Bytes from a seed in the place of the system's, so that two servers that do the same draw the same ids. Any thread.</summary>
internal sealed class SeededBytes(int seed) : RandomNumberGenerator
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        lock (_lock)
        {
            _random.NextBytes(data);
        }
    }
}
