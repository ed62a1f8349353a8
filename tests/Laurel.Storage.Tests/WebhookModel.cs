using Laurel.Facts;

namespace Laurel.Storage.Tests;

/// <summary>A fact that an endpoint is to get: its endpoint, its input's number in the journal, and its place in the input.</summary>
internal readonly record struct Wanted(int EndpointKey, int Input, int Place) : IComparable<Wanted>
{
    public int CompareTo(Wanted other) => (EndpointKey, Input, Place).CompareTo((other.EndpointKey, other.Input, other.Place));
}

/// <summary>A delivery that waits, or is dead since <paramref name="DeadAt"/>. Times are microseconds since 1970.</summary>
internal sealed record ModelDelivery(int Attempts, long QueuedAt, long DueAt, long? DeadAt);

/// <summary>What a store's webhooks should be, in plain collections: every operation of the port, one at a time.</summary>
internal sealed class WebhookModel(Journal journal)
{
    private readonly Dictionary<Wanted, long> _leases = [];
    private readonly Dictionary<Wanted, int> _delivered = [];
    private readonly HashSet<Wanted> _committed = [];
    private readonly HashSet<Wanted> _replayed = [];
    private List<(int Input, List<Wanted> Wanted)> _outbox = [];

    public Dictionary<int, WebhookEndpoint> Endpoints { get; } = [];

    public Dictionary<Wanted, ModelDelivery> Deliveries { get; } = [];

    public List<WebhookAttempt> Attempts { get; } = [];

    public int Outbox => _outbox.Count;

    public Timestamp? OldestOutbox => _outbox.Count == 0 ? null : journal.Inputs[_outbox[0].Input].Row.ReceivedAt;

    /// <summary>Notes the inputs from <paramref name="first"/> on, which the journal has just committed.</summary>
    public void Commit(int first)
    {
        for (var input = first; input < journal.Inputs.Count; input++)
        {
            var wanted = journal.Targets(journal.Inputs[input]).SelectMany(target => target.Places.Select(place => new Wanted(target.EndpointKey, input, place))).ToList();
            _committed.UnionWith(wanted);
            if (wanted.Count > 0)
            {
                _outbox.Add((input, wanted));
            }
        }
    }

    public int Spread(int limit)
    {
        var rows = _outbox.Take(limit).ToList();
        foreach (var wanted in rows.SelectMany(row => row.Wanted).Where(wanted => !IsDeleted(wanted.EndpointKey)))
        {
            var receivedAt = journal.Inputs[wanted.Input].Row.ReceivedAt.UnixMicroseconds;
            Deliveries.TryAdd(wanted, new ModelDelivery(0, receivedAt, receivedAt, null));
        }

        _outbox = [.. _outbox.Skip(limit)];
        return rows.Count;
    }

    /// <summary>What a claim may give of an endpoint, in order.</summary>
    public List<Wanted> Claimable(int endpointKey, long now) =>
        Endpoints[endpointKey].Status != EndpointStatus.Enabled ? []
        : [.. Deliveries.Where(one => one.Key.EndpointKey == endpointKey && one.Value.DeadAt is null && one.Value.DueAt <= now && _leases.GetValueOrDefault(one.Key) <= now)
            .OrderBy(one => one.Value.DueAt).ThenBy(one => one.Key).Select(one => one.Key)];

    public void Lease(Wanted wanted, long until) => _leases[wanted] = until;

    public void Complete(Wanted wanted, DeliveryResult result)
    {
        if (result.Attempt is { } attempt && !IsDeleted(wanted.EndpointKey))
        {
            Attempts.Add(attempt);
        }

        if (_leases.GetValueOrDefault(wanted) != result.LeaseUntil.UnixMicroseconds)
        {
            return;
        }

        _leases.Remove(wanted);
        if (result.Fate == DeliveryFate.Released || !Deliveries.TryGetValue(wanted, out var delivery))
        {
            return;
        }

        if (result.Fate == DeliveryFate.Delivered)
        {
            Deliveries.Remove(wanted);
            _delivered[wanted] = _delivered.GetValueOrDefault(wanted) + 1;
            return;
        }

        var isDead = result.Fate == DeliveryFate.Dead;
        Deliveries[wanted] = delivery with { Attempts = delivery.Attempts + 1, DueAt = result.DueAt.UnixMicroseconds, DeadAt = isDead ? result.Attempt!.At.UnixMicroseconds : null };
    }

    public int ReplayDead(int endpointKey, long since, long? until, long now)
    {
        var dead = Dead(endpointKey).Where(one => one.Value.QueuedAt >= since && !(one.Value.QueuedAt > until)).Select(one => one.Key).ToList();
        dead.ForEach(wanted => Deliveries[wanted] = Deliveries[wanted] with { Attempts = 0, DueAt = now, DeadAt = null });
        return dead.Count;
    }

    public bool Replay(Wanted wanted, long now)
    {
        if (IsDeleted(wanted.EndpointKey) || !journal.Inputs[wanted.Input].Places.Contains(wanted.Place))
        {
            return false;
        }

        _leases.Remove(wanted);
        _replayed.Add(wanted);
        Deliveries[wanted] = new ModelDelivery(0, journal.Inputs[wanted.Input].Row.ReceivedAt.UnixMicroseconds, now, null);
        return true;
    }

    /// <summary>Removes all that a purge may; answers how many.</summary>
    public int Purge(long attemptsBefore) =>
        Attempts.RemoveAll(attempt => attempt.At.UnixMicroseconds < attemptsBefore || IsDeleted(attempt.EndpointKey))
        + Deliveries.Keys.Where(wanted => IsDeleted(wanted.EndpointKey)).ToList().Count(Deliveries.Remove);

    /// <summary>What a restart of the only process does.</summary>
    public void Reopen() => _leases.Clear();

    /// <summary>An endpoint's dead letters, in the order of pages.</summary>
    public IEnumerable<KeyValuePair<Wanted, ModelDelivery>> Dead(int endpointKey) =>
        Deliveries.Where(one => one.Key.EndpointKey == endpointKey && one.Value.DeadAt is not null).OrderByDescending(one => one.Value.DeadAt).ThenByDescending(one => one.Key);

    public IEnumerable<KeyValuePair<Wanted, ModelDelivery>> Waiting(int endpointKey) =>
        Deliveries.Where(one => one.Key.EndpointKey == endpointKey && one.Value.DeadAt is null);

    /// <summary>The law: each fact that was wanted and committed is in exactly one place, unless it was replayed, and nothing else is anywhere.</summary>
    public void CheckLaw()
    {
        var inOutbox = _outbox.SelectMany(row => row.Wanted).ToHashSet();
        foreach (var wanted in _committed.Where(wanted => !IsDeleted(wanted.EndpointKey)))
        {
            var places = (inOutbox.Contains(wanted) ? 1 : 0) + (Deliveries.ContainsKey(wanted) ? 1 : 0) + _delivered.GetValueOrDefault(wanted);
            Assert.InRange(places, 1, _replayed.Contains(wanted) ? int.MaxValue : 1);
        }

        Assert.All(Deliveries.Keys.Concat(_delivered.Keys), wanted => Assert.True(_committed.Contains(wanted) || _replayed.Contains(wanted)));
    }

    private bool IsDeleted(int endpointKey) => Endpoints[endpointKey].Status == EndpointStatus.Deleted;
}
