using CsCheck;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>Webhooks against a model: any sequence of what the port offers, and after each step the store shows what the model does.</summary>
public abstract partial class StoreConformance
{
    private enum WebhookStep
    {
        Commit,
        Spread,
        Claim,
        Complete,
        ReplayDead,
        ReplayOne,
        Purge,
        Reopen,
        ChangeEndpoint,
        AddEndpoint,
    }

    private static readonly Gen<WebhookStep> SomeStep = Gen.Frequency(
        (6, Gen.Const(WebhookStep.Commit)),
        (6, Gen.Const(WebhookStep.Spread)),
        (10, Gen.Const(WebhookStep.Claim)),
        (10, Gen.Const(WebhookStep.Complete)),
        (2, Gen.Const(WebhookStep.ReplayDead)),
        (3, Gen.Const(WebhookStep.ReplayOne)),
        (2, Gen.Const(WebhookStep.Purge)),
        (1, Gen.Const(WebhookStep.Reopen)),
        (2, Gen.Const(WebhookStep.ChangeEndpoint)),
        (1, Gen.Const(WebhookStep.AddEndpoint)));

    [Fact]
    public async Task Any_sequence_of_webhook_operations_leaves_what_a_plain_model_has_and_loses_nothing()
    {
        var run = new ModelRun(this) { Store = await OpenAsync() };
        try
        {
            await Gen.Select(SomeStep, SomeDrafts, Gen.Int[0, 1_000_000].Array[12]).Array[20, 90].SampleAsync(run.RunAsync, iter: 25, threads: 1);
        }
        finally
        {
            await run.Store.DisposeAsync();
        }

        // A run that reached nothing would show nothing.
        Assert.All(Enum.GetValues<WebhookStep>(), step => Assert.True(run.Reached.GetValueOrDefault(step) > 0, $"{step} never did anything"));
        Assert.All(Enum.GetValues<DeliveryFate>(), fate => Assert.True(run.Fates.GetValueOrDefault(fate) > 10, $"{fate} was rare"));
    }

    private sealed class ModelRun(StoreConformance conformance)
    {
        private readonly List<(Wanted Wanted, ClaimedDelivery Delivery)> _held = [];
        private Journal _journal = null!;
        private WebhookModel _model = null!;
        private Dictionary<FactId, int> _inputs = [];
        private long _now;
        private int[] _choices = [];

        public required ILaurelStore Store { get; set; }

        public Dictionary<WebhookStep, int> Reached { get; } = [];

        public Dictionary<DeliveryFate, int> Fates { get; } = [];

        public async Task RunAsync((WebhookStep Step, Draft[] Drafts, int[] Choices)[] steps)
        {
            await ClearAsync();
            for (var i = 0; i < 3; i++)
            {
                await AddEndpointAsync(i);
            }

            foreach (var (step, drafts, choices) in steps)
            {
                _choices = choices;
                _now += new[] { 1, 1, 700, 4000, 2 * (int)LeaseMicroseconds }[choices[0] % 5];
                Reached[step] = Reached.GetValueOrDefault(step) + await DoAsync(step, drafts);
                await CompareAsync();
            }

            await FinishAsync();
        }

        // What an earlier run left, perhaps a failed one, is none of this run's.
        private async Task ClearAsync()
        {
            for (var environment = 1; environment <= conformance._environments; environment++)
            {
                foreach (var endpoint in await Store.Webhooks.ReadEndpointsAsync(new EnvironmentKey(environment), Stop))
                {
                    await ChangeAsync(Store, endpoint, EndpointStatus.Deleted);
                }
            }

            while (await Store.Webhooks.SpreadOutboxAsync(100, Stop) + await Store.Webhooks.PurgeAsync(Timestamp.MaxValue, 100, Stop) > 0)
            {
            }

            _journal = conformance.NewJournal();
            _model = new WebhookModel(_journal);
            (_inputs, _now) = ([], 5_000_000);
            _held.Clear();
        }

