using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>A request that is to be made. <paramref name="IsTrial"/>: the endpoint's last attempt had failed, so that it counts to the failing ones' share.</summary>
internal readonly record struct DeliveryTurn(EndpointLane Lane, WebhookEndpoint Endpoint, ClaimedDelivery Delivery, int Round, bool IsTrial);

/// <summary>What an attempt changed: since when the endpoint fails where that <paramref name="Changed"/>, and why it is to be disabled, if it is.</summary>
internal readonly record struct LaneNews(bool Changed, Timestamp? FailingSince, string? DisableReason);

/// <summary>
/// Who may send next. Each endpoint has its own few requests, those that fail share a part of the room, and turns go round: so a dead or slow endpoint delays no
/// other. It holds no more than <see cref="WebhooksOptions.HeldLimit"/> deliveries. Any thread.
/// </summary>
internal sealed class EndpointLanes(WebhooksOptions options)
{
    private const int ClaimLimit = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, EndpointLane> _lanes = [];
    private readonly Queue<EndpointLane> _ready = new();
    private readonly Queue<EndpointLane> _readyTrials = new();
    private TaskCompletionSource? _idle;
    private int _held;
    private int _running;
    private int _runningTrials;
    private bool _isFull;
    private bool _isClosed;

    /// <summary>What to claim now; null where there is no room.</summary>
    public DeliveryClaim? NextClaim(Timestamp now)
    {
        lock (_lock)
        {
            var limit = Math.Min(ClaimLimit, options.HeldLimit - _held);
            _isFull = limit <= 0;
            if (_isFull || _isClosed)
            {
                return null;
            }

            // Trials that could not begin anyway stay where another node finds them.
            var trials = _runningTrials + _readyTrials.Count;
            var rooms = new Dictionary<int, int>(_lanes.Count);
            foreach (var (key, lane) in _lanes)
            {
                lane.WasIdle = lane.IsIdle;
                var room = lane.IsFailing && trials >= options.FailingConcurrency ? 0 : lane.Room(now);
                trials += lane.IsFailing ? room : 0;
                rooms.Add(key, room);
            }

            return new DeliveryClaim(now, now.Plus(options.Lease), options.EndpointConcurrency, rooms, limit);
        }
    }

    /// <summary>Queues what was claimed; adds to <paramref name="released"/> what there is no use for any more. True where there may be more to claim at once.</summary>
    public bool Add(DeliveryClaim claim, ClaimedDeliveries claimed, Timestamp now, List<DeliveryResult> released)
    {
        lock (_lock)
        {
            var counts = new Dictionary<EndpointLane, int>();
            foreach (var (key, endpoint) in claimed.Endpoints)
            {
                if (!_lanes.TryGetValue(key, out var lane))
                {
                    _lanes.Add(key, lane = new EndpointLane(endpoint, options));
                }

                lane.Adopt(endpoint);
            }

            foreach (var delivery in claimed.Deliveries)
            {
                var lane = _lanes[delivery.Name.EndpointKey];
                counts[lane] = counts.GetValueOrDefault(lane) + 1;
                _held++;
                if (_isClosed || !lane.TryAdd(delivery, now))
                {
                    Release(lane, delivery, released);
                }
            }

            foreach (var (lane, count) in counts)
            {
                lane.MayHaveMore = count >= claim.RoomOf.GetValueOrDefault(lane.Endpoint.Key, claim.Room);
                List(lane, now);
            }

            Forget(now);
            return claimed.Deliveries.Count == claim.Limit;
        }
    }

    /// <summary>The next request that may begin; adds to <paramref name="released"/> those whose lease would not last.</summary>
    public bool TryStart(Timestamp now, List<DeliveryResult> released, out DeliveryTurn turn)
    {
        lock (_lock)
        {
            if (!_isClosed && _running < options.Concurrency)
            {
                // Trials first, within their share: otherwise busy healthy endpoints would keep those that recovered from showing it.
                return (_runningTrials < options.FailingConcurrency && TryStart(_readyTrials, isTrial: true, now, released, out turn))
                    || TryStart(_ready, isTrial: false, now, released, out turn);
            }

            turn = default;
            return false;
        }
    }

    /// <summary>
    /// Notes what came of a request, which is over. Its result goes to <paramref name="journal"/> in the order of the notes, so that the newest is kept last, and before
    /// the request counts as over, so that a stop which sees no request sees every result. What waits for an endpoint that failed is given back.
    /// <paramref name="wantsMore"/>: the lane runs dry, and there may be more to claim.
    /// </summary>
    public LaneNews NoteEnd(in DeliveryTurn turn, AttemptOutcome outcome, Timestamp now, DeliveryJournal journal, out bool wantsMore)
    {
        lock (_lock)
        {
            var lane = turn.Lane;
            var released = new List<DeliveryResult>();
            var news = outcome.Verdict switch
            {
                Verdict.Taken => new LaneNews(lane.NoteSuccess(outcome.Latency), null, null),
                Verdict.Refused or Verdict.Gone => NoteFailure(turn, outcome, now, released),
                _ => default,
            };
            lane.Unwritten++;
            journal.Add(outcome.Result, news.Changed, news.FailingSince);
            journal.Add(released);
            lane.Running--;
            _running--;
            _runningTrials -= turn.IsTrial ? 1 : 0;
            List(lane, now);
            wantsMore = lane.MayHaveMore && lane.Room(now) > 0;
            if (_running == 0)
            {
                _idle?.TrySetResult();
            }

            return news;
        }
    }

