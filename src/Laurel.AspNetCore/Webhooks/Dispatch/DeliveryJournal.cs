using System.Threading.Channels;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>
/// Keeps what became of deliveries: one commit takes all that waits, without a timer. While the store is away results wait; there are never more than the
/// dispatcher holds. A result that is lost means a message that is sent again. One task runs it, any thread adds.
/// </summary>
internal sealed class DeliveryJournal(ILaurelStore store, TimeProvider time, ILogger<DeliveryJournal> logger)
{
    private const int BatchLimit = 1_000;
    private const int TriesOnceClosed = 3;
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private List<DeliveryResult> _results = [];
    private Dictionary<int, Timestamp?> _failingSince = [];

    /// <summary>Queues results.</summary>
    public void Add(IReadOnlyCollection<DeliveryResult> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            _results.AddRange(results);
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Queues a result, and since when its endpoint fails where that <paramref name="changed"/>.</summary>
    public void Add(DeliveryResult result, bool changed, Timestamp? failingSince)
    {
        lock (_lock)
        {
            _results.Add(result);
            if (changed)
            {
                _failingSince[result.Name.EndpointKey] = failingSince;
            }
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Writes until <see cref="Close"/>, and then what is left; tells <paramref name="written"/> what was kept, or given up.</summary>
    public async Task RunAsync(Action<IReadOnlyList<DeliveryResult>> written)
    {
        while (await _signal.Reader.WaitToReadAsync())
        {
            _signal.Reader.TryRead(out _);

            // Requests that are about to end go first: so a busy commit takes more, and an idle one waits for nobody.
            await Task.Yield();
            await WriteAllAsync(written);
        }

        await WriteAllAsync(written);
    }

    /// <summary>Lets <see cref="RunAsync"/> end once all is written.</summary>
    public void Close()
    {
        _signal.Writer.TryComplete();
        _closing.TrySetResult();
    }

    private async Task WriteAllAsync(Action<IReadOnlyList<DeliveryResult>> written)
    {
        while (Take() is { Results.Count: > 0 } batch)
        {
            await WriteAsync(batch);
            written(batch.Results);
        }
    }

    private DeliveryResults Take()
    {
        lock (_lock)
        {
            var results = _results;
            _results = [];
            if (results.Count > BatchLimit)
            {
                _results.AddRange(results[BatchLimit..]);
                results.RemoveRange(BatchLimit, results.Count - BatchLimit);
            }

            // Later results of the same endpoint change nothing where these are the newest news of it.
            var failingSince = _failingSince;
            _failingSince = [];
            return new DeliveryResults(results, [], failingSince);
        }
    }

    private async Task WriteAsync(DeliveryResults batch)
    {
        var pause = _firstPause;
        for (var tries = 1; ; tries++)
        {
            try
            {
                await store.Webhooks.CompleteAsync(batch, CancellationToken.None);
                return;
            }
            catch (StoreException failure) when (failure.Fault != StoreFault.Refused)
            {
                if (_closing.Task.IsCompleted && tries >= TriesOnceClosed)
                {
                    WebhooksLog.ResultsLost(logger, batch.Results.Count, failure.Message);
                    return;
                }

                if (tries == 1)
                {
                    WebhooksLog.JournalWaits(logger, failure.Message);
                }
            }
            catch (Exception failure)
            {
                await IsolateAsync(batch, failure);
                return;
            }

            await Task.WhenAny(Task.Delay(pause, time), _closing.Task);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    // Nothing of a failed commit was kept, so halves are tried until the result that nobody can keep is alone. Its lease ends, and the message is sent again.
    private async Task IsolateAsync(DeliveryResults batch, Exception failure)
    {
        if (batch.Results.Count == 1)
        {
            WebhooksLog.ResultUnwritable(logger, batch.Results[0].Name.EndpointKey, failure);
            return;
        }

        var half = batch.Results.Count / 2;
        await WriteAsync(batch with { Results = [.. batch.Results.Take(half)] });
        await WriteAsync(new DeliveryResults([.. batch.Results.Skip(half)], [], new Dictionary<int, Timestamp?>()));
    }
}
