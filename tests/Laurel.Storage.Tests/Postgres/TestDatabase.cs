using Laurel.Harness;
using Laurel.Storage.Postgres;

[assembly: AssemblyFixture(typeof(Laurel.Storage.Tests.Postgres.PostgresTestRun))]

namespace Laurel.Storage.Tests.Postgres;

/// <summary>A database of one test's own. It begins as a copy of one whose schema is made already.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);
    private readonly PostgresServer _server;

    private TestDatabase(PostgresServer server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    /// <summary>A database with the newest schema, on the server that all tests share.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var server = await PostgresServer.ShareAsync();
        return new TestDatabase(server, await server.CreateDatabaseAsync(await Template.Value));
    }

    /// <summary>An empty database.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(PostgresServer server) => new(server, await server.CreateDatabaseAsync());

    /// <summary>A node of its own on this database.</summary>
    public Task<PostgresStore> OpenAsync(int writeLanes = 4, int commandTimeoutSeconds = 10) =>
        OpenAsync(new PostgresStoreOptions(ConnectionString, writeLanes, 20, commandTimeoutSeconds));

    public static async Task<PostgresStore> OpenAsync(PostgresStoreOptions options)
    {
        var store = new PostgresStore(options);
        try
        {
            await store.StartAsync(TestContext.Current.CancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public Task ExecuteAsync(string sql) => PostgresServer.ExecuteAsync(ConnectionString, sql);

    public Task<T> ScalarAsync<T>(string sql) => PostgresServer.ScalarAsync<T>(ConnectionString, sql);

    public async ValueTask DisposeAsync() => await _server.DropDatabaseAsync(ConnectionString);

    /// <summary>Removes the template: the server may be one that goes on.</summary>
    public static async Task DropTemplateAsync()
    {
        if (Template.IsValueCreated && Template.Value.IsCompletedSuccessfully)
        {
            var server = await PostgresServer.ShareAsync();
            await PostgresServer.ExecuteAsync(server.ConnectionString, $"drop database if exists {await Template.Value} with (force)");
        }
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var server = await PostgresServer.ShareAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await (await OpenAsync(new PostgresStoreOptions(connectionString))).DisposeAsync();
        return PostgresServer.NameOf(connectionString);
    }
}

/// <summary>What is to be done once, after the last test.</summary>
public sealed class PostgresTestRun : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TestDatabase.DropTemplateAsync();
}
