using System.Diagnostics;
using System.Globalization;
using Laurel.Harness;
using Laurel.Server.Tests.Harness;
using Npgsql;

namespace Laurel.Server.Tests.Commands;

/// <summary>The commands of the server's executable on PostgreSQL, as processes. Source: docs/operate/commands.md and backup.md.</summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class PostgresCommandTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _databases = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        foreach (var database in _databases)
        {
            await (await PostgresServer.ShareAsync()).DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task A_store_moves_from_a_file_to_a_server_and_answers_as_before()
    {
        await using var file = new LaurelServer();
        file.Settings["Laurel__Store"] = $"sqlite:{file.StorePath}";
        await file.StartAsync();
        var answer = await RewardStory.PlayAsync(file);
        var state = await file.Test.StateAsync(RewardStory.First);
        Assert.Equal(0, await file.TerminateAsync());
        var database = await MakeDatabaseAsync();

        var export = await RunAsync("export", "--store", $"sqlite:{file.StorePath}", "--out", "all.ndjson");
        var import = await RunAsync("import", "--store", database, "--in", "all.ndjson");
        var again = await RunAsync("export", "--Laurel:Store", database);
        var verify = await RunAsync("verify", $"--Laurel:Store={database}");
        var twice = await RunAsync("import", "--store", database, "--in", "all.ndjson");

        Assert.Equal((0, 0, 0, 0, 2), (export.ExitCode, import.ExitCode, again.ExitCode, verify.ExitCode, twice.ExitCode));
        Assert.Contains("import: 4 of 4 events", import.Errors, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "all.ndjson"), Stop), again.Output);
        Assert.Contains("4 events", verify.Output, StringComparison.Ordinal);
        Assert.Contains("no differences", verify.Output, StringComparison.Ordinal);
        Assert.Contains("is not empty", twice.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(PasswordOf(database), import.Errors + again.Errors + verify.Output + twice.Errors, StringComparison.Ordinal);
        await using var server = ServerOn(database);
        await server.StartAsync();
        var replay = await server.Test.PostEventAsync(Some.Event(RewardStory.First, "buy"), RewardStory.Key);
        Assert.True(replay.Status == 200, replay + server.Output);
        Assert.Equal(answer.Body, replay.Body);
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal(state.Text, (await server.Test.StateAsync(RewardStory.First)).Text);
        Expect.Processed(await server.Test.PostEventAsync(Some.Event("somebody new", "buy")));
        Assert.Equal(200, (await server.Test.With(file.TestKey).StateAsync(RewardStory.First)).Status);
    }

    [Fact]
    public async Task A_server_that_runs_may_be_verified_and_exported()
    {
        var database = await MakeDatabaseAsync();
        await using var server = ServerOn(database);
        await server.StartAsync();
        await RewardStory.PlayAsync(server);

        var verify = await RunAsync("verify", "--store", database);
        var export = await RunAsync("export", "--store", database, "--out", "all.ndjson");

        Assert.Equal((0, 0), (verify.ExitCode, export.ExitCode));
        Assert.Contains("2 participants with 4 events", verify.Output, StringComparison.Ordinal);
        Expect.Processed(await server.Test.PostEventAsync(Some.Event(RewardStory.First, "buy")));
    }

    [Fact]
    public async Task A_dump_restored_into_a_new_database_is_the_store()
    {
        var database = await MakeDatabaseAsync();
        await using var server = ServerOn(database);
        await server.StartAsync();
        var answer = await RewardStory.PlayAsync(server);
        var restored = await MakeDatabaseAsync();

        // The server goes on meanwhile, as it may.
        await RunPostgresAsync("pg_dump", database, "--format=custom", "--file=laurel.dump");
        await RunPostgresAsync("pg_restore", restored, "--exit-on-error", "--single-transaction", "--no-owner", $"--dbname={PostgresServer.NameOf(restored)}", "laurel.dump");

        var verify = await RunAsync("verify", "--store", restored);
        Assert.True(verify.ExitCode == 0, verify.Output + verify.Errors);
        Assert.Contains("2 participants with 4 events", verify.Output, StringComparison.Ordinal);
        await using var other = ServerOn(restored);
        await other.StartAsync();
        Assert.Equal(answer.Body, (await other.Test.With(server.TestKey).PostEventAsync(Some.Event(RewardStory.First, "buy"), RewardStory.Key)).Body);
        Expect.Processed(await other.Test.PostEventAsync(Some.Event("somebody new", "buy")));
    }

    [Fact]
    public async Task Migrate_says_from_which_schema_to_which()
    {
        var database = await MakeDatabaseAsync();

        var made = await RunAsync("migrate", "--store", database);
        var again = await RunAsync("migrate", "--store", database);

        Assert.Equal((0, 0), (made.ExitCode, again.ExitCode));
        Assert.Contains("from schema 0 to", made.Output, StringComparison.Ordinal);
        Assert.Contains("nothing to do", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(PasswordOf(database), made.Output + again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("export")]
    public async Task A_store_that_is_not_there_is_not_made_by_looking_at_it(string command)
    {
        var database = await MakeDatabaseAsync();
        var absent = new NpgsqlConnectionStringBuilder(database) { Database = "laurel_absent" }.ConnectionString;

        var empty = await RunAsync(command, "--store", database);
        var none = await RunAsync(command, "--store", absent);

        Assert.Equal((2, 2), (empty.ExitCode, none.ExitCode));
        Assert.Contains("There is no store in PostgreSQL at 127.0.0.1", Assert.Single(Lines(empty.Errors)), StringComparison.Ordinal);
        Assert.Contains("The database does not exist", Assert.Single(Lines(none.Errors)), StringComparison.Ordinal);
        Assert.Equal(0, await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_tables where schemaname = 'public'"));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string PasswordOf(string database) => new NpgsqlConnectionStringBuilder(database).Password!;

    private static LaurelServer ServerOn(string database)
    {
        var server = new LaurelServer();
        server.Settings["Laurel__Store"] = database;
        return server;
    }

    private async Task<string> MakeDatabaseAsync()
    {
        _databases.Add(await (await PostgresServer.ShareAsync()).CreateDatabaseAsync());
        return _databases[^1];
    }

    private Task<CommandResult> RunAsync(params string[] args) => ServerCommand.RunAsync(_folder.Path, args);

    private async Task RunPostgresAsync(string program, string database, params string[] args)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        var start = new ProcessStartInfo(PostgresServer.ProgramPath(program), args) { WorkingDirectory = _folder.Path, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PGHOST"] = settings.Host;
        start.Environment["PGPORT"] = settings.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = settings.Username;
        start.Environment["PGPASSWORD"] = settings.Password;
        start.Environment["PGDATABASE"] = settings.Database;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, errors);
    }
}
