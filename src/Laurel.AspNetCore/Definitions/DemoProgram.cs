using Laurel.AspNetCore.Tenants;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Definitions;

/// <summary>A program that <c>test</c> of the oldest tenant gets at start, whenever it has none. Source: semantics §1.</summary>
internal sealed record DemoProgram(ReadOnlyMemory<byte> Document)
{
    private const string PublishedBy = "bootstrap";

    /// <summary>Publishes the document where there is no program yet, the way every program is published. Throws <see cref="StoreException"/>.</summary>
    public async Task EnsureAsync(ILaurelStore store, ProgramPublisher publisher, KeyRing ring, CancellationToken cancellationToken)
    {
        var tenant = Bootstrap.DefaultTenant(ring.Current);
        var environment = EnvironmentKey.Of(tenant.Key, live: false);
        if (await store.ReadProgramAsync(environment, version: null, cancellationToken) is not null)
        {
            return;
        }

        // Should another node be faster, its program stays.
        var outcome = await publisher.PublishAsync(
            new PublishRequest(environment, tenant.TimeZone, PublishedBy, version => version == 0, IsDryRun: false), Document, cancellationToken);
        if (outcome is PublishOutcome.Faulty { Faults: [var fault, ..] })
        {
            throw new InvalidOperationException($"The demo program has a fault at {fault.Pointer}: {fault.Message}");
        }
    }
}
