using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>Who may send next, and how much is held. Source: semantics §10, "a dead endpoint delays no other".</summary>
public sealed class EndpointLanesTests
{
    private static readonly WebhooksOptions _options = WebhooksOptions.From(new LaurelOptions { WebhooksConcurrency = 16, WebhooksEndpointConcurrency = 4 });
    private static readonly Timestamp _start = new(1_800_000_000_000_000);

    private readonly EndpointLanes _lanes = new(_options);
    private readonly DeliveryJournal _journal = new(store: null!, TimeProvider.System, NullLogger<DeliveryJournal>.Instance);
    private readonly List<DeliveryResult> _released = [];
    private long _input;

    [Fact]
    public void Failing_endpoints_share_a_quarter_of_the_requests_and_healthy_ones_have_the_rest()
    {
        for (var key = 1; key <= 8; key++)
        {
            Claim(_start, key, count: 1, failingSince: _start);
        }

        for (var key = 11; key <= 15; key++)
        {
            Claim(_start, key, count: 4);
        }

        var turns = StartAll(_start);

        Assert.Equal(16, turns.Count);
        Assert.Equal(4, turns.Count(turn => turn.IsTrial));

        // The room that a healthy one leaves is no trial's.
        End(turns.First(turn => !turn.IsTrial), Verdict.Taken, _start);
        Assert.False(Assert.Single(StartAll(_start)).IsTrial);
    }

    [Fact]
    public void Turns_go_round_among_endpoints()
    {
        Claim(_start, 1, count: 3);
        Claim(_start, 2, count: 3);

        Assert.Equal([1, 2, 1, 2, 1, 2], StartAll(_start).Select(turn => turn.Endpoint.Key));
    }

    [Fact]
    public void Pauses_double_from_a_second_to_a_minute_and_a_success_ends_them()
    {
        var now = _start;
        var pauses = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            Claim(now, 1, count: 1);
            End(Assert.Single(StartAll(now)), Verdict.Refused, now);
            var pause = Enumerable.Range(1, 100).First(seconds => RoomOf(1, now.Plus(TimeSpan.FromSeconds(seconds))) > 0);
            pauses.Add(pause);
            now = now.Plus(TimeSpan.FromSeconds(pause));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
        Assert.Equal(1, RoomOf(1, now));

        Claim(now, 1, count: 1);
        End(Assert.Single(StartAll(now)), Verdict.Taken, now);
        Assert.InRange(RoomOf(1, now), 4, 260);
    }

    [Fact]
    public void Requests_that_fail_together_make_one_pause_and_what_waits_behind_them_is_given_back()
    {
        Claim(_start, 1, count: 4);
        var turns = StartAll(_start);
        Assert.Equal(4, turns.Count);
        foreach (var turn in turns)
        {
            End(turn, Verdict.Refused, _start);
        }

        Assert.Equal(0, RoomOf(1, _start.Plus(TimeSpan.FromSeconds(0.9))));
        Assert.Equal(1, RoomOf(1, _start.Plus(TimeSpan.FromSeconds(1))));

        // What a claim brings that was asked for before the failure finds no room.
        Claim(_start, 1, count: 2);
        Assert.Equal(2, _released.Count);
        Assert.All(_released, result => Assert.Equal(DeliveryFate.Released, result.Fate));
    }

    [Fact]
    public void A_delivery_whose_lease_would_not_last_is_given_back_unsent()
    {
        Claim(_start, 1, count: 2);

        Assert.Empty(StartAll(_start.Plus(WebhooksOptions.LongestWait + TimeSpan.FromSeconds(1))));
        Assert.Equal(2, _released.Count);
    }

    [Fact]
    public void No_more_is_held_than_the_limit_until_results_are_kept()
    {
        for (var key = 1; key <= _options.HeldLimit / 4; key++)
        {
            Claim(_start, key, count: 4);
        }

        Assert.Null(_lanes.NextClaim(_start));
        var ended = StartAll(_start);
        Assert.Equal(16, ended.Count);
        var results = ended.ConvertAll(turn => End(turn, Verdict.Taken, _start));
        Assert.Null(_lanes.NextClaim(_start));

        Assert.True(_lanes.NoteWritten(results));
        Assert.Equal(16, _lanes.NextClaim(_start)!.Limit);
    }

    [Fact]
    public void An_endpoint_that_answers_slowly_keeps_nothing_waiting_here()
    {
        Claim(_start, 1, count: 1);
        Claim(_start, 2, count: 1);
        foreach (var turn in StartAll(_start))
        {
            End(turn, Verdict.Taken, _start, TimeSpan.FromSeconds(turn.Endpoint.Key == 1 ? 10 : 0.001));
        }

        Assert.Equal(4, RoomOf(1, _start));
        Assert.Equal(4 + 255, RoomOf(2, _start));
    }

    private int RoomOf(int key, Timestamp now)
    {
        var claim = _lanes.NextClaim(now)!;
        return claim.RoomOf.GetValueOrDefault(key, claim.Room);
    }

    private void Claim(Timestamp now, int key, int count, Timestamp? failingSince = null)
    {
        var claim = new DeliveryClaim(now, now.Plus(_options.Lease), 4, new Dictionary<int, int>(), 1_000);
        var endpoint = new WebhookEndpoint(
            key, $"e{key}", new EnvironmentKey(2), 1, "http://x", "", ["*"], EndpointStatus.Enabled, null, [], _start, _start, failingSince);
        var deliveries = Enumerable.Range(0, count).Select(_ => new ClaimedDelivery(
            new DeliveryName(key, ++_input, -1), 0, now, claim.LeaseUntil, new ParticipantName(endpoint.Environment, "p"), Input: null!));
        _lanes.Add(claim, new ClaimedDeliveries([.. deliveries], new Dictionary<int, WebhookEndpoint> { [key] = endpoint }), now, _released);
    }

    private List<DeliveryTurn> StartAll(Timestamp now)
    {
        var turns = new List<DeliveryTurn>();
        while (_lanes.TryStart(now, _released, out var turn))
        {
            turns.Add(turn);
        }

        return turns;
    }

    private DeliveryResult End(DeliveryTurn turn, Verdict verdict, Timestamp now, TimeSpan latency = default)
    {
        var fate = verdict == Verdict.Taken ? DeliveryFate.Delivered : DeliveryFate.Later;
        var result = new DeliveryResult(turn.Delivery.Name, turn.Delivery.LeaseUntil, fate, now, Attempt: null);
        _lanes.NoteEnd(turn, new AttemptOutcome(result, verdict, null, latency), now, _journal, out _);
        return result;
    }
}
