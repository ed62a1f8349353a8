using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Definitions;

/// <summary>What became of a publish.</summary>
internal abstract record PublishOutcome
{
    private PublishOutcome()
    {
    }

    /// <summary>
    /// The document governs, or would after a dry run. <paramref name="Version"/> is the newest one, unchanged by a dry run and by a document
    /// that is kept already; <paramref name="PublishedAt"/> is that version's, null where there is none.
    /// </summary>
    public sealed record Published(int Version, Timestamp? PublishedAt, IReadOnlyList<ProgramChange> Changes) : PublishOutcome;

    /// <summary>The document has faults; nothing was kept.</summary>
    public sealed record Faulty(IReadOnlyList<Fault> Faults) : PublishOutcome;

    /// <summary>The caller asked for another version than <paramref name="Newest"/>; nothing was kept.</summary>
    public sealed record Mismatch(int Newest) : PublishOutcome;

    /// <summary>Others published between each reading and writing; nothing was kept.</summary>
    public sealed record Crowded : PublishOutcome;
}

/// <summary>Publishes program documents: reads, merges with the newest version, and keeps the result as the next one. Any thread may use it.</summary>
internal sealed class ProgramPublisher(ILaurelStore store, TimeProvider time)
{
    private const int MaxAttempts = 20;

    /// <summary>
    /// Publishes <paramref name="document"/>. <paramref name="fits"/> says whether the newest version, 0 for none, is one that the caller
    /// wants to replace; null replaces any. <paramref name="publishedBy"/> is the id of the key. Throws <see cref="StoreException"/>.
    /// </summary>
    public async Task<PublishOutcome> PublishAsync(
        EnvironmentKey environment, ReadOnlyMemory<byte> document, string publishedBy, Func<int, bool>? fits, bool dryRun, CancellationToken cancellationToken)
    {
        // 1. The document on its own, so that every fault points into what was sent.
        var reading = ProgramReader.Read(document, version: 0);
        if (!reading.IsValid)
        {
            return new PublishOutcome.Faulty(reading.Faults);
        }

        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // 2. Beside the newest version.
            var newest = await store.ReadProgramAsync(environment, version: null, cancellationToken);
            var version = newest?.Version ?? 0;
            if (fits?.Invoke(version) == false)
            {
                return new PublishOutcome.Mismatch(version);
            }

            var revision = ProgramDiff.Compare(newest?.Document, document);
            if (revision.IsSame)
            {
                return new PublishOutcome.Published(version, newest?.PublishedAt, revision.Changes);
            }

            // 3. With what it left out: that counts towards the limits.
            var merged = ProgramReader.Read(revision.Document, version + 1);
            if (!merged.IsValid)
            {
                return new PublishOutcome.Faulty([.. merged.Faults.Select(fault => fault with { Message = $"{fault.Message} (counting what version {version} has and this document leaves out)" })]);
            }

            if (dryRun)
            {
                return new PublishOutcome.Published(version, newest?.PublishedAt, revision.Changes);
            }

            // 4. As the next version, unless somebody else was faster: then once more from there.
            var row = new ProgramRow(environment, version + 1, revision.Document, Timestamp.From(time.GetUtcNow()), publishedBy, Zones: default);
            if (await store.PublishProgramAsync(row, cancellationToken))
            {
                return new PublishOutcome.Published(row.Version, row.PublishedAt, revision.Changes);
            }
        }

        return new PublishOutcome.Crowded();
    }
}
