using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Definitions;

/// <summary>
/// Who publishes where, and on what terms. <paramref name="TenantZone"/> is the time zone of a program that names none, <paramref name="PublishedBy"/> the id of a
/// key. <paramref name="Fits"/> says whether the newest version, 0 for none, is one that the caller wants to replace; null replaces any.
/// </summary>
internal sealed record PublishRequest(EnvironmentKey Environment, string TenantZone, string PublishedBy, Func<int, bool>? Fits, bool IsDryRun);

/// <summary>What is to be the next version, seen beside the newest one.</summary>
internal abstract record ProgramDraft
{
    private ProgramDraft()
    {
    }

    /// <summary>A document without a fault of its own.</summary>
    public sealed record Document(ReadOnlyMemory<byte> Json) : ProgramDraft;

    /// <summary>Nothing that can be published.</summary>
    public sealed record Refused(PublishOutcome Outcome) : ProgramDraft;
}

/// <summary>What became of a publish. <paramref name="Newest"/> is the newest version then, null where that does not matter.</summary>
internal abstract record PublishOutcome(int? Newest)
{
    /// <summary>
    /// The document governs, or would after a dry run. <paramref name="Version"/> is the newest one, unchanged by a dry run and by a document
    /// that is kept already; <paramref name="PublishedAt"/> is that version's, null where there is none; <paramref name="Document"/> is what governs, or would.
    /// </summary>
    public sealed record Published(int Version, Timestamp? PublishedAt, IReadOnlyList<ProgramChange> Changes, ReadOnlyMemory<byte> Document) : PublishOutcome(Version);

    /// <summary>What was sent has faults; nothing was kept.</summary>
    public sealed record Faulty(IReadOnlyList<Fault> Faults) : PublishOutcome(Newest: null);

    /// <summary>The caller asked for another version than the newest; nothing was kept.</summary>
    public sealed record Mismatch(int? Newest) : PublishOutcome(Newest);

    /// <summary>There is no such definition to change; nothing was kept.</summary>
    public sealed record NoDefinition(int? Newest, DefinitionSection Section, string Code) : PublishOutcome(Newest);

    /// <summary>There is such a definition already; nothing was kept.</summary>
    public sealed record Taken(int? Newest, DefinitionSection Section, string Code, bool IsActive) : PublishOutcome(Newest);

    /// <summary>Others published between each reading and writing; nothing was kept.</summary>
    public sealed record Crowded() : PublishOutcome(Newest: null);
}

/// <summary>Publishes programs: reads, merges with the newest version, and keeps the result as the next one. Any thread may use it.</summary>
internal sealed class ProgramPublisher(ILaurelStore store, TimeProvider time)
{
    private const int MaxAttempts = 20;
    private const int Gates = 64;

    // One writer at a time for an environment on this node, so that many definitions sent at once do not make each other try again: that is left for the
    // writers of other nodes. Environments may share a gate, which costs them a wait.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Gates).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Publishes a whole document. Throws <see cref="StoreException"/>.</summary>
    public async Task<PublishOutcome> PublishAsync(PublishRequest request, ReadOnlyMemory<byte> document, CancellationToken cancellationToken)
    {
        // On its own first, so that every fault points into what was sent.
        var reading = ProgramReader.Read(document, version: 0);
        return reading.IsValid
            ? await KeepAsync(request, (_, _) => new ProgramDraft.Document(document), cancellationToken)
            : new PublishOutcome.Faulty(reading.Faults);
    }

    /// <summary>Changes one definition on top of the newest version, whoever published it. Throws <see cref="StoreException"/>.</summary>
    public Task<PublishOutcome> EditAsync(PublishRequest request, DefinitionEdit edit, CancellationToken cancellationToken) =>
        KeepAsync(request, edit.Apply, cancellationToken);

    private async Task<PublishOutcome> KeepAsync(PublishRequest request, Func<ReadOnlyMemory<byte>, int, ProgramDraft> draft, CancellationToken cancellationToken)
    {
        var gate = _gates[request.Environment.Value % Gates];
        await gate.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                if (await TryKeepAsync(request, draft, cancellationToken) is { } outcome)
                {
                    return outcome;
                }
            }

            return new PublishOutcome.Crowded();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Null where somebody else was faster.</summary>
    private async Task<PublishOutcome?> TryKeepAsync(PublishRequest request, Func<ReadOnlyMemory<byte>, int, ProgramDraft> draft, CancellationToken cancellationToken)
    {
        // 1. Beside the newest version. What is not there cannot be of another version, so that is said first (RFC 9110 §13.2.1).
        var newest = await store.ReadProgramAsync(request.Environment, version: null, cancellationToken);
        var version = newest?.Version ?? 0;
        var drafted = draft(newest?.Document ?? ProgramDiff.EmptyDocument, version);
        if (drafted is ProgramDraft.Refused { Outcome: PublishOutcome.NoDefinition missing })
        {
            return missing;
        }

        if (request.Fits?.Invoke(version) == false)
        {
            return new PublishOutcome.Mismatch(version);
        }

        if (drafted is not ProgramDraft.Document { Json: var document })
        {
            return ((ProgramDraft.Refused)drafted).Outcome;
        }

        // 2. With the time zone that governs from now on: the document's, else the tenant's of this moment.
        var revision = ProgramDiff.Compare(newest?.Document, document);
        var now = Timestamp.From(time.GetUtcNow());
        var zones = newest is null ? [] : ProgramZones.Read(newest.Zones);
        var zone = revision.TimeZone ?? request.TenantZone;
        var isSameZone = zones.Count == 0 || zones[^1].Zone == zone;
        var changes = isSameZone ? revision.Changes : revision.ChangesWithZone(zones[^1].Zone, zone);
        if (revision.IsSame && isSameZone)
        {
            return new PublishOutcome.Published(version, newest?.PublishedAt, changes, newest!.Document);
        }

        // 3. With what it left out: that counts towards the limits.
        var merged = ProgramReader.Read(revision.Document, version + 1);
        if (!merged.IsValid)
        {
            return new PublishOutcome.Faulty(
                [.. merged.Faults.Select(fault => fault with { Message = $"{fault.Message} (counting what version {version} has and this document leaves out)" })]);
        }

        if (request.IsDryRun)
        {
            return new PublishOutcome.Published(version, newest?.PublishedAt, changes, revision.Document);
        }

        // 4. As the next version, unless somebody on another node was faster.
        var row = new ProgramRow(
            request.Environment, version + 1, revision.Document, now, request.PublishedBy, ProgramZones.Write(ProgramZones.With(zones, zone, now)));
        return await store.PublishProgramAsync(row, cancellationToken)
            ? new PublishOutcome.Published(row.Version, row.PublishedAt, changes, row.Document)
            : null;
    }
}
