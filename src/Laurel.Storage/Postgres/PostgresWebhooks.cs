using Laurel.Facts;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Endpoints and deliveries, shared by all nodes: a claim is a lease in the delivery's row, so that a node that dies gives its own up when they end. A node that
/// stops gives them back at once. Thread-safe.
/// </summary>
internal sealed class PostgresWebhooks(Sessions sessions) : IWebhookStore, IAsyncDisposable
{
    // A long replay holds few locks at a time.
    private const int RevivedAtOnce = 1_000;
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);

    private readonly Dictionary<DeliveryName, Timestamp> _held = [];
    private readonly Lock _lock = new();
    private int _lastServed;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WebhookEndpoint>> ReadEndpointsAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        await sessions.ReadAsync(
            (connection, cancellation) => connection.ReadAllAsync(WebhookEndpointTable.SelectAll(environment), WebhookEndpointTable.Read, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WebhookEndpoint?> WriteEndpointAsync(WebhookEndpoint endpoint, EndpointNote note, int most, CancellationToken cancellationToken) =>
        sessions.WriteAsync((connection, cancellation) => WebhookEndpointTable.WriteAsync(connection, endpoint, note, most, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EndpointNotesPage> ReadNotesAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        sessions.ReadAsync((connection, cancellation) => WebhookEndpointTable.NotesAsync(connection, endpointKey, page, pageSize, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> SpreadOutboxAsync(int limit, CancellationToken cancellationToken)
    {
        var counts = await sessions.WriteAsync(
            (connection, cancellation) => connection.ReadAllAsync(DeliveryTable.Spread(limit), row => row.GetInt64(0), cancellation), cancellationToken);
        return (int)counts[0];
    }

    /// <inheritdoc/>
    public async ValueTask<ClaimedDeliveries> ClaimAsync(DeliveryClaim claim, CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _lastServed);
        var taken = await sessions.WriteAsync(
            (connection, cancellation) => connection.ReadAllAsync(DeliveryTable.Claim(claim, last), DeliveryTable.ReadTaken, cancellation), cancellationToken);
        lock (_lock)
        {
            taken.ForEach(delivery => _held[delivery.Name] = claim.LeaseUntil);
        }

        if (taken.Count == 0)
        {
            return new ClaimedDeliveries([], new Dictionary<int, WebhookEndpoint>());
        }

        taken.Sort((left, right) => Place(left, last).CompareTo(Place(right, last)));
        Volatile.Write(ref _lastServed, taken[^1].Name.EndpointKey);
        try
        {
            return await sessions.ReadAsync((connection, cancellation) => LoadAsync(connection, claim, taken, cancellation), cancellationToken);
        }
        catch
        {
            await ReleaseAsync([.. taken.Select(delivery => KeyValuePair.Create(delivery.Name, claim.LeaseUntil))]);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(DeliveryResults results, CancellationToken cancellationToken)
    {
        List<(WebhookAttempt Attempt, long? Input)> attempts =
        [
            .. results.Results.Where(result => result.Attempt is not null).Select(result => (result.Attempt!, (long?)result.Name.Input)),
            .. results.Others.Select(other => (other, (long?)null)),
        ];
        await sessions.WriteAsync(
            async (connection, cancellation) =>
            {
                await using var batch = connection.BatchOf([.. DeliveryTable.Complete(results.Results)]);
                if (attempts.Count > 0)
                {
                    batch.BatchCommands.Add(WebhookAttemptTable.Insert(attempts));
                }

                if (results.FailingSince.Count > 0)
                {
                    batch.BatchCommands.Add(WebhookEndpointTable.WriteFailing(results.FailingSince));
                }

                return batch.BatchCommands.Count > 0 ? await batch.ExecuteNonQueryAsync(cancellation) : 0;
            },
            cancellationToken);
        lock (_lock)
        {
            foreach (var result in results.Results)
            {
                if (_held.TryGetValue(result.Name, out var until) && until == result.LeaseUntil)
                {
                    _held.Remove(result.Name);
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<WebhookBacklog> ReadBacklogAsync(CancellationToken cancellationToken) =>
        sessions.ReadAsync(
            async (connection, cancellation) =>
            {
                await using var batch = connection.BatchOf(
                    Statements.Sql("begin isolation level repeatable read read only"), DeliveryTable.OutboxBacklog(), DeliveryTable.Backlog(), Statements.Sql("commit"));
                await using var reader = await batch.ExecuteReaderAsync(cancellation);
                await reader.ReadAsync(cancellation);
                var (outbox, oldest) = (reader.GetInt64(0), reader.TimeOrNull(1));
                await reader.NextResultAsync(cancellation);
                return new WebhookBacklog(outbox, oldest, await reader.RowsAsync(DeliveryTable.ReadBacklog, cancellation));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AttemptsPage> ReadAttemptsAsync(AttemptsQuery query, CancellationToken cancellationToken) =>
        sessions.ReadAsync((connection, cancellation) => WebhookAttemptTable.ReadAsync(connection, query, cancellation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeadLettersPage> ReadDeadLettersAsync(int endpointKey, int page, int pageSize, CancellationToken cancellationToken) =>
        sessions.ReadAsync((connection, cancellation) => DeliveryTable.DeadAsync(connection, endpointKey, page, pageSize, cancellation), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> ReplayDeadLettersAsync(int endpointKey, Timestamp since, Timestamp? until, Timestamp now, CancellationToken cancellationToken)
    {
        long revived = 0;
        while (true)
        {
            var some = await WriteAsync(() => DeliveryTable.Revive(endpointKey, since, until, now, RevivedAtOnce), cancellationToken);
            revived += some;
            if (some < RevivedAtOnce)
            {
                return revived;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReplayMessageAsync(
        int endpointKey, EnvironmentKey environment, FactId inputId, int place, Timestamp now, CancellationToken cancellationToken) =>
        await WriteAsync(() => DeliveryTable.Replay(endpointKey, environment, inputId, place, now), cancellationToken) == 1;

    /// <inheritdoc/>
    public async ValueTask<int> PurgeAsync(Timestamp attemptsBefore, int limit, CancellationToken cancellationToken)
    {
        var removed = await WriteAsync(() => DeliveryTable.Sweep(limit), cancellationToken);
        return removed < limit ? removed + await WriteAsync(() => WebhookAttemptTable.Purge(attemptsBefore, limit - removed), cancellationToken) : removed;
    }

    /// <summary>Gives back all that this node holds, so that others need not wait for its leases to end.</summary>
    public async ValueTask DisposeAsync()
    {
        List<KeyValuePair<DeliveryName, Timestamp>> held;
        lock (_lock)
        {
            held = [.. _held];
        }

        await ReleaseAsync(held);
    }

    // Endpoint by endpoint in the order in which they were served.
    private static (bool, int, Timestamp, long, int) Place(TakenDelivery delivery, int last) =>
        (delivery.Name.EndpointKey <= last, delivery.Name.EndpointKey, delivery.DueAt, delivery.Name.Input, delivery.Name.Place);

    private static async Task<ClaimedDeliveries> LoadAsync(NpgsqlConnection connection, DeliveryClaim claim, List<TakenDelivery> taken, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(
            WebhookEndpointTable.Select([.. taken.Select(delivery => delivery.Name.EndpointKey).Distinct()]),
            Statements.Sql($"select {LogTable.Columns}, l.id, p.environment, p.id from log l join participants p on p.key = l.participant_key where l.id = any ($1)")
                .With(taken.Select(delivery => delivery.Name.Input).Distinct().ToArray()));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var endpoints = (await reader.RowsAsync(WebhookEndpointTable.Read, cancellationToken)).ToDictionary(endpoint => endpoint.Key);
        await reader.NextResultAsync(cancellationToken);
        const int Next = LogTable.ColumnCount;
        var inputs = (await reader.RowsAsync(
            row => (Id: row.GetInt64(Next), Participant: new ParticipantName(new EnvironmentKey(row.GetInt32(Next + 1)), row.GetString(Next + 2)), Row: LogTable.Read(row)),
            cancellationToken)).ToDictionary(input => input.Id);
        return new ClaimedDeliveries(
            taken.ConvertAll(delivery => new ClaimedDelivery(
                delivery.Name, delivery.Attempts, delivery.QueuedAt, claim.LeaseUntil, inputs[delivery.Name.Input].Participant, inputs[delivery.Name.Input].Row)),
            endpoints);
    }

    private ValueTask<int> WriteAsync(Func<NpgsqlBatchCommand> statement, CancellationToken cancellationToken) =>
        sessions.WriteAsync((connection, cancellation) => connection.RunAsync(statement(), cancellation), cancellationToken);

    // At best: a lease that is not given back ends by itself.
    private async ValueTask ReleaseAsync(List<KeyValuePair<DeliveryName, Timestamp>> held)
    {
        lock (_lock)
        {
            held.ForEach(one => _held.Remove(one.Key));
        }

        if (held.Count == 0)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(ReleaseLimit);
            await WriteAsync(() => DeliveryTable.Release(held), limit.Token);
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException)
        {
            // The server is gone, and with it the reason to hurry.
        }
    }
}
