using Laurel.Facts;

namespace Laurel.Storage.Tests;

/// <summary>The way of a message from the outbox to its end: claims, results, leases.</summary>
public abstract partial class StoreConformance
{
    // Inputs are received, and so due, a little after five seconds.
    private const long Due = 10_000_000;
    private const long LeaseMicroseconds = 1_000_000;

    private protected static readonly Dictionary<int, int> SameRoom = [];

    private protected static async Task<ClaimedDeliveries> ClaimAsync(
        ILaurelStore store, long now, int room = 100, int limit = 10_000, IReadOnlyDictionary<int, int>? roomOf = null)
    {
        var claimed = await store.Webhooks.ClaimAsync(
            new DeliveryClaim(new Timestamp(now), new Timestamp(now + LeaseMicroseconds), room, roomOf ?? SameRoom, limit), Stop);
        Assert.All(claimed.Deliveries, delivery => Assert.Equal(now + LeaseMicroseconds, delivery.LeaseUntil.UnixMicroseconds));
        Assert.Equal(claimed.Deliveries.Select(delivery => delivery.Name.EndpointKey).ToHashSet(), claimed.Endpoints.Keys.ToHashSet());
        Assert.All(claimed.Endpoints, endpoint => Assert.Equal((endpoint.Key, EndpointStatus.Enabled), (endpoint.Value.Key, endpoint.Value.Status)));
        return claimed;
    }

    private protected static DeliveryResult Result(ClaimedDelivery delivery, DeliveryFate fate, long at, long dueAt = 0) => new(
        delivery.Name, delivery.LeaseUntil, fate, new Timestamp(dueAt), fate == DeliveryFate.Released ? null : Attempt(delivery, fate, at));

    private static WebhookAttempt Attempt(ClaimedDelivery delivery, DeliveryFate fate, long at) => new(
        delivery.Name.EndpointKey,
        delivery.Input.EventId.Plus(delivery.Name.Place + 1),
        "event.processed",
        delivery.Attempts + 1,
        new Timestamp(at),
        12,
        fate switch { DeliveryFate.Delivered => "delivered", DeliveryFate.Later => "failed", _ => "dead" },
        fate == DeliveryFate.Delivered ? 204 : null,
        fate == DeliveryFate.Delivered ? null : "Es kam keine Antwort: ß",
        fate == DeliveryFate.Delivered ? new byte[] { 0, 255, 10 } : default(ReadOnlyMemory<byte>));

    private protected static ValueTask CompleteAsync(ILaurelStore store, params DeliveryResult[] results) =>
        store.Webhooks.CompleteAsync(Nothing with { Results = results }, Stop);

    private static IEnumerable<(FactId Input, int Place)> FactsOf(ClaimedDeliveries claimed, WebhookEndpoint endpoint) =>
        claimed.Deliveries.Where(delivery => delivery.Name.EndpointKey == endpoint.Key).Select(delivery => (delivery.Input.EventId, delivery.Name.Place));

    private static async Task<WebhookEndpoint> QueueAsync(ILaurelStore store, Journal journal, int inputs)
    {
        foreach (var i in Enumerable.Range(0, inputs))
        {
            await journal.CommitAsync(store, new Draft("p", "e", i, 0));
        }

        while (await store.Webhooks.SpreadOutboxAsync(100, Stop) > 0)
        {
        }

        return Assert.Single(await store.Webhooks.ReadEndpointsAsync(journal.Environment, Stop), endpoint => endpoint.Key == journal.Subscribers.Keys.First());
    }

    // Delivers all that there is, and compares it with all that was wanted.
    private protected static async Task DrainAsync(ILaurelStore store, Journal journal)
    {
        while (await store.Webhooks.SpreadOutboxAsync(7, Stop) > 0)
        {
        }

        var delivered = new List<(int, Ulid, int)>();
        while (await ClaimAsync(store, Due, room: 9, limit: 40) is { Deliveries: { Count: > 0 } some })
        {
            delivered.AddRange(some.Select(delivery => (delivery.Name.EndpointKey, delivery.Input.EventId.Value, delivery.Name.Place)));
            await CompleteAsync(store, [.. some.Select(delivery => Result(delivery, DeliveryFate.Delivered, Due))]);
        }

        var wanted = journal.Inputs.SelectMany(input => journal.Targets(input).SelectMany(target => target.Places.Select(place => (target.EndpointKey, input.Row.EventId.Value, place))));
        Assert.Equal(wanted.Order(), delivered.Order());
        Assert.Equal(0, (await BacklogAsync(store)).Outbox);
    }

