using System.Collections.Concurrent;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// Subscribers by environment and version of its endpoints, read from the store once a version. A batch asks for the version that it saw in its own transaction, so
/// that an endpoint governs every event sent after its creation was answered, on every node.
/// </summary>
internal sealed class SubscriberSets(ILaurelStore store)
{
    private readonly ConcurrentDictionary<EnvironmentKey, (int Version, Subscribers Subscribers)> _sets = new();

    /// <summary>The subscribers of this version, or of a later one.</summary>
    public ValueTask<Subscribers> GetAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken) =>
        version == 0 ? ValueTask.FromResult(Subscribers.None)
        : _sets.TryGetValue(environment, out var known) && known.Version == version ? ValueTask.FromResult(known.Subscribers)
        : LoadAsync(environment, version, cancellationToken);

    private async ValueTask<Subscribers> LoadAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken)
    {
        var subscribers = new Subscribers(await store.Webhooks.ReadEndpointsAsync(environment, cancellationToken));
        _sets[environment] = (version, subscribers);
        return subscribers;
    }
}
