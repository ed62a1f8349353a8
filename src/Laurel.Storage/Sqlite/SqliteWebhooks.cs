using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Endpoints and deliveries of the embedded store.</summary>
internal sealed class SqliteWebhooks(SqliteStore store) : IWebhookStore
{
    // A long replay takes turns with the pipeline's batches.
    private const int RevivedAtOnce = 5_000;
    private readonly DeliveryLeases _leases = new();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WebhookEndpoint>> ReadEndpointsAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        await ReadAsync(connection => WebhookEndpointTable.ReadAll(connection, environment), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WebhookEndpoint?> WriteEndpointAsync(WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken) =>
        store.WriteAsync(connection => WebhookEndpointTable.Write(connection, endpoint, note, most), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EndpointNotesPage> ReadNotesAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        ReadAsync(connection => WebhookEndpointTable.Notes(connection, endpointKey, page, pageSize), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> SpreadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        store.WriteAsync(connection => OutboxTable.Spread(connection, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ClaimedDeliveries> ClaimAsync(DeliveryClaim claim, CancellationToken cancellationToken) =>
        ReadAsync(
            connection =>
            {
                lock (_leases.Lock)
                {
                    return DeliveryTable.Claim(connection, claim, _leases);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            connection =>
            {
                lock (_leases.Lock)
                {
                    DeliveryTable.Write(connection, results.Results, _leases);
                }

                WebhookAttemptTable.Write(connection, results.Results.Select(result => result.Attempt).OfType<WebhookAttempt>().Concat(results.Others));
                WebhookEndpointTable.WriteFailing(connection, results.FailingSince);
                return true;
            },
            cancellationToken);

        // Only now, when what was kept can be read.
        lock (_leases.Lock)
        {
            foreach (var result in results.Results)
            {
                _leases.End(result.Name, result.LeaseUntil);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<WebhookBacklog> ReadBacklogAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            connection =>
            {
                var oldest = connection.Scalar("select received_at from log where id = (select min(log_id) from outbox)");
                return new WebhookBacklog(
                    connection.Scalar("select count(*) from outbox"), oldest == 0 ? null : new Timestamp(oldest), DeliveryTable.Backlog(connection));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AttemptsPage> ReadAttemptsAsync(AttemptsQuery query, CancellationToken cancellationToken) =>
        ReadAsync(connection => WebhookAttemptTable.Read(connection, query), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeadLettersPage> ReadDeadLettersAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        ReadAsync(connection => DeliveryTable.Dead(connection, endpointKey, page, pageSize), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> ReplayDeadLettersAsync(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, CancellationToken cancellationToken)
    {
        long revived = 0;
        while (true)
        {
            var some = await store.WriteAsync(connection => DeliveryTable.Revive(connection, endpointKey, since, until, now, RevivedAtOnce), cancellationToken);
            revived += some;
            if (some < RevivedAtOnce)
            {
                return revived;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReplayMessageAsync(
        int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken) =>
        store.WriteAsync(connection => DeliveryTable.Replay(connection, endpointKey, environment, inputId, place, now), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken) =>
        store.WriteAsync(connection => WebhookAttemptTable.Purge(connection, attemptsBefore, limit) + DeliveryTable.Purge(connection, limit), cancellationToken);

    // One instant for all that is read.
    private ValueTask<T> ReadAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken) =>
        store.ReadOnAsync(
            connection =>
            {
                connection.Execute("begin");
                return read(connection);
            },
            cancellationToken);
}