    [Fact]
    public async Task A_claim_brings_the_input_its_participant_and_the_endpoint()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var endpoint = await SubscribeAsync(store, journal);
        await journal.CommitAsync(store, new Draft("ä/p", "buy", 3, 1), new Draft("q", "", 4, 1) { Kind = InputKind.Tick });
        await store.Webhooks.SpreadOutboxAsync(10, Stop);
        var claimed = await ClaimAsync(store, Due);
        Same(endpoint, Assert.Single(claimed.Endpoints).Value);
        Assert.Equal([-1, 0, 0], claimed.Deliveries.Select(delivery => delivery.Name.Place));
        Assert.Equal([journal.Name("ä/p"), journal.Name("ä/p"), journal.Name("q")], claimed.Deliveries.Select(delivery => delivery.Participant));
        Assert.All(claimed.Deliveries, delivery => Assert.Equal((0, delivery.Input.ReceivedAt), (delivery.Attempts, delivery.QueuedAt)));
        foreach (var (delivery, input) in claimed.Deliveries.Zip([journal.Inputs[0], journal.Inputs[0], journal.Inputs[1]]))
        {
            Comparison.Same(input.Row, delivery.Input);
        }
    }

    [Fact]
    public async Task Endpoints_have_the_room_they_are_given_and_the_limit_leaves_nobody_out_for_ever()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var endpoints = new List<WebhookEndpoint>();
        for (var i = 0; i < 5; i++)
        {
            endpoints.Add(await SubscribeAsync(store, journal));
        }

        await QueueAsync(store, journal, 100);
        var roomOf = new Dictionary<int, int> { [endpoints[1].Key] = 0, [endpoints[2].Key] = 50, [endpoints[3].Key] = 1 };
        var claimed = await ClaimAsync(store, Due, room: 4, roomOf: roomOf);
        Assert.Equal([4, 0, 50, 1, 4], endpoints.Select(endpoint => FactsOf(claimed, endpoint).Count()));

        // Each is left out twice in a row at most, in whatever order they come.
        var served = new Dictionary<int, int>();
        for (var round = 0; round < 15; round++)
        {
            var keys = (await ClaimAsync(store, Due, room: 2, limit: 4)).Deliveries.GroupBy(delivery => delivery.Name.EndpointKey).ToList();
            Assert.All(keys, group => Assert.InRange(group.Count(), 1, 2));
            Assert.Equal(4, keys.Sum(group => group.Count()));
            keys.ForEach(group => served[group.Key] = round);
            Assert.All(endpoints, endpoint => Assert.InRange(served.GetValueOrDefault(endpoint.Key, -1), round - 2, round));
        }
    }

    [Fact]
    public async Task A_disabled_endpoint_is_passed_over_and_goes_on_where_it_was_when_it_is_enabled()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var (one, other) = (await SubscribeAsync(store, journal), await SubscribeAsync(store, journal));
        await QueueAsync(store, journal, 3);
        one = await ChangeAsync(store, one, EndpointStatus.Disabled);
        Assert.Equal([other.Key], (await ClaimAsync(store, Due)).Endpoints.Keys);
        Assert.Equal([3L, 3L], (await BacklogAsync(store)).Endpoints.Select(backlog => backlog.Waiting));
        one = await ChangeAsync(store, one, EndpointStatus.Enabled);
        Assert.Equal(journal.Inputs.Select(input => (input.Row.EventId, -1)), FactsOf(await ClaimAsync(store, Due), one));
    }

    [Fact]
    public async Task What_is_due_first_is_taken_first_and_nothing_before_its_time()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var endpoint = await QueueAsync(store, journal, 4);
        Assert.Empty((await ClaimAsync(store, journal.Inputs[0].Row.ReceivedAt.UnixMicroseconds - 1)).Deliveries);
        var claimed = (await ClaimAsync(store, Due)).Deliveries;
        await CompleteAsync(store, [.. claimed.Select((delivery, i) => Result(delivery, DeliveryFate.Later, Due, Due + (i == 0 ? 30 : i == 2 ? 20 : 10)))]);

        (FactId, int) Fact(int input) => (journal.Inputs[input].Row.EventId, -1);
        Assert.Empty((await ClaimAsync(store, Due + 9)).Deliveries);
        Assert.Equal([Fact(1)], FactsOf(await ClaimAsync(store, Due + 29, room: 1), endpoint));
        Assert.Equal([Fact(3), Fact(2)], FactsOf(await ClaimAsync(store, Due + 29), endpoint));
        var last = await ClaimAsync(store, Due + 30);
        Assert.Equal([Fact(0)], FactsOf(last, endpoint));
        Assert.Equal(1, last.Deliveries[0].Attempts);
    }

    [Fact]
    public async Task What_is_leased_is_given_to_nobody_else_until_the_lease_ends()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        await QueueAsync(store, journal, 5);
        var first = (await ClaimAsync(store, Due, room: 3)).Deliveries;
        Assert.Equal(3, first.Count);
        Assert.Equal(2, (await ClaimAsync(store, Due + 10)).Deliveries.Count);
        Assert.Empty((await ClaimAsync(store, Due + LeaseMicroseconds - 1)).Deliveries);
        var second = (await ClaimAsync(store, Due + LeaseMicroseconds)).Deliveries;
        Assert.Equal(first.Select(delivery => delivery.Name), second.Select(delivery => delivery.Name));

        // The first claimer comes late: its results change nothing, and its attempts are kept.
        await CompleteAsync(store, Result(first[0], DeliveryFate.Delivered, Due), Result(first[1], DeliveryFate.Later, Due, Due + 7), Result(first[2], DeliveryFate.Dead, Due));
        Assert.Equal(5, Assert.Single((await BacklogAsync(store)).Endpoints).Waiting);
        Assert.Equal(3, (await store.Webhooks.ReadAttemptsAsync(new AttemptsQuery(first[0].Name.EndpointKey, null, null, 1, 10), Stop)).Total);
        Assert.Equal(2, (await ClaimAsync(store, Due + LeaseMicroseconds + 10)).Deliveries.Count);
        await CompleteAsync(store, [.. second.Select(delivery => Result(delivery, DeliveryFate.Delivered, Due))]);
        Assert.Equal(2, Assert.Single((await BacklogAsync(store)).Endpoints).Waiting);
    }

    [Fact]
    public async Task A_lease_that_ended_is_good_as_long_as_nobody_else_took_the_delivery()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        await QueueAsync(store, journal, 2);
        var claimed = (await ClaimAsync(store, Due)).Deliveries;
        await CompleteAsync(store, Result(claimed[0], DeliveryFate.Delivered, Due + (9 * LeaseMicroseconds)), Result(claimed[1], DeliveryFate.Later, Due, Due));
        var left = Assert.Single((await ClaimAsync(store, Due + (9 * LeaseMicroseconds))).Deliveries);
        Assert.Equal((claimed[1].Name, 1), (left.Name, left.Attempts));
    }

    [Fact]
    public async Task Each_of_the_four_fates_does_what_it_says()
    {
        var journal = NewJournal();
        WebhookEndpoint endpoint;
        await using (var store = await OpenAsync())
        {
            await SubscribeAsync(store, journal);
            endpoint = await QueueAsync(store, journal, 4);
            var claimed = (await ClaimAsync(store, Due)).Deliveries;
            DeliveryFate[] fates = [DeliveryFate.Delivered, DeliveryFate.Later, DeliveryFate.Dead, DeliveryFate.Released];
            await CompleteAsync(store, [.. fates.Select((fate, i) => Result(claimed[i], fate, Due + i, Due + 500))]);
            Assert.Equal(journal.Inputs[3].Row.EventId, Assert.Single((await ClaimAsync(store, Due + 499)).Deliveries).Input.EventId);
        }

        // What was delivered or died stays so; what was leased is free again.
        await using var reopened = await OpenAsync();
        Assert.Equal([new EndpointBacklog(endpoint.Id, EndpointStatus.Enabled, 2, journal.Inputs[1].Row.ReceivedAt, 1)], (await BacklogAsync(reopened)).Endpoints);
        var left = (await ClaimAsync(reopened, Due + 500)).Deliveries;
        Assert.Equal([(journal.Inputs[3].Row.EventId, 0), (journal.Inputs[1].Row.EventId, 1)], left.Select(delivery => (delivery.Input.EventId, delivery.Attempts)));
        Assert.Equal([journal.Inputs[3].Row.ReceivedAt, journal.Inputs[1].Row.ReceivedAt], left.Select(delivery => delivery.QueuedAt));
        Assert.Equal(journal.Inputs[2].Row.EventId, Assert.Single((await reopened.Webhooks.ReadDeadLettersAsync(endpoint.Key, 1, 10, Stop)).Letters).Input.EventId);
    }

    [Fact]
    public async Task Results_of_deliveries_that_are_gone_change_nothing()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var endpoint = await QueueAsync(store, journal, 2);
        var claimed = (await ClaimAsync(store, Due)).Deliveries;
        await CompleteAsync(store, Result(claimed[0], DeliveryFate.Delivered, Due));
        await CompleteAsync(store, Result(claimed[0], DeliveryFate.Later, Due, Due), Result(claimed[0], DeliveryFate.Dead, Due), Result(claimed[0], DeliveryFate.Released, Due));
        Assert.Equal([new EndpointBacklog(endpoint.Id, EndpointStatus.Enabled, 1, journal.Inputs[1].Row.ReceivedAt, 0)], (await BacklogAsync(store)).Endpoints);

        // Gone altogether, while it was held.
        await ChangeAsync(store, endpoint, EndpointStatus.Deleted);
        Assert.Equal(1 + 3, await store.Webhooks.PurgeAsync(default, 100, Stop));
        await CompleteAsync(store, Result(claimed[1], DeliveryFate.Later, Due, Due));
        Assert.Empty((await ClaimAsync(store, Due + (9 * LeaseMicroseconds))).Deliveries);
        Assert.Equal(0, (await store.Webhooks.ReadAttemptsAsync(new AttemptsQuery(endpoint.Key, null, null, 1, 10), Stop)).Total);
    }

    [Fact]
    public async Task Claims_that_race_give_each_delivery_to_one_of_them()
    {
        var journal = NewJournal();
        await using var store = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await SubscribeAsync(store, journal);
        }

        for (var i = 0; i < 40; i++)
        {
            await journal.CommitAsync(store, [.. Enumerable.Range(0, 5).Select(k => new Draft($"p{k}", "e", i, 1))]);
        }

        var (claimed, spread) = (new System.Collections.Concurrent.ConcurrentBag<(DeliveryName, int)>(), 0);
        var workers = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            while (true)
            {
                Interlocked.Add(ref spread, await store.Webhooks.SpreadOutboxAsync(3, Stop));
                var some = (await ClaimAsync(store, Due, room: 5, limit: 13)).Deliveries;
                if (some.Count == 0 && (await BacklogAsync(store)).Outbox == 0)
                {
                    return;
                }

                foreach (var delivery in some)
                {
                    claimed.Add((delivery.Name, delivery.Attempts));
                }

                // The first attempts fail, and the second ones arrive.
                await CompleteAsync(store, [.. some.Select(delivery => Result(delivery, delivery.Attempts == 0 ? DeliveryFate.Later : DeliveryFate.Delivered, Due, Due - worker))]);
            }
        })).ToArray();
        await Task.WhenAll(workers);

        // A worker that found nothing may have left while another held the rest: it completes them itself.
        Assert.Equal(5 * 200 * 2 * 2, claimed.Count);
        Assert.Equal(claimed.Count, claimed.Distinct().Count());
        Assert.Equal(journal.Inputs.Count, spread);
        Assert.Equal(new WebhookBacklog(0, null, []), await BacklogAsync(store) with { Endpoints = [] });
        Assert.Empty((await BacklogAsync(store)).Endpoints);
    }
}
