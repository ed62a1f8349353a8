using System.Diagnostics;
using System.Globalization;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Verification;
using Laurel.Storage;
using Laurel.Storage.Transfer;

namespace Laurel.AspNetCore.Commands;

/// <summary>
/// What an operator does to a store while no server runs on it. Each opens the store that the options name, and answers the exit code: 0 done, 1 differences found or something left.
/// What cannot be done throws <see cref="StoreException"/>, <see cref="ExportFaultException"/>, <see cref="LaurelStartException"/> or <see cref="IOException"/>, with a
/// sentence. Progress goes to <c>errors</c>. Source: docs/operate/commands.md.
/// </summary>
public static class LaurelCommands
{
    /// <summary>Exit code of a command that did what was asked.</summary>
    public const int Done = 0;

    /// <summary>Exit code of a verification that found differences, and of a scrub that left something.</summary>
    public const int FoundDifferences = 1;

    /// <summary>Brings the store's schema up to date and says from which to which.</summary>
    public static async Task<int> MigrateAsync(LaurelOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        await using var store = await OpenAsync(options, cancellationToken);
        var (found, now) = store.Schema!;
        await output.WriteLineAsync(found == now
            ? $"{store.Location} has schema {now}, which is the newest: nothing to do."
            : $"{store.Location} was brought from schema {found} to {now}.");
        return Done;
    }

    /// <summary>Replays every participant's log and tells each difference as a line, then one line of totals.</summary>
    public static async Task<int> VerifyAsync(LaurelOptions options, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        await using var store = await OpenExistingAsync(options, cancellationToken);
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(cancellationToken);
        var total = (await snapshot.CountAsync(cancellationToken)).Inputs;
        var verification = new StoreVerification(store);
        VerifiedCounts counts;
        string sum;
        await using (var progress = new Progress(errors, "verify", () => (verification.Inputs, total)))
        {
            counts = await verification.RunAsync(snapshot, difference => output.WriteLine(difference), cancellationToken);
            sum = progress.Sum(counts.Inputs);
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Verified {counts.Participants:N0} participants with {sum}: {counts.Differences switch { 0 => "no differences", 1 => "1 difference", var some => $"{some:N0} differences" }}."));
        return counts.Differences == 0 ? Done : FoundDifferences;
    }

    /// <summary>Writes all of the store to <paramref name="target"/> as lines of JSON.</summary>
    public static async Task<int> ExportAsync(LaurelOptions options, Stream target, TextWriter errors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(errors);
        await using var store = await OpenExistingAsync(options, cancellationToken);
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(cancellationToken);
        var total = (await snapshot.CountAsync(cancellationToken)).Inputs;
        long inputs = 0;
        long records;
        string sum;
        await using (var progress = new Progress(errors, "export", () => (Interlocked.Read(ref inputs), total)))
        {
            records = await Export.WriteAsync(snapshot, target, record => inputs += record is InputRecord ? 1 : 0, cancellationToken);
            sum = progress.Sum(inputs);
        }

        await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Exported {records:N0} records of {store.Location}, among them {sum}."));
        return Done;
    }

    /// <summary>Fills the store, which must be empty, from <paramref name="source"/>, an export: with all of it or with nothing.</summary>
    public static async Task<int> ImportAsync(LaurelOptions options, Stream source, TextWriter errors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(errors);
        await using var store = await OpenAsync(options, cancellationToken);
        long inputs = 0;
        long total = 0;
        string sum;
        await using (var progress = new Progress(errors, "import", () => (Interlocked.Read(ref inputs), Interlocked.Read(ref total))))
        {
            await store.Transfer.ImportAsync(Counted(Export.ReadAsync(source, header => total = header.Inputs, cancellationToken)), cancellationToken);
            sum = progress.Sum(inputs);
        }

        await errors.WriteLineAsync($"Imported {sum} into {store.Location}. Run verify on it before a server uses it.");
        return Done;

        async IAsyncEnumerable<StoreRecord> Counted(IAsyncEnumerable<StoreRecord> records)
        {
            await foreach (var record in records)
            {
                inputs += record is InputRecord ? 1 : 0;
                yield return record;
            }
        }
    }

    /// <summary>Makes the store's files forget what was erased, and says what could not be done, a line each. Answers <see cref="FoundDifferences"/> where something was left.</summary>
    public static async Task<int> ScrubAsync(LaurelOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        await using var store = await OpenExistingAsync(options, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var left = await store.ScrubAsync(cancellationToken);
        foreach (var sentence in left)
        {
            await output.WriteLineAsync(sentence);
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"Scrubbed {store.Location} in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s{(left.Count == 0 ? "" : ", but for the above")}."));
        return left.Count == 0 ? Done : FoundDifferences;
    }

    // Looking at a store must not make one where a path was misspelt.
    private static async ValueTask<ILaurelStore> OpenExistingAsync(LaurelOptions options, CancellationToken cancellationToken) =>
        await StoreChoice.MissingAsync(options.Checked(), cancellationToken) is { } sentence
            ? throw new LaurelStartException(sentence)
            : await OpenAsync(options, cancellationToken);

    private static async ValueTask<ILaurelStore> OpenAsync(LaurelOptions options, CancellationToken cancellationToken)
    {
        var store = StoreChoice.Create(options.Checked());
        try
        {
            await store.StartAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }
}