        // Answers whether it did anything.
        private async Task<int> DoAsync(WebhookStep step, Draft[] drafts)
        {
            switch (step)
            {
                case WebhookStep.Commit:
                    return await CommitAsync(drafts);
                case WebhookStep.Spread:
                    var expected = _model.Spread(1 + (_choices[1] % 9));
                    Assert.Equal(expected, await Store.Webhooks.SpreadOutboxAsync(1 + (_choices[1] % 9), Stop));
                    return expected;
                case WebhookStep.Claim:
                    return await ClaimSomeAsync(_choices[1] % 7, 1 + (_choices[2] % 15));
                case WebhookStep.Complete:
                    return await CompleteSomeAsync();
                case WebhookStep.ReplayDead:
                    return await ReplayDeadAsync();
                case WebhookStep.ReplayOne:
                    return await ReplayOneAsync();
                case WebhookStep.Purge:
                    return await PurgeAsync(_now - (_choices[1] % 10_000));
                case WebhookStep.Reopen:
                    return await ReopenAsync();
                case WebhookStep.ChangeEndpoint:
                    return await ChangeEndpointAsync();
                default:
                    return await AddEndpointAsync(_choices[1]);
            }
        }

        private async Task<int> CommitAsync(Draft[] drafts)
        {
            var before = _journal.Inputs.Count;
            await _journal.CommitAsync(Store, drafts);
            for (var input = before; input < _journal.Inputs.Count; input++)
            {
                _inputs.Add(_journal.Inputs[input].Row.EventId, input);
            }

            _model.Commit(before);
            return 1;
        }

        private async Task<int> ClaimSomeAsync(int room, int limit)
        {
            var roomOf = new Dictionary<int, int> { [_model.Endpoints.Keys.Last()] = _choices[3] % 3 };
            var claimed = (await ClaimAsync(Store, _now, room, limit, roomOf)).Deliveries;
            var claimable = _model.Endpoints.Keys.ToDictionary(key => key, key => _model.Claimable(key, _now));
            Assert.Equal(Math.Min(limit, claimable.Sum(one => Math.Min(roomOf.GetValueOrDefault(one.Key, room), one.Value.Count))), claimed.Count);
            var taken = claimed.Select(delivery => (Wanted: WantedBy(delivery), Delivery: delivery)).ToList();
            foreach (var group in taken.GroupBy(one => one.Wanted.EndpointKey))
            {
                Assert.InRange(group.Count(), 1, roomOf.GetValueOrDefault(group.Key, room));
                Assert.Equal(claimable[group.Key].Take(group.Count()), group.Select(one => one.Wanted));
            }

            foreach (var (wanted, delivery) in taken)
            {
                var expected = _model.Deliveries[wanted];
                Assert.Equal((expected.Attempts, expected.QueuedAt), (delivery.Attempts, delivery.QueuedAt.UnixMicroseconds));
                Assert.Equal(_journal.Name(_journal.Inputs[wanted.Input].Participant), delivery.Participant);
                _model.Lease(wanted, delivery.LeaseUntil.UnixMicroseconds);
            }

            _held.AddRange(taken);
            return taken.Count;
        }

        private Wanted WantedBy(ClaimedDelivery delivery) => new(delivery.Name.EndpointKey, _inputs[delivery.Input.EventId], delivery.Name.Place);

        // Leases may long be lost.
        private async Task<int> CompleteSomeAsync()
        {
            var some = _held.Where((_, i) => (_choices[1] >> (i % 20) & 1) == 1).ToList();
            var results = new List<DeliveryResult>();
            foreach (var (i, held) in some.Index())
            {
                var fate = (DeliveryFate)(_choices[2 + (i % 9)] % 4);
                var result = Result(held.Delivery, fate, _now - (i % 3), _now + (_choices[3] % 5000));
                Fates[fate] = Fates.GetValueOrDefault(fate) + 1;
                results.Add(result);
                _model.Complete(held.Wanted, result);
                _held.Remove(held);
            }

            await CompleteAsync(Store, [.. results]);
            return results.Count;
        }

