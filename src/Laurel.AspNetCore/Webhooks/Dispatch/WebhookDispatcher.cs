using Laurel.Facts;
using Laurel.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>
/// Delivers what endpoints are to get: spreads the outbox, claims what is due for endpoints that have room, and keeps requests going. One task feeds, one keeps
/// results, and each request is a task of its own that begins the next when it ends. A stop lets requests end for a while and gives back the rest.
/// Source: semantics §10, pitfall 3.
/// </summary>
internal sealed class WebhookDispatcher(
    ILaurelStore store,
    EndpointLanes lanes,
    DeliveryAttempts attempts,
    DeliveryJournal journal,
    EndpointDisabling disabling,
    OutboxSignal signal,
    WebhooksOptions options,
    TimeProvider time,
    ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private const int SpreadLimit = 500;

    // Retries, ends of pauses and other nodes tell nobody.
    private static readonly TimeSpan _longestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _drainTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private bool _isStoreAway;

    /// <summary>
    /// An endpoint was changed: what this process holds for it is given back, so that it is sent as the endpoint is now, or not at all. Requests under way go on.
    /// </summary>
    public void Recall(int endpointKey)
    {
        var released = new List<DeliveryResult>();
        lanes.Recall(endpointKey, released);
        journal.Add(released);
        signal.Set();
    }

    /// <summary>Ends requests at once where nobody stopped the host first. The source itself is needed by those that still end.</summary>
    public override void Dispose()
    {
        _ending.Cancel();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.IsPaused)
        {
            WebhooksLog.Paused(logger);
            return;
        }

        var keeping = journal.RunAsync(results =>
        {
            if (lanes.NoteWritten(results))
            {
                signal.Set();
            }
        });
        try
        {
            await FeedAsync(stoppingToken);
        }
        finally
        {
            await DrainAsync();
            journal.Close();
            await keeping;
        }
    }

    private async Task FeedAsync(CancellationToken stoppingToken)
    {
        using var alarm = time.CreateTimer(_ => signal.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await disabling.RunAsync(lanes, stoppingToken);
                await SpreadAndClaimAsync(stoppingToken);
                _isStoreAway = false;
                alarm.Change(_longestSleep, Timeout.InfiniteTimeSpan);
                await signal.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // What fails here must not stop the server: events go on to be served, and the next look may succeed.
                NoteFailure(failure);
                await Task.Delay(_longestSleep, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SpreadAndClaimAsync(CancellationToken cancellationToken)
    {
        bool isMore;
        do
        {
            isMore = await store.Webhooks.SpreadOutboxAsync(SpreadLimit, cancellationToken) == SpreadLimit;
            while (lanes.NextClaim(Now()) is { } claim)
            {
                var claimed = await store.Webhooks.ClaimAsync(claim, cancellationToken);
                var released = new List<DeliveryResult>();
                var isCut = lanes.Add(claim, claimed, Now(), released);
                journal.Add(released);
                StartRequests();
                if (!isCut)
                {
                    break;
                }
            }
        }
        while (isMore);
    }

    private void StartRequests()
    {
        var released = new List<DeliveryResult>();
        while (lanes.TryStart(Now(), released, out var turn))
        {
            // It ends by itself, and the lanes count it until then.
            _ = RunAsync(turn);
        }

        journal.Add(released);
    }

    private async Task RunAsync(DeliveryTurn turn)
    {
        // A request that fails at once would otherwise begin the next on its own stack, and so on.
        await Task.Yield();
        var outcome = await attempts.MakeAsync(turn.Endpoint, turn.Delivery, _ending.Token);
        var news = lanes.NoteEnd(turn, outcome, Now(), journal, out var wantsMore);
        if (news.DisableReason is { } reason)
        {
            disabling.Ask(turn.Endpoint, reason);
        }

        if (wantsMore || news.DisableReason is not null)
        {
            signal.Set();
        }

        StartRequests();
    }

    private async Task DrainAsync()
    {
        var released = new List<DeliveryResult>();
        var drained = lanes.Close(released);
        journal.Add(released);
        using var patience = new CancellationTokenSource(_drainTime, time);
        using var impatience = patience.Token.Register(_ending.Cancel);
        await drained;
    }

    private void NoteFailure(Exception failure)
    {
        if (failure is not StoreException)
        {
            WebhooksLog.DispatchBroke(logger, failure);
        }
        else if (!_isStoreAway)
        {
            _isStoreAway = true;
            WebhooksLog.DispatchWaits(logger, failure.Message);
        }
    }

    private Timestamp Now() => Timestamp.From(time.GetUtcNow());
}
