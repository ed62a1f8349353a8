using Laurel.Facts;
using Laurel.Storage;
using Microsoft.Extensions.Hosting;

namespace Laurel.AspNetCore.Audit;

/// <summary>Removes entries that are older than <paramref name="kept"/>, in slices between which everybody else has turns.</summary>
internal sealed class AuditUpkeep(ILaurelStore store, AuditKept kept, TimeProvider time) : BackgroundService
{
    private const int SliceRows = 1_000;
    private static readonly TimeSpan _betweenSlices = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _betweenPurges = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = _betweenPurges;
            try
            {
                if (await store.PurgeAuditAsync(Timestamp.From(time.GetUtcNow() - kept.For), SliceRows, stoppingToken) >= SliceRows)
                {
                    pause = _betweenSlices;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException)
            {
                // Whoever serves requests says so already; old rows can wait.
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>How long entries of the audit log are kept.</summary>
internal sealed record AuditKept(TimeSpan For);
