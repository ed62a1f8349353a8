using System.Collections.Concurrent;
using System.Globalization;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.Simulation.Host;

/// <summary>Endpoints and deliveries with one promise broken; all others are left to the real store.</summary>
internal sealed class SabotagedWebhooks(IWebhookStore store, Sabotage sabotage, string cursorPath) : IWebhookStore
{
    // How far each endpoint was served: where a plain outbox goes on, after a crash as well.
    private readonly ConcurrentDictionary<int, (long Input, int Place)> _cursors = ReadCursors(cursorPath);

    // What this process gave back, it knows of: only what a crash takes from it is lost, and what the cursor passed by.
    private readonly ConcurrentDictionary<DeliveryName, bool> _released = new();

    public async ValueTask<ClaimedDeliveries> ClaimAsync(DeliveryClaim claim, CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimAsync(claim, cancellationToken);
        if (sabotage == Sabotage.CompleteBeforeSend)
        {
            await ForgetAsync(claimed.Deliveries, claim.Now, cancellationToken);
            return claimed;
        }

        if (sabotage != Sabotage.PollByLast || claimed.Deliveries.Count == 0)
        {
            return claimed;
        }

        var seen = claimed.Deliveries.ToLookup(IsSeen);
        foreach (var delivery in seen[true].Where(delivery => IsBehindCursor(delivery.Name)))
        {
            _cursors[delivery.Name.EndpointKey] = (delivery.Name.Input, delivery.Name.Place);
        }

        // A poll by `id > last` never looks at the others again, so they must not stand in front of those that it sees.
        await ForgetAsync([.. seen[false]], claim.Now, cancellationToken);
        await File.WriteAllLinesAsync(
            cursorPath, _cursors.Select(cursor => string.Create(CultureInfo.InvariantCulture, $"{cursor.Key} {cursor.Value.Input} {cursor.Value.Place}")), cancellationToken);
        return claimed with { Deliveries = [.. seen[true]] };
    }

    public ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken)
    {
        foreach (var result in results.Results.Where(result => result.Fate == DeliveryFate.Released))
        {
            _released[result.Name] = true;
        }

        return store.CompleteAsync(results, cancellationToken);
    }

    public ValueTask<IReadOnlyList<WebhookEndpoint>> ReadEndpointsAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        store.ReadEndpointsAsync(environment, cancellationToken);

    public ValueTask<WebhookEndpoint?> WriteEndpointAsync(WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken) =>
        store.WriteEndpointAsync(endpoint, note, most, cancellationToken);

    public ValueTask<EndpointNotesPage> ReadNotesAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        store.ReadNotesAsync(endpointKey, page, pageSize, cancellationToken);

    public ValueTask<int> SpreadOutboxAsync(int limit, CancellationToken cancellationToken) => store.SpreadOutboxAsync(limit, cancellationToken);

    public ValueTask<WebhookBacklog> ReadBacklogAsync(CancellationToken cancellationToken) => store.ReadBacklogAsync(cancellationToken);

    public ValueTask<AttemptsPage> ReadAttemptsAsync(AttemptsQuery query, CancellationToken cancellationToken) => store.ReadAttemptsAsync(query, cancellationToken);

    public ValueTask<DeadLettersPage> ReadDeadLettersAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        store.ReadDeadLettersAsync(endpointKey, page, pageSize, cancellationToken);

    public ValueTask<long> ReplayDeadLettersAsync(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, CancellationToken cancellationToken) =>
        store.ReplayDeadLettersAsync(endpointKey, since, until, now, cancellationToken);

    public ValueTask<bool> ReplayMessageAsync(
        int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken) =>
        store.ReplayMessageAsync(endpointKey, environment, inputId, place, now, cancellationToken);

    public ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken) =>
        store.PurgeAsync(attemptsBefore, limit, cancellationToken);

    // Retries are kept apart from the poll, as a careful author would.
    private bool IsSeen(ClaimedDelivery delivery) => delivery.Attempts > 0 || _released.TryRemove(delivery.Name, out _) || IsBehindCursor(delivery.Name);

    private bool IsBehindCursor(in DeliveryName name) => (name.Input, name.Place).CompareTo(_cursors.GetValueOrDefault(name.EndpointKey, (0, int.MinValue))) > 0;

    private ValueTask ForgetAsync(IReadOnlyList<ClaimedDelivery> deliveries, Timestamp now, CancellationToken cancellationToken)
    {
        var results = deliveries.Select(delivery => new DeliveryResult(delivery.Name, delivery.LeaseUntil, DeliveryFate.Delivered, now, Attempt: null));
        return store.CompleteAsync(new DeliveryResults([.. results], [], new Dictionary<int, Timestamp?>()), cancellationToken);
    }

    private static ConcurrentDictionary<int, (long Input, int Place)> ReadCursors(string path)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        return new(lines.Select(line => line.Split(' ')).Where(parts => parts.Length == 3).Select(parts => KeyValuePair.Create(
            int.Parse(parts[0], CultureInfo.InvariantCulture), (long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture)))));
    }
}
