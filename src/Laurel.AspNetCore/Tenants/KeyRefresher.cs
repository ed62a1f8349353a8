using Laurel.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// Brings other nodes' changes into the <see cref="KeyRing"/> twice a second, so that a revoked key stops working within a second
/// everywhere, and writes down last uses once a minute. While the store cannot be read, the last snapshot stays in force.
/// </summary>
internal sealed partial class KeyRefresher(KeyRing ring, TimeProvider time, ILogger<KeyRefresher> logger) : BackgroundService
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Flush = TimeSpan.FromMinutes(1);
    private bool _failing;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(ring.FlushUsesAsync, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Refresh, time);
        var flushed = time.GetTimestamp();
        while (await NextAsync(timer, stoppingToken))
        {
            await TryAsync(ring.RefreshAsync, stoppingToken);
            if (time.GetElapsedTime(flushed) >= Flush)
            {
                flushed = time.GetTimestamp();
                await TryAsync(ring.FlushUsesAsync, stoppingToken);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
            _failing = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (StoreException e)
        {
            if (!_failing)
            {
                _failing = true;
                LogStale(logger, e.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Tenants and keys cannot be brought up to date; the last ones known stay in force. {Reason}")]
    private static partial void LogStale(ILogger logger, string reason);
}
