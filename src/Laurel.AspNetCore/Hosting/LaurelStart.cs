using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Tenants;
using Laurel.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// The start, in order: the store opens before anything listens, the tenant, the configured keys and the demo program are there before the
/// first request, and the first keys are made and shown once the server listens. <paramref name="demo"/> holds one program or none.
/// </summary>
internal sealed class LaurelStart(ILaurelStore store, Bootstrap bootstrap, ProgramPublisher publisher, IEnumerable<DemoProgram> demo, Readiness readiness, IServer server)
    : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.StartAsync(cancellationToken);
        await bootstrap.EnsureAsync(cancellationToken);
        foreach (var program in demo)
        {
            await program.EnsureAsync(store, publisher, bootstrap.Ring, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = Banner.Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        await Console.Out.WriteAsync(Banner.Listening(address, store.Location));
        if (await bootstrap.IssueFirstKeysAsync(cancellationToken) is { } keys)
        {
            await Console.Out.WriteAsync(Banner.FirstKeys(address, keys));
        }

        await Console.Out.FlushAsync(cancellationToken);
        readiness.NoteStarted();
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