        private async Task<int> ReplayDeadAsync()
        {
            var key = SomeEndpoint(_choices[1]);
            var since = 5_000_000 + (_choices[2] % 8 * 1000L);
            long? until = _choices[3] % 2 == 0 ? null : since + (_choices[3] % 20_000);
            var expected = _model.ReplayDead(key, since, until, _now);
            Assert.Equal(expected, await Store.Webhooks.ReplayDeadLettersAsync(key, new Timestamp(since), until is { } end ? new Timestamp(end) : null, new Timestamp(_now), Stop));
            return expected;
        }

        private async Task<int> ReplayOneAsync()
        {
            if (_journal.Inputs.Count == 0)
            {
                return 0;
            }

            var wanted = new Wanted(SomeEndpoint(_choices[1]), _choices[2] % _journal.Inputs.Count, (_choices[3] % 5) - 1);
            var expected = _model.Replay(wanted, _now);
            var inputId = _journal.Inputs[wanted.Input].Row.EventId;
            Assert.Equal(expected, await Store.Webhooks.ReplayMessageAsync(wanted.EndpointKey, _journal.Environment, inputId, wanted.Place, new Timestamp(_now), Stop));
            return expected ? 1 : 0;
        }

        private async Task<int> PurgeAsync(long before)
        {
            var (removed, limit) = (0, 1 + (_choices[2] % 9));
            for (var some = limit; some == limit; removed += some)
            {
                some = await Store.Webhooks.PurgeAsync(new Timestamp(before), limit, Stop);
                Assert.InRange(some, 0, limit);
            }

            Assert.Equal(_model.Purge(before), removed);
            return removed;
        }

        private async Task<int> ReopenAsync()
        {
            await Store.DisposeAsync();
            Store = await conformance.OpenAsync();
            _model.Reopen();
            _held.Clear();
            return 1;
        }

        private async Task<int> ChangeEndpointAsync()
        {
            var endpoint = _model.Endpoints[SomeEndpoint(_choices[1])];
            var status = (EndpointStatus)new[] { 0, 0, 0, 1, 1, 2 }[_choices[2] % 6];
            var written = await Store.Webhooks.WriteEndpointAsync(endpoint with { Status = status }, Note("updated"), 0, Stop);
            Assert.Equal(endpoint.Status == EndpointStatus.Deleted, written is null);
            if (written is null)
            {
                return 0;
            }

            _model.Endpoints[endpoint.Key] = written;
            if (status != EndpointStatus.Enabled)
            {
                _journal.Subscribers.Remove(endpoint.Key);
            }
            else
            {
                Subscribe(endpoint.Key);
            }

            return 1;
        }

        private async Task<int> AddEndpointAsync(int choice)
        {
            var endpoint = (await Store.Webhooks.WriteEndpointAsync(conformance.NewEndpoint(_journal.Environment) with { Url = $"https://{choice}" }, Note(), 1000, Stop))!;
            Assert.True(_model.Endpoints.TryAdd(endpoint.Key, endpoint));
            Subscribe(endpoint.Key);
            return 1;
        }

        // Some want all, some the events, some what was derived.
        private void Subscribe(int key) =>
            _journal.Subscribers[key] = (key % 3) switch { 0 => _ => true, 1 => place => place == -1, _ => place => place >= 0 };

        private int SomeEndpoint(int choice) => _model.Endpoints.Keys.Order().ElementAt(choice % _model.Endpoints.Count);

