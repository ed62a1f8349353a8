using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Who holds which delivery. Leases of a store that serves one process live in its memory: a claim writes nothing, and a crash ends them all, which is when they
/// should end. Used under <see cref="Lock"/>.
/// </summary>
internal sealed class DeliveryLeases
{
    private readonly Dictionary<DeliveryName, Timestamp> _leases = [];
    private readonly Dictionary<int, int> _counts = [];

    /// <summary>Held while a claim reads and leases, and while leases end: so a claim never sees a delivery that has ended, but not its end.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The last endpoint that a claim served: the next one goes on behind it, so that a claim's limit starves nobody.</summary>
    public int LastServed { get; set; }

    /// <summary>How many deliveries of an endpoint are leased, at least.</summary>
    public int CountOf(int endpointKey) => _counts.GetValueOrDefault(endpointKey);

    /// <summary>Takes a delivery; false where another lease on it still runs.</summary>
    public bool TryTake(in DeliveryName name, Timestamp now, Timestamp until)
    {
        if (_leases.TryGetValue(name, out var held))
        {
            if (held > now)
            {
                return false;
            }

            _leases[name] = until;
            return true;
        }

        _leases.Add(name, until);
        _counts[name.EndpointKey] = CountOf(name.EndpointKey) + 1;
        return true;
    }

    /// <summary>Whether the lease that ends at <paramref name="until"/> is still the delivery's.</summary>
    public bool Holds(in DeliveryName name, Timestamp until) => _leases.TryGetValue(name, out var held) && held == until;

    /// <summary>Ends a lease, if it is still the delivery's.</summary>
    public void End(in DeliveryName name, Timestamp until)
    {
        if (Holds(name, until))
        {
            End(name);
        }
    }

    /// <summary>Takes a delivery from whoever holds it.</summary>
    public void End(in DeliveryName name)
    {
        if (_leases.Remove(name))
        {
            var left = CountOf(name.EndpointKey) - 1;
            if (left > 0)
            {
                _counts[name.EndpointKey] = left;
            }
            else
            {
                _counts.Remove(name.EndpointKey);
            }
        }
    }
}
