using System.Text.RegularExpressions;
using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;
using Laurel.Harness;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Erasures;

/// <summary>What was said of an erased participant stands nowhere: looked for in the raw files, in exports and in answers, with a control that it stood there.</summary>
public sealed partial class CanaryTests
{
    [Fact]
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    public async Task Nothing_of_an_erased_participant_is_left_in_any_file_of_an_embedded_store()
    {
        await using var story = new ErasureStory();
        await using var server = new LaurelServer();
        ErasureStory.Prepare(server);
        await server.StartAsync();
        await story.PlayAsync(server);
        Assert.Equal(story.Canaries.Count, Distinct(RawFiles.Find(server.Folder, story.Canaries)));
        Assert.True(story.Canaries.Count >= 20);

        await EraseAsync(server, story);
        Assert.Empty(RawFiles.Find(server.Folder, story.Canaries));

        Assert.Equal(0, await server.TerminateAsync());
        await CheckAsync($"sqlite:{server.StorePath}", story);
        Assert.Empty(RawFiles.Find(server.Folder, story.Canaries));
    }

    [Fact]
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    public async Task A_large_embedded_store_keeps_what_was_erased_in_free_pages_until_it_is_scrubbed()
    {
        await using var story = new ErasureStory();
        await using var server = new LaurelServer();
        ErasureStory.Prepare(server);
        server.Settings["Laurel__Sqlite__ScrubLimitMb"] = "0";
        await server.StartAsync();
        await story.PlayAsync(server);

        await EraseAsync(server, story);
        Assert.Equal(0, await server.TerminateAsync());
        Assert.NotEmpty(RawFiles.Find(server.Folder, story.Canaries));

        // By no table, only by bytes that are free.
        await CheckAsync($"sqlite:{server.StorePath}", story);
        var scrubbed = await ServerCommand.RunAsync(server.Folder, "scrub", "--store", $"sqlite:{server.StorePath}", "--Laurel:Sqlite:ScrubLimitMb", "0");
        Assert.True(scrubbed.ExitCode == 0, scrubbed.ToString());
        Assert.Contains("Scrubbed", scrubbed.Output, StringComparison.Ordinal);
        Assert.Empty(RawFiles.Find(server.Folder, story.Canaries));
    }

    [Fact]
    [Trait(TestStore.Trait, TestStore.Postgres)]
    public async Task Nothing_of_an_erased_participant_is_left_in_any_file_of_a_server_once_it_is_scrubbed()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await PostgresServer.ExecuteAsync(postgres.ConnectionString, "alter system set wal_recycle = off");
        await PostgresServer.ExecuteAsync(postgres.ConnectionString, "select pg_reload_conf()");
        var folder = await PostgresServer.ScalarAsync<string>(postgres.ConnectionString, "show data_directory");
        var store = await postgres.CreateDatabaseAsync();
        await using var story = new ErasureStory();
        await using var server = new LaurelServer();
        server.Settings[LaurelServer.StoreSetting] = store;
        server.Settings[LaurelServer.EncryptionSetting] = TestStore.EncryptionKey;
        ErasureStory.Prepare(server);
        await server.StartAsync();
        await story.PlayAsync(server);

        // The planner's samples hold values, too.
        await PostgresServer.ExecuteAsync(store, "analyze");
        await PostgresServer.ExecuteAsync(store, "checkpoint");
        Assert.Equal(story.Canaries.Count, Distinct(RawFiles.Find(folder, story.Canaries)));

        await EraseAsync(server, story);
        Assert.Equal(0, await server.TerminateAsync());
        await CheckAsync(store, story);
        await using var output = new StringWriter();
        var code = await LaurelCommands.ScrubAsync(new LaurelOptions { Store = store }, output, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
        Assert.Empty(RawFiles.Find(folder, story.Canaries));
        await CheckAsync(store, story);
    }

    // The retry and the second call are there to bring the name back, if anything does.
    private static async Task EraseAsync(LaurelServer server, ErasureStory story)
    {
        var path = $"/api/v1/gamify/admin/participants/{Uri.EscapeDataString(story.Participant)}";
        var before = (await server.Test.StateAsync(story.Participant)).Json.GetProperty("points").GetProperty("balance").GetInt64();
        var erased = await server.Test.DeleteAsync(path);
        Assert.True(erased.Status == 200, erased.ToString());
        Assert.Equal(before, erased.Json.GetProperty("totals").GetProperty("points").GetProperty("points").GetProperty("balance").GetInt64());

        Expect.Problem(await server.Test.DeleteAsync(path), 404, "PARTICIPANT_NOT_FOUND");
        var retried = await server.Test.PostEventAsync(Some.Event(story.Participant, "buy"), story.Key);
        Expect.Problem(retried, 410, "PARTICIPANT_ERASED");
        await Wait.UntilAsync("the last message is delivered", async () =>
            (await server.Test.GetAsync($"{story.Webhook}/attempts?page_size=100")).Text.Contains(erased["fact_id"]!, StringComparison.Ordinal));
    }

    /// <summary>No difference between the log and the rest, and no canary in an export; what facts say of points is what balances hold.</summary>
    private static async Task CheckAsync(string store, ErasureStory story)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var options = new LaurelOptions { Store = store, SqliteScrubLimitMb = 0 };
        await using var output = new StringWriter();
        Assert.True(await LaurelCommands.VerifyAsync(options, output, TextWriter.Null, cancellation) == 0, output.ToString());
        using var export = new MemoryStream();
        Assert.Equal(0, await LaurelCommands.ExportAsync(options, export, TextWriter.Null, cancellation));
        Assert.Empty(RawFiles.Find("export", export.ToArray(), story.Canaries));
        Assert.Single(ErasedState().Matches(System.Text.Encoding.UTF8.GetString(export.ToArray())));
    }

    private static int Distinct(IEnumerable<string> found) => found.Select(one => one.Split(' ')[0]).Distinct(StringComparer.Ordinal).Count();

    [GeneratedRegex("\"is_erased\":true", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ErasedState();
}