        private async Task CompareAsync()
        {
            _model.CheckLaw();
            var backlog = await BacklogAsync(Store);
            Assert.Equal((_model.Outbox, _model.OldestOutbox), (backlog.Outbox, backlog.OldestOutbox));
            var shown = _model.Endpoints.Values.Where(endpoint => endpoint.Status != EndpointStatus.Deleted).ToList();
            Assert.Equal(shown.Select(BacklogOf).Where(one => one.Waiting + one.Dead > 0).OrderBy(one => one.EndpointId), backlog.Endpoints.OrderBy(one => one.EndpointId));
            foreach (var (expected, actual) in shown.OrderBy(endpoint => endpoint.Key).Zip(await Store.Webhooks.ReadEndpointsAsync(_journal.Environment, Stop)))
            {
                Same(expected, actual);
                await CompareEndpointAsync(expected.Key);
            }
        }

        private EndpointBacklog BacklogOf(WebhookEndpoint endpoint)
        {
            var waiting = _model.Waiting(endpoint.Key).Select(one => one.Value.QueuedAt).ToList();
            return new EndpointBacklog(
                endpoint.Id, endpoint.Status, waiting.Count, waiting.Count == 0 ? null : new Timestamp(waiting.Min()), _model.Dead(endpoint.Key).Count());
        }

        private async Task CompareEndpointAsync(int key)
        {
            var (page, size) = (1 + (_choices[10] % 3), 1 + (_choices[11] % 5));
            var dead = await Store.Webhooks.ReadDeadLettersAsync(key, page, size, Stop);
            Assert.Equal(_model.Dead(key).Count(), dead.Total);
            Assert.Equal(
                _model.Dead(key).Skip((page - 1) * size).Take(size).Select(one => (one.Key, one.Value.Attempts, one.Value.QueuedAt, one.Value.DeadAt!.Value)),
                dead.Letters.Select(one => (new Wanted(key, _inputs[one.Input.EventId], one.Place), one.Attempts, one.QueuedAt.UnixMicroseconds, one.DiedAt.UnixMicroseconds)));

            // Those of one instant have no order that stores agree on.
            var attempts = await Store.Webhooks.ReadAttemptsAsync(new AttemptsQuery(key, null, null, 1, 100_000), Stop);
            Assert.Equal(attempts.Attempts.Count, attempts.Total);
            Assert.Equal(attempts.Attempts.OrderByDescending(one => one.At), attempts.Attempts);
            Assert.Equal(
                _model.Attempts.Where(one => one.EndpointKey == key).Select(one => Plain(one).ToString()).Order(StringComparer.Ordinal),
                attempts.Attempts.Select(one => Plain(one).ToString()).Order(StringComparer.Ordinal));
        }

        // In the end all that anybody still wants arrives.
        private async Task FinishAsync()
        {
            await ReopenAsync();
            foreach (var endpoint in _model.Endpoints.Values.Where(endpoint => endpoint.Status != EndpointStatus.Deleted).ToList())
            {
                _model.Endpoints[endpoint.Key] = await ChangeAsync(Store, endpoint, EndpointStatus.Enabled);
                Assert.Equal(_model.ReplayDead(endpoint.Key, 0, null, _now), await Store.Webhooks.ReplayDeadLettersAsync(endpoint.Key, default, null, new Timestamp(_now), Stop));
            }

            while (await Store.Webhooks.SpreadOutboxAsync(100, Stop) > 0)
            {
                _model.Spread(100);
            }

            _now += 100_000_000;
            _choices = [0, 0, 0, 2];
            while (await ClaimSomeAsync(room: 50, limit: 60) > 0)
            {
                var results = _held.Select(held => (held.Wanted, Result(held.Delivery, DeliveryFate.Delivered, _now))).ToList();
                results.ForEach(one => _model.Complete(one.Wanted, one.Item2));
                await CompleteAsync(Store, [.. results.Select(one => one.Item2)]);
                _held.Clear();
            }

            Assert.Empty((await BacklogAsync(Store)).Endpoints);
            _model.CheckLaw();
        }
    }
}
