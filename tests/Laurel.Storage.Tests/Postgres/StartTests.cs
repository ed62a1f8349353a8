using Laurel.Harness;
using Laurel.Storage.Postgres;
using Npgsql;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>What a start checks, makes and says.</summary>
public sealed class StartTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.ShareAsync();
        _database = await TestDatabase.CreateEmptyAsync(_server);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_make_its_schema_once()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _database.OpenAsync())));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) - max(version) from schema_version"));
        for (var i = 0; i < nodes.Length; i++)
        {
            Assert.True(await NodeInputs.AddAsync(nodes[i], "p", i));
        }

        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_user_who_may_make_nothing_serves_once_the_owner_has_migrated()
    {
        await (await _database.OpenAsync()).DisposeAsync();
        var user = $"{PostgresServer.NameOf(_database.ConnectionString)}_app";
        await _database.ExecuteAsync(
            $"""
            create role {user} login password 'app';
            grant usage on schema public to {user};
            grant select, insert, update, delete on all tables in schema public to {user};
            grant usage on all sequences in schema public to {user};
            """);

        var restricted = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = user, Password = "app" }.ConnectionString;
        await using (var node = await TestDatabase.OpenAsync(new PostgresStoreOptions(restricted)))
        {
            Assert.True(await NodeInputs.AddAsync(node, "p", 1));
        }

        await _database.ExecuteAsync($"drop owned by {user}; drop role {user}");
    }

    [Fact]
    public async Task A_database_of_a_newer_schema_is_refused()
    {
        await (await _database.OpenAsync()).DisposeAsync();
        await _database.ExecuteAsync("insert into schema_version (version) values (9000)");
        Assert.Contains("9000", await RefusedAsync(_database.ConnectionString, StoreFault.Misconfigured), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_way_to_the_server_is_said_with_what_to_change_and_without_the_password()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var password = settings.Password!;
        var right = settings.ConnectionString;
        string With(Action<NpgsqlConnectionStringBuilder> change)
        {
            var changed = new NpgsqlConnectionStringBuilder(right);
            change(changed);
            return changed.ConnectionString;
        }

        var refusals = new[]
        {
            (await RefusedAsync(With(one => one.Password = "wrong" + password), StoreFault.Misconfigured), "password"),
            (await RefusedAsync(With(one => one.Database = "no_such_database"), StoreFault.Misconfigured), "Create it"),
            (await RefusedAsync(With(one => one.Port = 1), StoreFault.Unavailable), "Check that the server runs"),
        };
        Assert.All(refusals, refusal => Assert.Contains(refusal.Item2, refusal.Item1, StringComparison.Ordinal));
        Assert.All(refusals, refusal => Assert.DoesNotContain(password, refusal.Item1, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_place_names_host_and_database_but_no_password_and_warns_of_a_server_that_does_not_sync()
    {
        await using var store = await _database.OpenAsync();
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        Assert.StartsWith($"PostgreSQL at {settings.Host}:{settings.Port}/{settings.Database}", store.Location, StringComparison.Ordinal);
        Assert.DoesNotContain(settings.Password!, store.Location, StringComparison.Ordinal);
        Assert.Equal(
            await _database.ScalarAsync<string>("show fsync") == "off",
            store.Location.Contains("fsync is off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commits_wait_for_the_disk_whatever_the_server_is_set_to()
    {
        await _database.ExecuteAsync($"alter database {PostgresServer.NameOf(_database.ConnectionString)} set synchronous_commit = off");
        await using var sessions = new Sessions(new PostgresStoreOptions(_database.ConnectionString));
        await using var connection = await sessions.OpenWriterAsync(TestContext.Current.CancellationToken);
        await using var show = new NpgsqlCommand("show synchronous_commit", connection);
        Assert.Equal("on", await show.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("postgres://me:p%40ss@db.example:6000/laurel", "db.example", 6000, "laurel", "me", "p@ss")]
    [InlineData("postgresql://me@db.example/laurel?sslmode=verify-full&application_name=x", "db.example", 5432, "laurel", "me", null)]
    [InlineData("Host=db.example;Port=6000;Database=laurel;Username=me;Password=p@ss", "db.example", 6000, "laurel", "me", "p@ss")]
    public void Both_forms_of_a_connection_string_are_read(string text, string host, int port, string database, string user, string? password)
    {
        Assert.True(PostgresStoreOptions.Recognizes(text));
        Assert.Null(PostgresStoreOptions.Fault(text));
        var settings = PostgresStoreOptions.Parse(text);
        Assert.Equal((host, port, database, user, password), (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password));
    }

    [Theory]
    [InlineData("postgres://me:secret@/laurel")]
    [InlineData("postgres://me:secret@host")]
    [InlineData("postgres://me:secret@host:port/laurel")]
    [InlineData("postgres://me:secret@host/laurel?colour=secret")]
    [InlineData("Host=host;Database=laurel;Password=secret;Colour=secret")]
    [InlineData("Host=;Database=laurel;Password=secret")]
    [InlineData("Host=host;Password=secret")]
    public void A_connection_string_that_cannot_be_used_is_told_without_what_it_holds(string text)
    {
        Assert.True(PostgresStoreOptions.Recognizes(text));
        Assert.DoesNotContain("secret", Assert.IsType<string>(PostgresStoreOptions.Fault(text)), StringComparison.Ordinal);
    }

    private static async Task<string> RefusedAsync(string connectionString, StoreFault fault)
    {
        var failure = await Assert.ThrowsAsync<StoreException>(() => TestDatabase.OpenAsync(new PostgresStoreOptions(connectionString)));
        Assert.Equal(fault, failure.Fault);
        return failure.Message;
    }
}
