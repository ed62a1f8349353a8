namespace Laurel.Storage.Postgres;

/// <summary>
/// Which participants have a row already, so far as this node remembers: a batch need not ask for them again before it locks them. It forgets as it likes, and
/// may be wrong where a row was removed: whoever then misses one says so with <see cref="Forget"/>. 2 MiB. Any thread.
/// </summary>
internal sealed class NamedParticipants
{
    private const int Slots = 1 << 18;
    private readonly long[] _hashes = new long[Slots];

    public bool Contains(ParticipantName name)
    {
        var hash = HashOf(name);
        return Volatile.Read(ref _hashes[hash & (Slots - 1)]) == hash;
    }

    public void Add(ParticipantName name)
    {
        var hash = HashOf(name);
        Volatile.Write(ref _hashes[hash & (Slots - 1)], hash);
    }

    public void Forget(ParticipantName name) => Volatile.Write(ref _hashes[HashOf(name) & (Slots - 1)], 0);

    // FNV-1a in 64 bits: a stranger's name that has the hash of a known one costs a second try, and nothing else.
    private static long HashOf(ParticipantName name)
    {
        unchecked
        {
            var hash = (14695981039346656037UL ^ (uint)name.Environment.Value) * 1099511628211UL;
            foreach (var c in name.Id)
            {
                hash = (hash ^ c) * 1099511628211UL;
            }

            return (long)(hash ^ (hash >> 32)) | 1L << 62;
        }
    }
}
