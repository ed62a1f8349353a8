using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>Dead letters and their replay, attempts, and what is removed in time.</summary>
public abstract partial class StoreConformance
{
    // Input i dies at Due + diedAt[i].
    private static async Task KillAsync(ILaurelStore store, WebhookEndpoint endpoint, params int[] diedAt)
    {
        var claimed = (await ClaimAsync(store, Due, room: 0, roomOf: new Dictionary<int, int> { [endpoint.Key] = diedAt.Length })).Deliveries;
        await CompleteAsync(store, [.. claimed.Select((delivery, i) => Result(delivery, DeliveryFate.Dead, Due + diedAt[i]))]);
    }

    private static IEnumerable<FactId> IdsOf(Journal journal, params int[] inputs) => inputs.Select(input => journal.Inputs[input].Row.EventId);

    [Fact]
    public async Task Dead_letters_are_paged_those_first_that_died_last()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var other = await SubscribeAsync(store, journal, place => place == 99);
        var endpoint = await QueueAsync(store, journal, 7);
        await KillAsync(store, endpoint, 5, 9, 1, 9, 3);

        var seen = new List<DeadLetter>();
        for (var page = 1; page <= 4; page++)
        {
            var letters = await store.Webhooks.ReadDeadLettersAsync(endpoint.Key, page, 2, Stop);
            Assert.Equal(5, letters.Total);
            seen.AddRange(letters.Letters);
        }

