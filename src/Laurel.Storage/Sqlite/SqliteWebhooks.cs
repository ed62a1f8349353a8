using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Endpoints and deliveries of the embedded store.</summary>
internal sealed class SqliteWebhooks(SqliteStore store) : IWebhookStore
{
    // A long replay takes turns with the pipeline's batches.
    private const int RevivedAtOnce = 1_000;
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
                List<TakenDelivery> taken;
                lock (_leases.Lock)
                {
                    taken = DeliveryClaims.Take(connection, claim, _leases);
                }

                return DeliveryClaims.Load(connection, claim, taken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            connection =>
            {
                DeliveryTable.Write(connection, Held(results.Results));
                WebhookAttemptTable.Write(connection, results.Results.Select(result => KeptOf(connection, result)).OfType<WebhookAttempt>().Concat(results.Others));
                WebhookEndpointTable.WriteFailing(connection, results.FailingSince);
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
                var (waiting, oldest) = OutboxTable.Backlog(connection);
                return new WebhookBacklog(waiting, oldest, DeliveryTable.Backlog(connection));
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
    public async ValueTask<bool> ReplayMessageAsync(
        int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken)
    {
        // What an input says of its facts never changes: it is looked for off the writer's path.
        var found = await ReadAsync(
            connection => InputSearch.FindLogId(connection, environment, inputId) is { } logId ? (LogId: logId, Input: LogReads.Read(connection, logId)) : default, cancellationToken);
        if (found.Input is not { } input || !HasFact(input, place))
        {
            return false;
        }

        var name = new DeliveryName(endpointKey, found.LogId, place);
        return await store.WriteAsync(
            connection =>
            {
                // An attempt under way began before the replay, and must not end it.
                lock (_leases.Lock)
                {
                    _leases.End(name);
                }

                return DeliveryTable.Replay(connection, name, environment, input.ReceivedAt, now);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken) =>
        store.WriteAsync(
            connection =>
            {
                var removed = DeliveryTable.Sweep(connection, limit);
                return removed + WebhookAttemptTable.Purge(connection, attemptsBefore, limit - removed);
            },
            cancellationToken);

    // A participant may have been erased, or its environment reset, while the message was under way: then its receiver's answer is kept no more than the message.
    private static WebhookAttempt? KeptOf(Connection connection, DeliveryResult result) =>
        result.Attempt is not { } attempt ? null : ErasureTables.IsErased(connection, result.Name.Input) switch
        {
            null => null,
            true => attempt with { Answer = default, Error = attempt.Status is null ? ErasureTables.AttemptError : null },
            false => attempt,
        };

    private static bool HasFact(LogRow input, int place)
    {
        var ofItsOwn = input.Kind == InputKind.Event ? 1 : 0;
        return place >= -ofItsOwn && place < input.FactCount - ofItsOwn;
    }

    private List<DeliveryResult> Held(IReadOnlyList<DeliveryResult> results)
    {
        lock (_leases.Lock)
        {
            return [.. results.Where(result => _leases.Holds(result.Name, result.LeaseUntil))];
        }
    }

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
