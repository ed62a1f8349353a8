using Laurel.AspNetCore.Telemetry;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>Removes attempts that are old, in slices between which everybody else has turns, and reads the backlog for metrics while somebody listens to them.</summary>
internal sealed class WebhookUpkeep(ILaurelStore store, WebhooksOptions options, TimeProvider time, LaurelTelemetry telemetry, ILogger<WebhookUpkeep> logger) : BackgroundService
{
    private const int SliceRows = 1_000;
    private static readonly TimeSpan _betweenSlices = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _betweenPurges = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _betweenReads = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(PurgeAsync, stoppingToken),
        RepeatAsync(ReadBacklogAsync, stoppingToken));

    /// <summary>Removes a slice; answers when to come again.</summary>
    private async ValueTask<TimeSpan> PurgeAsync(CancellationToken cancellationToken)
    {
        var before = Timestamp.From(time.GetUtcNow() - options.AttemptsKept);
        return await store.Webhooks.PurgeAsync(before, SliceRows, cancellationToken) >= SliceRows ? _betweenSlices : _betweenPurges;
    }

    private async ValueTask<TimeSpan> ReadBacklogAsync(CancellationToken cancellationToken)
    {
        if (telemetry.IsWebhookBacklogWanted)
        {
            telemetry.NoteWebhookBacklog(await store.Webhooks.ReadBacklogAsync(cancellationToken), Timestamp.From(time.GetUtcNow()));
        }

        return _betweenReads;
    }

    private async Task RepeatAsync(Func<CancellationToken, ValueTask<TimeSpan>> stepAsync, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = _betweenReads;
            try
            {
                pause = await stepAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException)
            {
                // The dispatcher says so already; old rows and figures can wait.
            }
            catch (Exception failure)
            {
                WebhooksLog.UpkeepBroke(logger, failure);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
