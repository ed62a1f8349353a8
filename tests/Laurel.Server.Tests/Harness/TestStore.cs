using Laurel.Harness;

namespace Laurel.Server.Tests.Harness;

/// <summary>
/// The store of one server under test: a file in its folder, or a database of its own, which goes when it is disposed. <c>LAUREL_TEST_STORE</c> says which of them
/// tests use that do not ask for one: <c>sqlite</c>, which is the default, or <c>postgres</c>.
/// </summary>
public sealed class TestStore : IAsyncDisposable
{
    /// <summary>The trait of tests that are about one store alone, and the run of the other passes over.</summary>
    public const string Trait = "store";

    public const string Sqlite = "sqlite";

    public const string Postgres = "postgres";

    /// <summary>The base64 of 32 bytes: nodes share a key of webhook secrets, so that a database has no place for one.</summary>
    public const string EncryptionKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly PostgresServer? _server;

    private TestStore(string name, string setting, PostgresServer? server) => (Name, Setting, _server) = (name, setting, server);

    /// <summary>Whether tests that do not ask for a store use PostgreSQL.</summary>
    public static bool IsPostgresWanted { get; } = Environment.GetEnvironmentVariable("LAUREL_TEST_STORE") switch
    {
        null or "" or Sqlite => false,
        Postgres => true,
        var other => throw new InvalidOperationException($"LAUREL_TEST_STORE is '{other}', but may be {Sqlite} or {Postgres}."),
    };

    public bool IsPostgres => _server is not null;

    /// <summary>What the server calls its store by: the file's path or the database.</summary>
    public string Name { get; }

    /// <summary>The value of the option <c>Laurel:Store</c>.</summary>
    public string Setting { get; }

    /// <summary>A file in <paramref name="folder"/>, or an empty database.</summary>
    public static async Task<TestStore> CreateAsync(string folder, bool isPostgres)
    {
        if (!isPostgres)
        {
            var path = PathIn(folder);
            return new TestStore(path, $"sqlite:{path}", null);
        }

        return await CreateAsync(await PostgresServer.ShareAsync());
    }

    /// <summary>An empty database on a server of the test's own.</summary>
    internal static async Task<TestStore> CreateAsync(PostgresServer server)
    {
        var setting = await server.CreateDatabaseAsync();
        return new TestStore(PostgresServer.NameOf(setting), setting, server);
    }

    /// <summary>Where a SQLite store in <paramref name="folder"/> is.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "laurel.db");

    public ValueTask DisposeAsync() => _server is null ? ValueTask.CompletedTask : new ValueTask(_server.DropDatabaseAsync(Setting));
}
