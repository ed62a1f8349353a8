using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// All tenants and keys in memory: requests read one immutable snapshot, so that authentication never waits for the store.
/// A change made here shows at once, a change made by another node at the next refresh. Any thread; changes take turns.
/// </summary>
internal sealed class KeyRing(ILaurelStore store, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile KeySnapshot _current = KeySnapshot.Empty;

    /// <summary>What requests go by now.</summary>
    public KeySnapshot Current => _current;

    /// <summary>The clock that keys expire by.</summary>
    public Timestamp Now => Timestamp.From(time.GetUtcNow());

    /// <summary>Reads the store and swaps the snapshot if anything is different. Throws <see cref="StoreException"/>.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Take(await store.ReadTenancyAsync(cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Decides on what the store holds, while nobody else changes it, writes what <paramref name="decide"/> changes, and swaps the snapshot before it returns it.
    /// Nothing is written for <see cref="Tenancy.Empty"/>. Throws <see cref="StoreException"/>.
    /// </summary>
    public async Task<KeySnapshot> ChangeAsync(Func<KeySnapshot, Tenancy> decide, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Once the write has begun the caller's patience no longer counts: the snapshot must follow what the store kept.
            cancellationToken.ThrowIfCancellationRequested();
            Take(await store.ChangeTenancyAsync(
                tenancy =>
                {
                    Take(tenancy);
                    return decide(_current);
                },
                CancellationToken.None));
            return _current;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes down when keys were last used, where that is newer than what the store holds. Throws <see cref="StoreException"/>.</summary>
    public async Task FlushUsesAsync(CancellationToken cancellationToken)
    {
        if (_current.Tenancy.Keys.Any(key => IsNewer(_current.FindById(key.Id), key)))
        {
            await ChangeAsync(
                snapshot => new Tenancy(
                    [],
                    [.. snapshot.Tenancy.Keys
                        .Where(key => IsNewer(snapshot.FindById(key.Id), key))
                        .Select(key => key with { LastUsedAt = snapshot.FindById(key.Id)!.Use.Last })]),
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static bool IsNewer(RingKey? known, ApiKey stored) =>
        known?.Use.Last is { } last && (stored.LastUsedAt is not { } written || last > written);

    private void Take(Tenancy tenancy)
    {
        var before = _current;
        // A flushed last use is no reason for a new dictionary, but the flush must see it: then the rows are equal in all else.
        if (!before.Holds(tenancy) || before.Tenancy.Keys.Zip(tenancy.Keys).Any(pair => pair.First.LastUsedAt != pair.Second.LastUsedAt))
        {
            _current = new KeySnapshot(tenancy, before);
        }
    }
}
