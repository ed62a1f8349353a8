using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>
/// Endpoints, and the way of a message to them: outbox, deliveries, attempts. Outbox rows are written by <see cref="ILaurelStore.CommitAsync"/>, in the input's own
/// transaction. Every way of a delivery is safe to repeat: what is not known to be delivered is delivered again. Throws as <see cref="ILaurelStore"/> does.
/// Source: semantics §10, pitfall 3.
/// </summary>
public interface IWebhookStore
{
    /// <summary>All endpoints of an environment that are not deleted, oldest first.</summary>
    ValueTask<IReadOnlyList<WebhookEndpoint>> ReadEndpointsAsync(EnvironmentKey environment, CancellationToken cancellationToken);

    /// <summary>
    /// Adds <paramref name="endpoint"/> where its key is 0 (the store gives one), else changes it if its revision is still <paramref name="endpoint"/>'s; and adds
    /// <paramref name="note"/> to its history. Null where the revision is another, or where a new one would be more than <paramref name="most"/> of its environment.
    /// Once it has returned, every batch opened later sees a new webhook version of the environment.
    /// </summary>
    ValueTask<WebhookEndpoint?> WriteEndpointAsync(WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken);

    /// <summary>A page of what was changed on an endpoint, newest first.</summary>
    ValueTask<EndpointNotesPage> ReadNotesAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>
    /// Turns outbox rows, oldest first and at most <paramref name="limit"/>, into deliveries that are due at once; answers how many rows. Rows that another node
    /// holds are passed over.
    /// </summary>
    ValueTask<int> SpreadOutboxAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Takes deliveries that are due, until the lease ends or <see cref="CompleteAsync"/>; nobody else is given them meanwhile.</summary>
    ValueTask<ClaimedDeliveries> ClaimAsync(DeliveryClaim claim, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what became of claimed deliveries, their attempts, and since when their endpoints fail. A delivery whose lease was lost to another, or that is gone, is
    /// passed over, but for its attempt.
    /// </summary>
    ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken);

    /// <summary>What waits, by endpoint.</summary>
    ValueTask<WebhookBacklog> ReadBacklogAsync(CancellationToken cancellationToken);

    /// <summary>A page of attempts, newest first.</summary>
    ValueTask<AttemptsPage> ReadAttemptsAsync(AttemptsQuery query, CancellationToken cancellationToken);

    /// <summary>A page of an endpoint's dead letters, those first that died last.</summary>
    ValueTask<DeadLettersPage> ReadDeadLettersAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>Makes dead letters queued from <paramref name="since"/> to <paramref name="until"/> (both inclusive, null = no bound) due again, with all their attempts before them; answers how many.</summary>
    ValueTask<long> ReplayDeadLettersAsync(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, CancellationToken cancellationToken);

    /// <summary>
    /// Makes one fact due for an endpoint, whether it waits, is dead or was delivered, with all its attempts before it. <paramref name="inputId"/> is its input's,
    /// <paramref name="place"/> its place in it (-1 = the event's own). False where the endpoint's environment has no such fact.
    /// </summary>
    ValueTask<bool> ReplayMessageAsync(int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken);

    /// <summary>Removes attempts made before <paramref name="attemptsBefore"/>, and what is left of deleted endpoints, at most <paramref name="limit"/> rows; answers how many.</summary>
    ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken);
}
