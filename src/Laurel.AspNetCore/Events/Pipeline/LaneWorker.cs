using Microsoft.Extensions.Hosting;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>Runs the lanes while the host runs; when it stops, what was accepted is still committed and answered.</summary>
internal sealed class LaneWorker(EventPipeline pipeline) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Those behind the others stop after them, since these may still hand them commands.
        using var drained = new CancellationTokenSource();
        var behind = RunLanesAsync(pipeline.LaneCount, pipeline.ContendedLaneCount, drained.Token);
        await RunLanesAsync(0, pipeline.LaneCount, stoppingToken);
        await drained.CancelAsync();
        await behind;
    }

    private Task RunLanesAsync(int first, int count, CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(first, count).Select(lane => Task.Run(() => RunLaneAsync(lane, stoppingToken), CancellationToken.None)));

    private async Task RunLaneAsync(int lane, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await pipeline.WaitAsync(lane, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Whoever is about to queue a command goes first: so a busy lane takes larger batches, and an idle one waits for nobody.
            await Task.Yield();
            await pipeline.RunOnceAsync(lane);
        }

        while (await pipeline.RunOnceAsync(lane))
        {
            // Drains.
        }
    }
}
