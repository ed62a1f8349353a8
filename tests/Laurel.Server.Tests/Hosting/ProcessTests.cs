using System.Text.RegularExpressions;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Hosting;

/// <summary>The server as a process: how it starts, refuses to start, ends, and what needs no key. Source: semantics §1, §2.</summary>
public sealed partial class ProcessTests
{
    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var (participant, key) = (Some.Participant(), Some.Key());
        var first = await server.Test.PostEventAsync(Some.Event(participant), key);
        var state = await server.Test.StateAsync(participant);
        Assert.Equal(0, await server.TerminateAsync());

        await server.StartAsync();

        var replay = await server.Test.PostEventAsync(Some.Event(participant), key);
        Assert.Equal(first.Body, replay.Body);
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal(state.Text, (await server.Test.StateAsync(participant)).Text);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_drains_and_ends_with_0(string signal)
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        Expect.Processed(await server.Live.PostEventAsync(Some.Event("p")));

        Assert.Equal(0, await server.TerminateAsync(signal));
    }

    [Fact]
    public async Task A_first_start_prints_keys_and_an_example_that_works_and_a_second_start_prints_none()
    {
        await using var server = new LaurelServer();
        server.Settings.Remove("Laurel__Bootstrap__AdminKey");
        server.Settings.Remove("Laurel__Bootstrap__OperatorKey");
        await server.StartAsync();

        var printed = server.Output;
        Assert.Contains("curl", printed, StringComparison.Ordinal);
        Assert.Contains(server.StoreName, printed, StringComparison.Ordinal);
        var testKey = KeyPattern().Matches(printed).Select(match => match.Value).First(key => key.StartsWith("bq_test_", StringComparison.Ordinal));
        Assert.Contains(KeyPattern().Matches(printed), match => match.Value.StartsWith("bq_live_", StringComparison.Ordinal));
        Assert.Contains(KeyPattern().Matches(printed), match => match.Value.StartsWith("bq_op_", StringComparison.Ordinal));
        Expect.Processed(await server.Test.With(testKey).PostEventAsync(Some.Event("p")));

        await server.TerminateAsync();
        await server.StartAsync();
        Assert.Empty(KeyPattern().Matches(server.Output[printed.Length..]));
    }

    [Fact]
    public async Task Named_keys_are_ensured_and_nothing_is_printed()
    {
        await using var server = new LaurelServer();

        await server.StartAsync();

        Assert.Empty(KeyPattern().Matches(server.Output));
        Expect.Processed(await server.Test.PostEventAsync(Some.Event("p")));
        Expect.Processed(await server.Live.PostEventAsync(Some.Event("p")));
        Assert.Equal(200, (await server.Operator.GetAsync(Api.Tenants)).Status);
    }

    // A database serves any number of servers.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_second_server_on_the_same_file_is_refused_with_a_sentence()
    {
        await using var first = new LaurelServer();
        await first.StartAsync();
        await using var second = new LaurelServer(first.Folder);

        Assert.NotEqual(0, await second.RunToEndAsync());

        Assert.Contains(first.StorePath, second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        Expect.Processed(await first.Live.PostEventAsync(Some.Event("p")));
    }

    [Theory]
    [InlineData("Laurel__Store", "mongo:somewhere", "mongo")]
    [InlineData("Laurel__Store", "", "Laurel:Store")]
    [InlineData("Laurel__Store", "sqlite:/proc/nowhere/laurel.db", "/proc/nowhere")]
    [InlineData("Laurel__Bootstrap__AdminKey", "bq_test_short", "Laurel:Bootstrap:AdminKey")]
    [InlineData("Laurel__Bootstrap__OperatorKey", "secret", "Laurel:Bootstrap:OperatorKey")]
    [InlineData("Laurel__ParticipantRate__PerSecond", "-1", "PerSecond")]
    [InlineData("Laurel__ParticipantRate__Burst", "many", "Burst")]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence(string name, string value, string named)
    {
        await using var server = new LaurelServer();
        server.Settings[name] = value;

        Assert.NotEqual(0, await server.RunToEndAsync());

        Assert.Contains(named, server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_is_503_and_keeps_nothing()
    {
        await using var server = new LaurelServer();
        server.Settings["Laurel__Pipeline__QueueLimit"] = "10";
        await server.StartAsync();

        var refused = await server.Live.PostBatchAsync(Enumerable.Repeat(Some.Event("p", key: "k"), 11));

        Expect.Problem(refused, 503, "QUEUE_FULL");
        Assert.True(int.Parse(refused.Header("Retry-After")!) >= 1);
        Expect.Problem(await server.Live.StateAsync("p"), 404, null);
        var accepted = await server.Live.PostBatchAsync(Enumerable.Repeat(Some.Event("p", key: "k"), 10));
        Assert.Equal(10, accepted.Json.GetProperty("processed").GetInt32());
        Assert.Equal(1, (await server.Live.HistoryAsync("p")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Options_set_the_cap_of_tenants_without_one_and_how_far_ahead_events_may_lie()
    {
        await using var server = new LaurelServer();
        server.Settings["Laurel__ParticipantRate__PerSecond"] = "0.01";
        server.Settings["Laurel__ParticipantRate__Burst"] = "2";
        server.Settings["Laurel__Events__MaxAheadHours"] = "72";
        await server.StartAsync();
        var ahead = DateTime.UtcNow.AddHours(71).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

        Expect.Processed(await server.Live.PostEventAsync(Some.Event("p", timestamp: ahead)));
        Expect.Processed(await server.Live.PostEventAsync(Some.Event("p")));
        Expect.Capped(await server.Live.PostEventAsync(Some.Event("p")));
        var other = await TestTenant.CreateAsync(server.Operator, server.Test);
        var batch = await other.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event("p"), 50));
        Assert.Equal(50, batch.Json.GetProperty("processed").GetInt32());
    }

    [GeneratedRegex("bq_(test|live|op)_[0-9a-f]{32}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyPattern();
}
