using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>Webhook endpoints and their history, and the outbox within the inputs' commits.</summary>
public abstract partial class StoreConformance
{
    private static readonly DeliveryResults Nothing = new([], [], new Dictionary<int, Timestamp?>());
    private int _endpoints;

    private protected WebhookEndpoint NewEndpoint(EnvironmentKey environment) => new(
        0,
        $"endpoint{++_endpoints}",
        environment,
        0,
        "https://example.org/ä?b=c",
        "Grüße",
        ["badge.*", "event.processed"],
        EndpointStatus.Enabled,
        null,
        [new SealedSecret([1, 2, 255, 0], null), new SealedSecret([], new Timestamp(77))],
        new Timestamp(11),
        new Timestamp(12),
        null);

    private protected static EndpointNote Note(string change = "created", string detail = "") => new(new Timestamp(5), "bq_live_0123", change, detail);

    /// <summary>Adds an endpoint, and has the journal queue each of its facts for it that <paramref name="wants"/> (null = all).</summary>
    private protected async Task<WebhookEndpoint> SubscribeAsync(ILaurelStore store, Journal journal, Predicate<int>? wants = null)
    {
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(journal.Environment), Note(), 100, Stop))!;
        journal.Subscribers.Add(endpoint.Key, wants ?? (_ => true));
        return endpoint;
    }

    private protected static async Task<WebhookEndpoint> ChangeAsync(ILaurelStore store, WebhookEndpoint endpoint, EndpointStatus status) =>
        (await store.Webhooks.WriteEndpointAsync(endpoint with { Status = status }, Note("updated"), 100, Stop))!;

    private static async Task<int> WebhookVersionAsync(ILaurelStore store, EnvironmentKey environment)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([], [], [new EnvironmentKey(9999), environment]), Stop);
        await store.AbandonAsync(batch);
        Assert.Equal(0, batch.WebhookVersions[0]);
        return batch.WebhookVersions[1];
    }

    private static void Same(WebhookEndpoint? expected, WebhookEndpoint? actual)
    {
        Assert.NotNull(expected);
        Assert.NotNull(actual);
        Assert.Equal(expected with { EventTypes = [], Secrets = [] }, actual with { EventTypes = [], Secrets = [] });
        Assert.Equal(expected.EventTypes, actual.EventTypes);
        Assert.Equal(expected.Secrets.Select(secret => secret.ValidUntil), actual.Secrets.Select(secret => secret.ValidUntil));
        Assert.Equal(expected.Secrets.Select(secret => Convert.ToHexString(secret.Sealed)), actual.Secrets.Select(secret => Convert.ToHexString(secret.Sealed)));
    }

    [Fact]
    public async Task An_endpoint_comes_back_as_it_was_written_also_after_a_restart()
    {
        var (one, other) = (NewJournal().Environment, NewJournal().Environment);
        WebhookEndpoint first, second, elsewhere;
        await using (var store = await OpenAsync())
        {
            Assert.Empty(await store.Webhooks.ReadEndpointsAsync(one, Stop));
            var draft = NewEndpoint(one);
            first = (await store.Webhooks.WriteEndpointAsync(draft, Note(), 100, Stop))!;
            Assert.True(first.Key > 0);
            Same(draft with { Key = first.Key, Revision = first.Revision }, first);
            second = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(one) with { Secrets = [], EventTypes = ["*"] }, Note(), 100, Stop))!;
            elsewhere = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(other), Note(), 100, Stop))!;
            var changed = first with
            {
                Url = "http://[::1]/",
                Description = "",
                EventTypes = ["*"],
                Status = EndpointStatus.Disabled,
                DisabledReason = "gone",
                Secrets = [new SealedSecret([9], null)],
                UpdatedAt = new Timestamp(99),
            };
            var written = await store.Webhooks.WriteEndpointAsync(changed, Note("updated"), 0, Stop);
            Same(changed with { Revision = first.Revision + 1 }, written);
            first = written!;
        }

        await using var reopened = await OpenAsync();
        var read = await reopened.Webhooks.ReadEndpointsAsync(one, Stop);
        Assert.Equal(2, read.Count);
        Same(first, read[0]);
        Same(second, read[1]);
        Same(elsewhere, Assert.Single(await reopened.Webhooks.ReadEndpointsAsync(other, Stop)));
        Assert.Equal(3, new[] { first.Key, second.Key, elsewhere.Key }.Distinct().Count());
    }

    [Fact]
    public async Task An_environment_has_at_most_as_many_endpoints_as_it_may_and_deleted_ones_do_not_count()
    {
        await using var store = await OpenAsync();
        var (one, other) = (NewJournal().Environment, NewJournal().Environment);
        var first = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 2, Stop))!;
        Assert.NotNull(await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 2, Stop));
        Assert.Null(await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 2, Stop));
        Assert.NotNull(await store.Webhooks.WriteEndpointAsync(NewEndpoint(other), Note(), 2, Stop));
        first = await ChangeAsync(store, first, EndpointStatus.Disabled);
        Assert.Null(await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 2, Stop));
        await ChangeAsync(store, first, EndpointStatus.Deleted);
        Assert.NotNull(await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 2, Stop));
        Assert.Equal(2, (await store.Webhooks.ReadEndpointsAsync(one, Stop)).Count);
    }

    [Fact]
    public async Task Of_writers_that_read_the_same_revision_one_wins_and_the_others_change_nothing()
    {
        await using var store = await OpenAsync();
        var environment = NewJournal().Environment;
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(environment), Note(), 10, Stop))!;
        for (var round = 0; round < 20; round++)
        {
            var before = await WebhookVersionAsync(store, environment);
            var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
                await store.Webhooks.WriteEndpointAsync(endpoint with { Description = $"round {round}, writer {i}" }, Note("updated", $"{round}.{i}"), 10, Stop))));
            endpoint = Assert.Single(written, one => one is not null)!;
            Same(endpoint, Assert.Single(await store.Webhooks.ReadEndpointsAsync(environment, Stop)));
            Assert.Equal(2 + round, (await store.Webhooks.ReadNotesAsync(endpoint.Key, 1, 1, Stop)).Total);
            Assert.NotEqual(before, await WebhookVersionAsync(store, environment));
        }
    }

    [Fact]
    public async Task Every_change_of_an_endpoint_is_a_new_version_for_the_next_batch_of_its_environment_only()
    {
        await using var store = await OpenAsync();
        var (one, other) = (NewJournal().Environment, NewJournal().Environment);
        Assert.Equal(0, await WebhookVersionAsync(store, one));
        var seen = new HashSet<int> { 0 };
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 10, Stop))!;
        Assert.True(seen.Add(await WebhookVersionAsync(store, one)));
        foreach (var status in new[] { EndpointStatus.Disabled, EndpointStatus.Enabled, EndpointStatus.Deleted })
        {
            endpoint = await ChangeAsync(store, endpoint, status);
            Assert.True(seen.Add(await WebhookVersionAsync(store, one)));
        }

        var last = await WebhookVersionAsync(store, one);
        Assert.Null(await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 0, Stop));
        Assert.Equal(last, await WebhookVersionAsync(store, one));
        Assert.Equal(0, await WebhookVersionAsync(store, other));
    }

    [Fact]
    public async Task A_deleted_endpoint_is_gone_for_good_without_its_secrets_but_with_its_history()
    {
        await using var store = await OpenAsync();
        var (one, other) = (NewJournal().Environment, NewJournal().Environment);
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 10, Stop))!;
        Assert.Null(await store.Webhooks.WriteEndpointAsync(endpoint with { Environment = other }, Note("updated"), 10, Stop));
        var deleted = (await store.Webhooks.WriteEndpointAsync(endpoint with { Status = EndpointStatus.Deleted }, Note("deleted"), 10, Stop))!;
        Assert.Empty(deleted.Secrets);
        Assert.Empty(await store.Webhooks.ReadEndpointsAsync(one, Stop));
        Assert.Null(await store.Webhooks.WriteEndpointAsync(deleted with { Status = EndpointStatus.Enabled }, Note("updated"), 10, Stop));
        await store.Webhooks.PurgeAsync(new Timestamp(100), 100, Stop);
        Assert.Equal(["deleted", "created"], (await store.Webhooks.ReadNotesAsync(endpoint.Key, 1, 10, Stop)).Notes.Select(note => note.Change));
        Assert.NotEqual(endpoint.Key, (await store.Webhooks.WriteEndpointAsync(NewEndpoint(one), Note(), 10, Stop))!.Key);
    }

    [Fact]
    public async Task Notes_are_paged_newest_first()
    {
        await using var store = await OpenAsync();
        var environment = NewJournal().Environment;
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(environment), Note(), 10, Stop))!;
        var other = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(environment), Note(), 10, Stop))!;
        for (var i = 1; i <= 6; i++)
        {
            endpoint = (await store.Webhooks.WriteEndpointAsync(endpoint, new EndpointNote(new Timestamp(100 - i), $"ö{i}", "updated", $"{i}"), 10, Stop))!;
        }

        var page = await store.Webhooks.ReadNotesAsync(endpoint.Key, 2, 3, Stop);
        Assert.Equal(7, page.Total);
        Assert.Equal([new EndpointNote(new Timestamp(97), "ö3", "updated", "3"), new EndpointNote(new Timestamp(98), "ö2", "updated", "2"), new EndpointNote(new Timestamp(99), "ö1", "updated", "1")], page.Notes);
        Assert.Equal(Note(), Assert.Single((await store.Webhooks.ReadNotesAsync(endpoint.Key, 3, 3, Stop)).Notes));
        Assert.Empty((await store.Webhooks.ReadNotesAsync(endpoint.Key, 4, 3, Stop)).Notes);
        Assert.Equal(1, (await store.Webhooks.ReadNotesAsync(other.Key, 1, 3, Stop)).Total);
    }

    [Fact]
    public async Task Since_when_an_endpoint_fails_is_set_by_results_and_cleared_but_never_set_by_a_change()
    {
        await using var store = await OpenAsync();
        var environment = NewJournal().Environment;
        var endpoint = (await store.Webhooks.WriteEndpointAsync(NewEndpoint(environment), Note(), 10, Stop))!;
        var version = await WebhookVersionAsync(store, environment);
        async Task<WebhookEndpoint> FailAsync(Timestamp? since)
        {
            await store.Webhooks.CompleteAsync(Nothing with { FailingSince = new Dictionary<int, Timestamp?> { [endpoint.Key] = since } }, Stop);
            var read = Assert.Single(await store.Webhooks.ReadEndpointsAsync(environment, Stop));
            Assert.Equal(since, read.FailingSince);
            return read;
        }

        // A result is no change: whoever read the endpoint before may still write it.
        var failing = await FailAsync(new Timestamp(500));
        Assert.Equal(endpoint.Revision, failing.Revision);
        Assert.Equal(version, await WebhookVersionAsync(store, environment));
        endpoint = (await store.Webhooks.WriteEndpointAsync(failing with { Url = "https://a" }, Note("updated"), 10, Stop))!;
        Assert.Equal(new Timestamp(500), endpoint.FailingSince);

        // Another node may have seen its own first failure later.
        await store.Webhooks.CompleteAsync(Nothing with { FailingSince = new Dictionary<int, Timestamp?> { [endpoint.Key] = new Timestamp(550) } }, Stop);
        Assert.Equal(new Timestamp(500), Assert.Single(await store.Webhooks.ReadEndpointsAsync(environment, Stop)).FailingSince);

        await FailAsync(null);
        endpoint = (await store.Webhooks.WriteEndpointAsync(endpoint, Note("updated"), 10, Stop))!;
        Assert.Null(endpoint.FailingSince);

        await FailAsync(new Timestamp(600));
        Assert.Null((await store.Webhooks.WriteEndpointAsync(endpoint, Note("enabled"), 10, Stop))!.FailingSince);
        Assert.Null(Assert.Single(await store.Webhooks.ReadEndpointsAsync(environment, Stop)).FailingSince);
    }

    [Fact]
    public async Task The_outbox_is_written_with_the_inputs_commit_or_not_at_all()
    {
        var journal = NewJournal();
        await using (var store = await OpenAsync())
        {
            await SubscribeAsync(store, journal);
            Assert.Equal(new WebhookBacklog(0, null, []), await BacklogAsync(store) with { Endpoints = [] });
            for (var i = 0; i < 30; i++)
            {
                await journal.CommitAsync(store, new Draft("p0", "e", i, 2), new Draft("q", "e", i, 0) { Kind = InputKind.Command }, new Draft($"new{i}", "e", i, 1));
                await FailAsync(store, journal);
                var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p0")], [], []), Stop);
                journal.Prepare(batch, [new Draft("p0", "e", 2, 3)]);
                await store.AbandonAsync(batch);
            }

            // A command without facts is nothing that anybody could want.
            var backlog = await BacklogAsync(store);
            Assert.Equal(60, backlog.Outbox);
            Assert.Equal(journal.Inputs[0].Row.ReceivedAt, backlog.OldestOutbox);
            Assert.Empty(backlog.Endpoints);
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(60, (await BacklogAsync(reopened)).Outbox);
        await DrainAsync(reopened, journal);
    }

    private static ValueTask<WebhookBacklog> BacklogAsync(ILaurelStore store) => store.Webhooks.ReadBacklogAsync(Stop);

    [Fact]
    public async Task The_outbox_is_spread_oldest_first_and_each_row_once()
    {
        await using var store = await OpenAsync();
        var (journal, other) = (NewJournal(), NewJournal());
        var all = await SubscribeAsync(store, journal);
        var events = await SubscribeAsync(store, journal, place => place == -1);
        var elsewhere = await SubscribeAsync(store, other);
        for (var i = 0; i < 10; i++)
        {
            // The clock goes back now and then: the order is that of commits.
            await journal.CommitAsync(store, new Draft("p", "e", i, 2) { ClockStep = i % 4 == 3 ? -5000 : 0 }, new Draft("p", "", i, 1) { Kind = InputKind.Tick });
            await other.CommitAsync(store, new Draft("p", "e", i, 0));
        }

        Assert.Equal(7, await store.Webhooks.SpreadOutboxAsync(7, Stop));
        var backlog = await BacklogAsync(store);
        Assert.Equal(23, backlog.Outbox);
        Assert.Equal(journal.Inputs[5].Row.ReceivedAt, backlog.OldestOutbox);
        Assert.Equal([11L, 3L, 2L], new[] { all, events, elsewhere }.Select(endpoint => backlog.Endpoints.Single(one => one.EndpointId == endpoint.Id).Waiting));
        Assert.Equal(23, await store.Webhooks.SpreadOutboxAsync(500, Stop));
        Assert.Equal(0, await store.Webhooks.SpreadOutboxAsync(500, Stop));
        backlog = await BacklogAsync(store);
        Assert.Null(backlog.OldestOutbox);
        Assert.Equal(
            [
                new EndpointBacklog(all.Id, EndpointStatus.Enabled, 40, journal.Inputs.Min(input => input.Row.ReceivedAt), 0),
                new EndpointBacklog(events.Id, EndpointStatus.Enabled, 10, journal.Inputs.Where(input => input.Row.Kind == InputKind.Event).Min(input => input.Row.ReceivedAt), 0),
                new EndpointBacklog(elsewhere.Id, EndpointStatus.Enabled, 10, other.Inputs[0].Row.ReceivedAt, 0),
            ],
            backlog.Endpoints.OrderBy(one => one.EndpointId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_deleted_endpoint_wanted_ends_when_it_is_spread_and_what_a_disabled_one_wanted_is_held()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        var (deleted, disabled) = (await SubscribeAsync(store, journal), await SubscribeAsync(store, journal));
        journal.Subscribers.Add(999_999, _ => true);
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1));
        await ChangeAsync(store, deleted, EndpointStatus.Deleted);
        disabled = await ChangeAsync(store, disabled, EndpointStatus.Disabled);
        Assert.Equal(1, await store.Webhooks.SpreadOutboxAsync(10, Stop));
        Assert.Equal([new EndpointBacklog(disabled.Id, EndpointStatus.Disabled, 2, journal.Inputs[0].Row.ReceivedAt, 0)], (await BacklogAsync(store)).Endpoints);
        Assert.Empty((await ClaimAsync(store, 10_000_000)).Deliveries);
        await ChangeAsync(store, disabled, EndpointStatus.Enabled);
        Assert.Equal([-1, 0], (await ClaimAsync(store, 10_000_000)).Deliveries.Select(delivery => delivery.Name.Place));
    }
}
