using System.Collections.Concurrent;
using Laurel.Rules;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Definitions;

/// <summary>
/// Published programs as rule books, read from the store once a version. A book never changes, so any thread may hold one.
/// </summary>
internal sealed class RuleBooks(ILaurelStore store)
{
    // Each environment uses its newest version and, while a publish goes round, the one before.
    private const int Remembered = 4096;
    private readonly ConcurrentDictionary<(EnvironmentKey Environment, int Version), RuleBook> _books = new();

    /// <summary>The book of one version; version 0 is the empty one.</summary>
    public ValueTask<RuleBook> GetAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken) =>
        version == 0 ? ValueTask.FromResult(RuleBook.Empty)
        : _books.TryGetValue((environment, version), out var book) ? ValueTask.FromResult(book)
        : LoadAsync(environment, version, cancellationToken);

    /// <summary>The book that governs the environment now.</summary>
    public ValueTask<RuleBook> GetNewestAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        LoadAsync(environment, null, cancellationToken);

    private async ValueTask<RuleBook> LoadAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken)
    {
        if (await store.ReadProgramAsync(environment, version, cancellationToken) is not { } program)
        {
            return version is null
                ? RuleBook.Empty
                : throw new InvalidOperationException($"Version {version} of the program of environment {environment.Value} is missing from the store.");
        }

        if (_books.TryGetValue((environment, program.Version), out var known))
        {
            return known;
        }

        // What was accepted once is accepted by every later version of Laurel, so faults here are a bug.
        var book = ProgramReader.Read(program.Document, program.Version, ProgramZones.Read(program.Zones) is [_, ..] zones ? zones : null).Book
            ?? throw new InvalidOperationException($"Version {program.Version} of the program of environment {environment.Value} cannot be read any more.");
        if (_books.Count >= Remembered)
        {
            _books.Clear();
        }

        return _books.GetOrAdd((environment, program.Version), book);
    }
}
