using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.Extensions.Hosting;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Whether this process can serve: started, not stopping, and its store answers and its pipeline runs. Any thread.</summary>
internal sealed class Readiness(ILaurelStore store, LaneWorker lanes, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private volatile bool _started;

    /// <summary>Says that the start is complete.</summary>
    public void NoteStarted() => _started = true;

    /// <summary>Null when the process can serve; else a sentence that says why not.</summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        if (!_started)
        {
            return "The server is starting.";
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return "The server is stopping.";
        }

        if (lanes.ExecuteTask is not { IsCompleted: false })
        {
            return "The pipeline has stopped; the server's log says why.";
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await store.ReadProgramAsync(default(EnvironmentKey), null, either.Token);
            return null;
        }
        catch (StoreException e)
        {
            return $"The store does not answer: {e.Message}";
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return $"The store did not answer within {Patience.TotalSeconds:0} s.";
        }
    }
}
