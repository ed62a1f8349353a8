using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Event names as whole numbers: the first 8 bytes of SHA-256, so that <c>history</c> filters by name without keeping names. Not thread-safe.
/// </summary>
internal sealed class NameHashes
{
    // An environment has a few names; one that sends a new name with every event only loses the shortcut.
    private const int Remembered = 4096;
    private readonly Dictionary<string, long> _hashes = new(StringComparer.Ordinal);

    public long Of(string name)
    {
        if (_hashes.TryGetValue(name, out var hash))
        {
            return hash;
        }

        hash = Compute(name);
        if (_hashes.Count < Remembered)
        {
            _hashes.Add(name, hash);
        }

        return hash;
    }

    /// <summary>Stands for inputs that no name finds: commands and ticks.</summary>
    public const long None = 0;

    public static long Compute(string name)
    {
        var hash = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return hash == None ? 1 : hash;
    }
}
