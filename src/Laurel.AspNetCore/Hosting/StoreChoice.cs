using Laurel.Storage;
using Laurel.Storage.Postgres;
using Laurel.Storage.Sqlite;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Turns the option <c>Laurel:Store</c> into a store.</summary>
internal static class StoreChoice
{
    private const string Sqlite = "sqlite:";

    /// <summary>Null when <paramref name="store"/> names a store that Laurel can open; else what is wrong and what to change.</summary>
    public static string? Fault(string store)
    {
        const string Name = $"{LaurelOptions.Section}:Store";
        if (store.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase))
        {
            var path = store[Sqlite.Length..];
            return path.Trim().Length == 0 ? $"{Name} names no file; write sqlite: and a path, such as sqlite:data/laurel.db"
                : path.Contains(":memory:", StringComparison.OrdinalIgnoreCase) ? $"{Name} is in memory, but what is acknowledged must last; write sqlite: and a path"
                : path.Contains('\0', StringComparison.Ordinal) ? $"{Name} holds U+0000, which no path can"
                : null;
        }

        if (PostgresStoreOptions.Recognizes(store))
        {
            return PostgresStoreOptions.Fault(store) is { } fault
                ? $"{Name} {fault}; write Host=…;Database=…;Username=…;Password=… or postgres://user:password@host:5432/database"
                : null;
        }

        // What follows the scheme may hold a password, so only the scheme is shown.
        var colon = store.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 ? store[..colon] : "";
        const string Known = "write sqlite: and a path, such as sqlite:data/laurel.db, or a PostgreSQL connection string";
        return scheme.Length > 0 ? $"{Name} asks for '{scheme}', which is no store of Laurel; {Known}"
            : $"{Name} must be sqlite: and a path, such as sqlite:data/laurel.db, or a PostgreSQL connection string, but is {(store.Length == 0 ? "empty" : "a text without a scheme")}";
    }

    /// <summary>
    /// Null when the store that checked options name is there; else a sentence. Makes nothing. Throws <see cref="StoreException"/> where a server cannot be asked.
    /// </summary>
    public static async ValueTask<string?> MissingAsync(LaurelOptions options, CancellationToken cancellationToken)
    {
        if (!PostgresStoreOptions.Recognizes(options.Store))
        {
            return PathOf(options) is var path && File.Exists(path) ? null : $"There is no store {path}. Name an existing one with --store, for example --store sqlite:data/laurel.db.";
        }

        await using var store = (PostgresStore)Create(options);
        return await store.ExistsAsync(cancellationToken)
            ? null
            : $"There is no store in {store.Location}: the database has none of Laurel's tables. Name an existing store with --store, or make one with migrate or import.";
    }

    private static string PathOf(LaurelOptions options) => Path.GetFullPath(options.Store[Sqlite.Length..]);

    /// <summary>The store that checked options name; nothing is opened yet.</summary>
    public static ILaurelStore Create(LaurelOptions options) => PostgresStoreOptions.Recognizes(options.Store)
        ? new PostgresStore(new PostgresStoreOptions(
            options.Store, options.PostgresWriteLanes, options.PostgresMaxConnections, options.PostgresCommandTimeoutSeconds))
        : new SqliteStore(new SqliteStoreOptions(PathOf(options), options.SqliteFoldAfterInputs, options.SqliteWalLimitMb * 1024L * 1024L, options.SqliteScrubLimitMb * 1024L * 1024L));

    /// <summary>Where the key of webhook secrets is kept unless an option names it: beside an embedded database, since they belong together. Null for a server, whose nodes must share a key.</summary>
    public static string? WebhookKeyPath(LaurelOptions options) => PostgresStoreOptions.Recognizes(options.Store) ? null : PathOf(options) + ".webhook-key";
}