    /// <summary>Notes that results are kept. True where room for claims was short and is there again.</summary>
    public bool NoteWritten(IReadOnlyList<DeliveryResult> results)
    {
        lock (_lock)
        {
            foreach (var result in results)
            {
                _lanes[result.Name.EndpointKey].Unwritten--;
            }

            _held -= results.Count;
            return _isFull;
        }
    }

    /// <summary>Whether the endpoint's last attempt failed, as far as this process knows.</summary>
    public bool IsFailing(int endpointKey)
    {
        lock (_lock)
        {
            return _lanes.TryGetValue(endpointKey, out var lane) && lane.IsFailing;
        }
    }

    /// <summary>The endpoint was disabled, or need not be after all.</summary>
    public void NoteDisablingEnded(int endpointKey)
    {
        lock (_lock)
        {
            if (_lanes.TryGetValue(endpointKey, out var lane))
            {
                lane.IsStopped = false;
            }
        }
    }

    /// <summary>Gives back what waits for an endpoint, so that the next claim sees it as it is now: it was changed.</summary>
    public void Recall(int endpointKey, List<DeliveryResult> released)
    {
        lock (_lock)
        {
            if (_lanes.TryGetValue(endpointKey, out var lane))
            {
                ReleaseAll(lane, released);
            }
        }
    }

    /// <summary>Starts nothing more and gives back all that waits. The task ends with the last request.</summary>
    public Task Close(List<DeliveryResult> released)
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var lane in _lanes.Values)
            {
                ReleaseAll(lane, released);
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == 0)
            {
                _idle.TrySetResult();
            }

            return _idle.Task;
        }
    }

    private LaneNews NoteFailure(in DeliveryTurn turn, AttemptOutcome outcome, Timestamp now, List<DeliveryResult> released)
    {
        var lane = turn.Lane;
        var isFirst = lane.NoteFailure(turn.Round, now, outcome.RetryAfter);
        ReleaseAll(lane, released);
        var reason = lane.IsStopped ? null
            : outcome.Verdict == Verdict.Gone ? EndpointDisabling.Gone
            : now >= lane.FailingSince!.Value.Plus(options.DisableAfterFailing) ? EndpointDisabling.Failing
            : null;
        lane.IsStopped |= reason is not null;
        return new LaneNews(isFirst, lane.FailingSince, reason);
    }

    private bool TryStart(Queue<EndpointLane> ready, bool isTrial, Timestamp now, List<DeliveryResult> released, out DeliveryTurn turn)
    {
        while (ready.TryDequeue(out var lane))
        {
            lane.IsListed = false;
            if (lane.IsFailing != isTrial || !lane.CanStart(now))
            {
                List(lane, now);
                continue;
            }

            var delivery = lane.Take();
            if (now.Plus(options.Timeout + WebhooksOptions.LeaseMargin) > delivery.LeaseUntil)
            {
                Release(lane, delivery, released);
                List(lane, now);
                continue;
            }

            lane.Running++;
            _running++;
            _runningTrials += isTrial ? 1 : 0;
            List(lane, now);
            turn = new DeliveryTurn(lane, lane.Endpoint, delivery, lane.Round, isTrial);
            return true;
        }

        turn = default;
        return false;
    }

    private void List(EndpointLane lane, Timestamp now)
    {
        if (!lane.IsListed && lane.CanStart(now))
        {
            lane.IsListed = true;
            (lane.IsFailing ? _readyTrials : _ready).Enqueue(lane);
        }
    }

    private static void ReleaseAll(EndpointLane lane, List<DeliveryResult> released)
    {
        while (lane.Waiting > 0)
        {
            Release(lane, lane.Take(), released);
        }
    }

    private static void Release(EndpointLane lane, ClaimedDelivery delivery, List<DeliveryResult> released)
    {
        lane.Unwritten++;
        released.Add(new DeliveryResult(delivery.Name, delivery.LeaseUntil, DeliveryFate.Released, default, Attempt: null));
    }

    // A lane that had nothing to do before the claim and after it has nothing to say either: how its endpoint fares stands in the store.
    private void Forget(Timestamp now)
    {
        foreach (var (key, lane) in _lanes)
        {
            if (lane.WasIdle && lane.IsIdle && !lane.IsPaused(now))
            {
                _lanes.Remove(key);
            }
        }
    }
}
