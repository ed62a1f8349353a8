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
    /// <paramref name="note"/> to its history. Answers what the store has now. Null where the revision is another, where the endpoint was deleted, or where a new one
    /// would be more than <paramref name="most"/> of its environment. Id, environment and creation never change. A change may clear
    /// <see cref="WebhookEndpoint.FailingSince"/>, and never sets it: <see cref="CompleteAsync"/> does. A deleted endpoint keeps its history, and loses its secrets at once.
    /// Once it has returned, every batch opened later sees a new webhook version of the environment.
    /// </summary>
    ValueTask<WebhookEndpoint?> WriteEndpointAsync(WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken);

    /// <summary>A page of what was changed on an endpoint, newest first.</summary>
    ValueTask<EndpointNotesPage> ReadNotesAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>
    /// Turns outbox rows, oldest first and at most <paramref name="limit"/>, into deliveries that are due since their input was received; answers how many rows. What
    /// an endpoint wanted that was deleted meanwhile ends here. A delivery that a replay made before stays as it is. Rows that another node holds are passed over.
    /// </summary>
    ValueTask<int> SpreadOutboxAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Takes deliveries that are due, until the lease ends, or <see cref="CompleteAsync"/>, or <see cref="ReplayMessageAsync"/>; nobody else is given them meanwhile.
    /// Endpoints that the limit left out come first next time.
    /// </summary>
    ValueTask<ClaimedDeliveries> ClaimAsync(DeliveryClaim claim, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what became of claimed deliveries, their attempts, and since when their endpoints fail. A delivery whose lease was lost to another, or that is gone, is
    /// passed over, but for its attempt; a lease that ended and that nobody else took is still good. Attempts at deleted endpoints are not kept.
    /// </summary>
    ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken);

    /// <summary>What waits, by endpoint; deleted ones are absent.</summary>
    ValueTask<WebhookBacklog> ReadBacklogAsync(CancellationToken cancellationToken);

    /// <summary>A page of attempts, newest first by <see cref="WebhookAttempt.At"/>.</summary>
    ValueTask<AttemptsPage> ReadAttemptsAsync(AttemptsQuery query, CancellationToken cancellationToken);

    /// <summary>A page of an endpoint's dead letters, those first that died last, then those of later inputs, then by place, last first.</summary>
    ValueTask<DeadLettersPage> ReadDeadLettersAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken);

    /// <summary>Makes dead letters queued from <paramref name="since"/> to <paramref name="until"/> (both inclusive, null = no bound) due again, with all their attempts before them; answers how many.</summary>
    ValueTask<long> ReplayDeadLettersAsync(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, CancellationToken cancellationToken);

    /// <summary>
    /// Makes one fact due for an endpoint, whether it waits, is dead or was delivered, with all its attempts before it. <paramref name="inputId"/> is its input's,
    /// <paramref name="place"/> its place in it (-1 = the event's own). It is taken from whoever holds it: an attempt under way does not end it. False where
    /// <paramref name="environment"/> has no such fact, or no such endpoint that is not deleted.
    /// </summary>
    ValueTask<bool> ReplayMessageAsync(int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken);

    /// <summary>
    /// Removes attempts made before <paramref name="attemptsBefore"/>, and deliveries and attempts that are left of deleted endpoints, at most <paramref name="limit"/>
    /// rows; answers how many. Fewer than the limit: nothing is left to remove.
    /// </summary>
    ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken);
}
