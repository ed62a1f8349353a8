using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Commands;

/// <summary>The commands of the server's executable, as processes. Source: docs/operate/commands.md.</summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class CommandTests
{
    private static readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_moves_by_export_and_import_and_answers_as_before()
    {
        await using var first = new LaurelServer();
        await first.StartAsync();
        var answer = await RewardStory.PlayAsync(first);
        var state = await first.Test.StateAsync(RewardStory.First);
        Assert.Equal(0, await first.TerminateAsync());
        await using var second = new LaurelServer();

        var export = await ServerCommand.RunAsync(first.Folder, "export", "--store", $"sqlite:{first.StorePath}", "--out", "all.ndjson");
        var import = await ServerCommand.RunAsync(first.Folder, "import", "--store", $"sqlite:{second.StorePath}", "--in", "all.ndjson");
        var again = await ServerCommand.RunAsync(first.Folder, "export", "--Laurel:Store", $"sqlite:{second.StorePath}");
        var verify = await ServerCommand.RunAsync(first.Folder, "verify", $"--Laurel:Store=sqlite:{second.StorePath}");

        Assert.Equal((0, 0, 0, 0), (export.ExitCode, import.ExitCode, again.ExitCode, verify.ExitCode));
        Assert.Contains("export: 4 of 4 events", export.Errors, StringComparison.Ordinal);
        Assert.Contains("import: 4 of 4 events", import.Errors, StringComparison.Ordinal);
        Assert.Contains("verify: 4 of 4 events", verify.Errors, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(first.Folder, "all.ndjson"), _stop), again.Output);
        Assert.Contains("no differences", Assert.Single(Lines(verify.Output)), StringComparison.Ordinal);
        await second.StartAsync();
        var replay = await second.Test.PostEventAsync(Some.Event(RewardStory.First, "buy"), RewardStory.Key);
        Assert.Equal(answer.Body, replay.Body);
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal(state.Text, (await second.Test.StateAsync(RewardStory.First)).Text);
        Assert.Equal(200, (await second.Test.With(first.TestKey).StateAsync(RewardStory.First)).Status);
    }

    [Fact]
    public async Task A_copy_of_a_stopped_store_is_the_store()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var answer = await RewardStory.PlayAsync(server);
        await server.KillAsync();
        await using var restored = new LaurelServer();
        foreach (var file in Directory.GetFiles(server.Folder, "laurel.db*"))
        {
            File.Copy(file, Path.Combine(restored.Folder, Path.GetFileName(file)));
        }

        var verify = await ServerCommand.RunAsync(restored.Folder, "verify", "--store", $"sqlite:{restored.StorePath}");

        Assert.Equal(0, verify.ExitCode);
        await restored.StartAsync();
        Assert.Equal(answer.Body, (await restored.Test.PostEventAsync(Some.Event(RewardStory.First, "buy"), RewardStory.Key)).Body);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("export")]
    [InlineData("migrate")]
    [InlineData("import")]
    public async Task A_running_server_keeps_commands_away(string command)
    {
        await using var server = new LaurelServer();
        await server.StartAsync();

        var refused = await ServerCommand.RunAsync(server.Folder, command, "--store", $"sqlite:{server.StorePath}");

        Assert.Equal(2, refused.ExitCode);
        Assert.Equal("", refused.Output);
        Assert.Contains("Another Laurel process uses the store", Assert.Single(Lines(refused.Errors), line => !line.StartsWith(command, StringComparison.Ordinal)), StringComparison.Ordinal);
        Expect.Processed(await server.Live.PostEventAsync(Some.Event("p")));
    }

    [Fact]
    public async Task Migrate_says_from_which_schema_to_which()
    {
        using var folder = new TemporaryFolder();

        var made = await ServerCommand.RunAsync(folder.Path, "migrate", "--store", "sqlite:new/laurel.db");
        var again = await ServerCommand.RunAsync(folder.Path, "migrate", "--store", "sqlite:new/laurel.db");

        Assert.Equal((0, 0), (made.ExitCode, again.ExitCode));
        Assert.Contains("from schema 0 to", made.Output, StringComparison.Ordinal);
        Assert.Contains("nothing to do", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("--stor sqlite:x.db", "--stor")]
    [InlineData("verify --out x", "--out")]
    [InlineData("export --out", "--out")]
    [InlineData("export everything", "everything")]
    [InlineData("import --Laurel:Store", "--Laurel:Store")]
    public async Task What_is_no_command_and_no_option_is_answered_with_the_usage(string args, string named)
    {
        using var folder = new TemporaryFolder();

        var refused = await ServerCommand.RunAsync(folder.Path, args.Split(' '));

        Assert.Equal(2, refused.ExitCode);
        Assert.Equal("", refused.Output);
        Assert.Contains(named, Lines(refused.Errors)[0], StringComparison.Ordinal);
        Assert.Contains("Usage:", refused.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Help_is_no_error()
    {
        using var folder = new TemporaryFolder();

        var help = await ServerCommand.RunAsync(folder.Path, "--help");

        Assert.Equal((0, ""), (help.ExitCode, help.Errors));
        Assert.All(["migrate", "export", "import", "verify"], command => Assert.Contains(command, help.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("export")]
    public async Task A_store_that_is_not_there_is_not_made_by_looking_at_it(string command)
    {
        using var folder = new TemporaryFolder();

        var refused = await ServerCommand.RunAsync(folder.Path, command, "--store", "sqlite:none/laurel.db");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("none/laurel.db", Assert.Single(Lines(refused.Errors)), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Garbage_is_refused_with_its_line_and_a_file_is_never_written_over()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await ServerCommand.RunAsync(folder.Path, "migrate", "--store", "sqlite:laurel.db")).ExitCode);
        Assert.Equal(0, (await ServerCommand.RunAsync(folder.Path, "export", "--store", "sqlite:laurel.db", "--out", "all.ndjson")).ExitCode);
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "all.ndjson"), _stop);
        await File.WriteAllLinesAsync(Path.Combine(folder.Path, "bad.ndjson"), [lines[0], "garbage", .. lines[1..]], _stop);

        var garbage = await ServerCommand.RunAsync(folder.Path, "import", "--store", "sqlite:laurel.db", "--in", "bad.ndjson");
        var nothing = await ServerCommand.RunAsync(folder.Path, "import", "--store", "sqlite:laurel.db");
        var whole = await ServerCommand.RunAsync(folder.Path, "import", "--store", "sqlite:laurel.db", "--in", "all.ndjson");
        var over = await ServerCommand.RunAsync(folder.Path, "export", "--store", "sqlite:laurel.db", "--out", "all.ndjson");

        Assert.Equal((2, 2, 0, 2), (garbage.ExitCode, nothing.ExitCode, whole.ExitCode, over.ExitCode));
        Assert.Contains("Line 2", garbage.Errors, StringComparison.Ordinal);
        Assert.Contains("is empty", nothing.Errors, StringComparison.Ordinal);
        Assert.Contains("exists already", over.Errors, StringComparison.Ordinal);
        Assert.Equal(lines, await File.ReadAllLinesAsync(Path.Combine(folder.Path, "all.ndjson"), _stop));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
