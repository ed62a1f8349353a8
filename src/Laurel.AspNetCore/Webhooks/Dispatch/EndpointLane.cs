using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>
/// What this process has to do with one endpoint: the deliveries that it holds for it, and how the endpoint took the last ones. Used under the lock of
/// <see cref="EndpointLanes"/>.
/// </summary>
internal sealed class EndpointLane(WebhookEndpoint endpoint, WebhooksOptions options)
{
    // A queue should last about as long as a claim takes on a bad day, and no longer: what waits here, no other node can send.
    private static readonly TimeSpan _ahead = TimeSpan.FromMilliseconds(500);
    private const int MostAhead = 256;

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);

    private readonly Queue<ClaimedDelivery> _waiting = new();
    private Timestamp _pausedUntil = Timestamp.MinValue;
    private Timestamp _heldUntil = Timestamp.MinValue;
    private TimeSpan? _latency;
    private int _failures;

    /// <summary>The endpoint as it was when last claimed for.</summary>
    public WebhookEndpoint Endpoint { get; private set; } = endpoint;

    /// <summary>The first failure since the last success, as far as this process knows.</summary>
    public Timestamp? FailingSince { get; private set; } = endpoint.FailingSince;

    /// <summary>Whether the last attempt failed.</summary>
    public bool IsFailing => FailingSince is not null;

    /// <summary>Requests under way.</summary>
    public int Running { get; set; }

    /// <summary>Results that are not kept yet.</summary>
    public int Unwritten { get; set; }

    /// <summary>Deliveries that wait for their turn.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Counts what ended pauses or began them: of the requests that fail together only the first makes the pause longer.</summary>
    public int Round { get; private set; }

    /// <summary>Whether the endpoint is about to be disabled: it gets nothing more meanwhile.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Whether the lane stands among those that may send.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether the last claim took all it had room for, so that there may be more.</summary>
    public bool MayHaveMore { get; set; }

    /// <summary>Whether the lane was idle when the claim under way began.</summary>
    public bool WasIdle { get; set; }

    /// <summary>Whether nothing is held for the endpoint, not even a result.</summary>
    public bool IsIdle => _waiting.Count == 0 && Running == 0 && Unwritten == 0;

    /// <summary>Whether a request may begin now.</summary>
    public bool CanStart(Timestamp now) => _waiting.Count > 0 && Running < Limit && !IsPaused(now);

    /// <summary>Whether nothing may be sent now.</summary>
    public bool IsPaused(Timestamp now) => IsStopped || now < _pausedUntil || now < _heldUntil;

    /// <summary>How many deliveries should be held: as many as may run, and as many more as the endpoint takes in a moment.</summary>
    public int Target(Timestamp now) => IsPaused(now) ? 0 : IsFailing ? 1 : Limit + Ahead;

    /// <summary>How many to claim: none until the queue is half empty, so that claims are few and large.</summary>
    public int Room(Timestamp now)
    {
        var target = Target(now);
        var held = _waiting.Count + Running;
        return held <= Math.Max(Limit - 1, target / 2) ? Math.Max(0, target - held) : 0;
    }

    private int Limit => IsFailing ? 1 : options.EndpointConcurrency;

    // Of a receiver whose pace is not known, or slow, nothing is kept waiting.
    private int Ahead => _latency is not { } latency ? 0
        : (int)Math.Min(MostAhead - 1, options.EndpointConcurrency * (_ahead / (latency + TimeSpan.FromMilliseconds(1))));

    /// <summary>Takes the endpoint as it was just read. What the store says of its failures is news only where this process had nothing to say meanwhile.</summary>
    public void Adopt(WebhookEndpoint endpoint)
    {
        if (WasIdle || endpoint.Revision != Endpoint.Revision)
        {
            FailingSince = endpoint.FailingSince;
        }

        Endpoint = endpoint;
    }

    /// <summary>Queues a delivery; false where the lane has no use for it any more.</summary>
    public bool TryAdd(ClaimedDelivery delivery, Timestamp now)
    {
        if (_waiting.Count + Running >= Target(now))
        {
            return false;
        }

        _waiting.Enqueue(delivery);
        return true;
    }

    /// <summary>The next delivery.</summary>
    public ClaimedDelivery Take() => _waiting.Dequeue();

    /// <summary>Notes that the endpoint took a message; true where it failed before.</summary>
    public bool NoteSuccess(TimeSpan latency)
    {
        _latency = _latency is { } before ? ((before * 4) + latency) / 5 : latency;
        _failures = 0;
        _pausedUntil = Timestamp.MinValue;
        Round++;
        var recovered = IsFailing;
        FailingSince = null;
        return recovered;
    }

    /// <summary>Notes that an attempt of <paramref name="round"/> failed; true where the one before had not.</summary>
    public bool NoteFailure(int round, Timestamp now, TimeSpan? retryAfter)
    {
        if (round == Round)
        {
            Round++;
            _pausedUntil = now.Plus(TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, _firstPause.Ticks << Math.Min(_failures, 10))));
            _failures++;
        }

        if (retryAfter is { } wait && now.Plus(wait) is var until && until > _heldUntil)
        {
            _heldUntil = until;
        }

        var isFirst = !IsFailing;
        FailingSince ??= now;
        return isFirst;
    }
}