        Assert.Equal(IdsOf(journal, 3, 1, 0, 4, 2), seen.Select(letter => letter.Input.EventId));
        Assert.Equal([9, 9, 5, 3, 1], seen.Select(letter => letter.DiedAt.UnixMicroseconds - Due));
        Assert.All(seen, letter => Assert.Equal((-1, 1, letter.Input.ReceivedAt), (letter.Place, letter.Attempts, letter.QueuedAt)));
        Comparison.Same(journal.Inputs[3].Row, seen[0].Input);
        Assert.Equal(0, (await store.Webhooks.ReadDeadLettersAsync(other.Key, 1, 2, Stop)).Total);
        Assert.Equal(2, (await ClaimAsync(store, long.MaxValue / 2)).Deliveries.Count);
    }

    [Fact]
    public async Task Dead_letters_of_a_range_are_replayed_with_all_their_attempts_before_them()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var other = await SubscribeAsync(store, journal);
        var endpoint = await QueueAsync(store, journal, 6);
        await KillAsync(store, endpoint, 1, 2, 3, 4, 5, 6);
        Timestamp Queued(int input) => journal.Inputs[input].Row.ReceivedAt;
        async Task ReplayAsync(int expected, Timestamp since, Timestamp? until)
        {
            Assert.Equal(expected, await store.Webhooks.ReplayDeadLettersAsync(endpoint.Key, since, until, new Timestamp(Due + 100), Stop));
            Assert.Empty((await ClaimAsync(store, Due + 99, roomOf: new Dictionary<int, int> { [other.Key] = 0 })).Deliveries);
        }

        await ReplayAsync(0, new Timestamp(Queued(5).UnixMicroseconds + 1), null);
        await ReplayAsync(0, Queued(3), Queued(2));
        await ReplayAsync(2, Queued(1), Queued(2));
        await ReplayAsync(0, Queued(1), Queued(2));
        Assert.Equal(4, (await store.Webhooks.ReadDeadLettersAsync(endpoint.Key, 1, 1, Stop)).Total);
        await ReplayAsync(2, Queued(4), null);
        var claimed = await ClaimAsync(store, Due + 100);
        Assert.Equal(IdsOf(journal, 1, 2, 4, 5), FactsOf(claimed, endpoint).Select(fact => fact.Input));
        Assert.All(claimed.Deliveries, delivery => Assert.Equal(0, delivery.Attempts));
        Assert.Equal(6, FactsOf(claimed, other).Count());
        await ReplayAsync(2, default, new Timestamp(long.MaxValue));
    }

    [Fact]
    public async Task A_replay_of_very_many_dead_letters_takes_all_of_them()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var endpoint = await SubscribeAsync(store, journal);
        await journal.CommitAsync(store, [.. Enumerable.Range(0, 700).Select(i => new Draft("p", "e", i, 2))]);
        Assert.Equal(700, await store.Webhooks.SpreadOutboxAsync(1000, Stop));
        await CompleteAsync(store, [.. (await ClaimAsync(store, Due, room: 2100)).Deliveries.Select(delivery => Result(delivery, DeliveryFate.Dead, Due))]);
        Assert.Equal(2100, Assert.Single((await BacklogAsync(store)).Endpoints).Dead);
        Assert.Equal(2100, await store.Webhooks.ReplayDeadLettersAsync(endpoint.Key, default, null, new Timestamp(Due), Stop));
        await DrainAsync(store, journal);
    }

    [Fact]
    public async Task One_message_is_replayed_whether_it_waits_is_dead_or_was_delivered()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var endpoint = await QueueAsync(store, journal, 3);
        var claimed = (await ClaimAsync(store, Due)).Deliveries;
        await CompleteAsync(
            store,
            Result(claimed[0], DeliveryFate.Delivered, Due),
            Result(claimed[1], DeliveryFate.Dead, Due),
            Result(claimed[2], DeliveryFate.Later, Due, Due + 1000));
        Assert.Empty((await ClaimAsync(store, Due + 100)).Deliveries);
        foreach (var input in journal.Inputs)
        {
            Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, input.Row.EventId, -1, new Timestamp(Due + 100), Stop));
        }

        Assert.Empty((await ClaimAsync(store, Due + 99)).Deliveries);
        var again = await ClaimAsync(store, Due + 100);
        Assert.Equal(journal.Inputs.Select(input => (input.Row.EventId, -1)), FactsOf(again, endpoint));
        Assert.All(again.Deliveries, delivery => Assert.Equal((0, delivery.Input.ReceivedAt), (delivery.Attempts, delivery.QueuedAt)));
        Assert.Equal(0, (await store.Webhooks.ReadDeadLettersAsync(endpoint.Key, 1, 1, Stop)).Total);
    }

    [Fact]
    public async Task An_attempt_under_way_does_not_end_what_was_replayed_meanwhile()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await SubscribeAsync(store, journal);
        var endpoint = await QueueAsync(store, journal, 1);
        var under = Assert.Single((await ClaimAsync(store, Due)).Deliveries);
        Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, under.Input.EventId, -1, new Timestamp(Due + 1), Stop));
        await CompleteAsync(store, Result(under, DeliveryFate.Delivered, Due));
        Assert.Equal(under.Name, Assert.Single((await ClaimAsync(store, Due + 1)).Deliveries).Name);
    }

    [Fact]
    public async Task A_replay_before_the_outbox_is_spread_makes_one_delivery()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var endpoint = await SubscribeAsync(store, journal);
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1));
        Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, journal.Inputs[0].Row.EventId, 0, new Timestamp(Due + 50), Stop));
        Assert.Equal(1, await store.Webhooks.SpreadOutboxAsync(10, Stop));
        Assert.Equal(-1, Assert.Single((await ClaimAsync(store, Due)).Deliveries).Name.Place);
        Assert.Equal(0, Assert.Single((await ClaimAsync(store, Due + 50)).Deliveries).Name.Place);
    }

    [Fact]
    public async Task What_is_no_fact_of_the_endpoints_environment_is_not_replayed()
    {
        await using var store = await OpenAsync();
        var (journal, other) = (NewJournal(), NewJournal());
        var (endpoint, deleted) = (await SubscribeAsync(store, journal), await SubscribeAsync(store, journal));
        await ChangeAsync(store, deleted, EndpointStatus.Deleted);
        await journal.CommitAsync(store, new Draft("p", "e", 1, 2), new Draft("p", "c", 1, 1) { Kind = InputKind.Command });
        await other.CommitAsync(store, new Draft("p", "e", 1, 2));
        async Task RefusedAsync(int endpointKey, EnvironmentKey environment, FactId inputId, int place) =>
            Assert.False(await store.Webhooks.ReplayMessageAsync(endpointKey, environment, inputId, place, new Timestamp(Due), Stop));

        var (one, command, elsewhere) = (journal.Inputs[0].Row.EventId, journal.Inputs[1].Row.EventId, other.Inputs[0].Row.EventId);
        await RefusedAsync(endpoint.Key, journal.Environment, one, 2);
        await RefusedAsync(endpoint.Key, journal.Environment, one, -2);
        await RefusedAsync(endpoint.Key, journal.Environment, one, int.MinValue);
        await RefusedAsync(endpoint.Key, journal.Environment, command, -1);
        await RefusedAsync(endpoint.Key, journal.Environment, command, 1);
        await RefusedAsync(endpoint.Key, journal.Environment, one.Plus(1), -1);
        await RefusedAsync(endpoint.Key, journal.Environment, elsewhere, -1);
        await RefusedAsync(endpoint.Key, other.Environment, elsewhere, -1);
        await RefusedAsync(endpoint.Key, other.Environment, one, -1);
        await RefusedAsync(deleted.Key, journal.Environment, one, -1);
        await RefusedAsync(999_999, journal.Environment, one, -1);
        Assert.Empty((await BacklogAsync(store)).Endpoints);
        Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, command, 0, new Timestamp(Due), Stop));
        Assert.True(await store.Webhooks.ReplayMessageAsync(endpoint.Key, journal.Environment, one, 1, new Timestamp(Due), Stop));
        Assert.Equal([(one, 1), (command, 0)], FactsOf(await ClaimAsync(store, Due), endpoint));
    }

    private static FactId Message(int number) => new(new Ulid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)number]));

    private static WebhookAttempt Test(int endpointKey, int number) => new(
        endpointKey,
        Message(number % 3),
        number % 2 == 0 ? "badge.unlocked" : "event.processed",
        number,
        new Timestamp(1000 - number),
        number,
        (number % 4) switch { 1 => "failed", 2 => "dead", _ => "delivered" },
        number % 2 == 0 ? 200 : null,
        number % 2 == 0 ? null : $"Fehler ö {number}",
        new byte[number % 5]);

    [Fact]
    public async Task Attempts_are_paged_newest_first_by_message_and_by_outcome()
    {
        var journal = NewJournal();
        WebhookEndpoint endpoint, other;
        await using (var store = await OpenAsync())
        {
            (endpoint, other) = (await SubscribeAsync(store, journal), await SubscribeAsync(store, journal));
            await store.Webhooks.CompleteAsync(Nothing with { Others = [.. Enumerable.Range(0, 30).Select(i => Test(endpoint.Key, i))] }, Stop);
            await store.Webhooks.CompleteAsync(Nothing with { Others = [Test(other.Key, 0), Test(999_999, 0)] }, Stop);
        }

        await using var reopened = await OpenAsync();
        var all = Enumerable.Range(0, 30).Select(i => Test(endpoint.Key, i)).ToList();
        foreach (var messageId in new FactId?[] { null, all[0].MessageId, all[2].MessageId, new FactId(Ulid.MaxValue) })
        {
            foreach (var outcome in new[] { null, "delivered", "failed", "dead", "no such outcome" })
            {
                var expected = all.Where(attempt => (messageId ?? attempt.MessageId) == attempt.MessageId && (outcome ?? attempt.Outcome) == attempt.Outcome).ToList();
                for (var page = 1; page <= 3; page++)
                {
                    var read = await reopened.Webhooks.ReadAttemptsAsync(new AttemptsQuery(endpoint.Key, messageId, outcome, page, 4), Stop);
                    Assert.Equal(expected.Count, read.Total);
                    Assert.Equal(expected.Skip((page - 1) * 4).Take(4).Select(Plain), read.Attempts.Select(Plain));
                }
            }
        }

        Assert.Equal(1, (await reopened.Webhooks.ReadAttemptsAsync(new AttemptsQuery(other.Key, null, null, 1, 4), Stop)).Total);
        Assert.Equal(0, (await reopened.Webhooks.ReadAttemptsAsync(new AttemptsQuery(999_999, null, null, 1, 4), Stop)).Total);
    }

    private protected static (WebhookAttempt, string) Plain(WebhookAttempt attempt) => (attempt with { Answer = default }, Convert.ToHexString(attempt.Answer.Span));

    [Fact]
    public async Task Old_attempts_and_what_is_left_of_deleted_endpoints_are_removed_bit_by_bit()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var (one, other) = (await SubscribeAsync(store, journal), await SubscribeAsync(store, journal));
        await QueueAsync(store, journal, 10);
        foreach (var endpoint in new[] { one, other })
        {
            await store.Webhooks.CompleteAsync(Nothing with { Others = [.. Enumerable.Range(0, 20).Select(i => Test(endpoint.Key, i))] }, Stop);
        }

        // A wrong clock does not keep the others' attempts for ever.
        await store.Webhooks.CompleteAsync(Nothing with { Others = [Test(one.Key, -3_000_000)] }, Stop);
        async Task<int> PurgeAsync(long before)
        {
            var removed = 0;
            for (var more = true; more;)
            {
                var some = await store.Webhooks.PurgeAsync(new Timestamp(before), 3, Stop);
                Assert.InRange(some, 0, 3);
                removed += some;
                more = some == 3;
            }

            Assert.Equal(0, await store.Webhooks.PurgeAsync(new Timestamp(before), 3, Stop));
            return removed;
        }

        Assert.Equal(0, await PurgeAsync(981));
        Assert.Equal(2 * 8, await PurgeAsync(989));
        Assert.Equal(Enumerable.Range(0, 12).Prepend(-3_000_000), await NumbersAsync(store, one));
        await ChangeAsync(store, one, EndpointStatus.Deleted);
        Assert.Equal(10 + 13, await PurgeAsync(989));
        Assert.Empty(await NumbersAsync(store, one));
        Assert.Equal(Enumerable.Range(0, 12), await NumbersAsync(store, other));
        Assert.Equal([new EndpointBacklog(other.Id, EndpointStatus.Enabled, 10, journal.Inputs[0].Row.ReceivedAt, 0)], (await BacklogAsync(store)).Endpoints);
    }

    private static async Task<IEnumerable<int>> NumbersAsync(ILaurelStore store, WebhookEndpoint endpoint) =>
        (await store.Webhooks.ReadAttemptsAsync(new AttemptsQuery(endpoint.Key, null, null, 1, 100), Stop)).Attempts.Select(attempt => attempt.Number);
}
