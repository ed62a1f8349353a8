using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;
using Laurel.Server.Tests.Harness;
using SQLitePCL;

namespace Laurel.Server.Tests.Commands;

/// <summary>Verify finds what was changed behind Laurel's back, and names it.</summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class VerifyTests(VerifiedStore store) : IClassFixture<VerifiedStore>
{
    private const string IsFirst = "(select key from participants where id = 'first')";
    private const string IsSecond = "(select key from participants where id = 'second')";

    [Fact]
    public async Task A_store_that_nobody_touched_has_no_differences()
    {
        var (code, output) = await VerifyAsync(store.Copy());

        Assert.Equal(0, code);
        Assert.Contains("no differences", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a state", $"update participants set state = replace(state, '\"total_events\":2', '\"total_events\":3') where key = {IsFirst}", "participant 'first'", " state: ")]
    [InlineData("a state that is no JSON", $"update participants set state = 'x' where key = {IsFirst}", "participant 'first'", "can be read")]
    [InlineData("a balance", $"update participants set state = replace(state, '10', '11') where key = {IsSecond}", "participant 'second'", "balance of 'points': expected 10 of 10 earned, 0 spent but is 11")]
    [InlineData("a part too many", $"insert into parts values ({IsFirst}, 'x', '[]')", "participant 'first'", "part 'x': expected nothing but is []")]
    [InlineData("a fact", $"update log set facts = replace(facts, ':10', ':11') where participant_key = {IsSecond} and seq = 1", "participant 'second'", "seq 1 facts: ")]
    [InlineData("a fact's mask", $"update log set fact_mask = fact_mask + 1024 where participant_key = {IsSecond}", "participant 'second'", "seq 1 fact_mask: ")]
    [InlineData("a fact count", $"update log set fact_count = 9 where participant_key = {IsSecond}", "participant 'second'", "seq 1 fact_count: expected")]
    [InlineData("an answer", $"update log set answer = replace(answer, 'processed', 'proceeded') where participant_key = {IsFirst} and seq = 1", "participant 'first'", "seq 1 answer: ")]
    [InlineData("an enrolment's answer", $"update log set answer = replace(answer, 'false', 'true') where participant_key = {IsFirst} and kind = 1", "participant 'first'", "seq 3 answer: ")]
    [InlineData("an outcome", $"update log set outcomes = null where participant_key = {IsSecond}", "participant 'second'", "seq 1 input: ")]
    [InlineData("properties", $"update log set event_name = 'visit' where participant_key = {IsSecond}", "participant 'second'", "seq 1 facts: ")]
    [InlineData("a program version", $"update log set program_version = 99 where participant_key = {IsSecond}", "participant 'second'", "Version 99")]
    [InlineData("an input that is missing", $"delete from log where participant_key = {IsFirst} and seq = 2", "participant 'first'", "seq 3 seq: expected 2 but is 3")]
    [InlineData("the last input", $"delete from log where participant_key = {IsFirst} and seq = 3", "participant 'first'", " state: ")]
    [InlineData("when a participant is due", $"update wakes set due_at = due_at + 1 where participant_key = {IsFirst}", "participant 'first'", "due_at: expected")]
    [InlineData("that a participant is due", $"delete from wakes where participant_key = {IsFirst}", "participant 'first'", "but is never")]
    [InlineData("the time of creation", $"update participants set created_at = created_at - 1 where key = {IsFirst}", "participant 'first'", "created_at: ")]
    [InlineData("a stock", "update reward_stocks set issued = issued + 1", "reward 'coupon'", "issued: expected 2 but is 3")]
    [InlineData("a pool", "update reward_stocks set codes_free = 0", "reward 'coupon'", "codes_free: expected 1 but is 0")]
    [InlineData("a code taken by nobody", "update reward_codes set fact_id = x'00000000000000000000000000000000', participant_key = 1, issued_at = 0 where value = 'C'", "reward 'coupon'", "taken codes: expected 2 but is 3")]
    [InlineData("a code that is free again", "update reward_codes set fact_id = null where value = 'A'", "participant 'first'", "code 'A' of reward 'coupon'", "but is free")]
    [InlineData("a code given twice", $"update log set outcomes = replace(outcomes, '\"B\"', '\"A\"') where participant_key = {IsSecond}", "participant 'second'", "seq 1 code 'A' of reward 'coupon': expected taken by fact")]
    [InlineData("a key that leads elsewhere", "update idempotency_keys set log_id = log_id + 1 where log_id = 1", "index", "idempotency key")]
    [InlineData("a key that is lost", "delete from idempotency_keys where log_id = 1", "index", "leads to nothing")]
    [InlineData("an entry of the history", $"update history set fact_count = 7 where participant_key = {IsSecond}", "index", "history")]
    [InlineData("a participant without a row", $"delete from participants where key = {IsSecond}", "index", "who are not there")]
    public async Task A_difference_is_found_and_named(string what, string sql, params string[] named)
    {
        var path = store.Copy();
        Change(path, sql);

        var (code, output) = await VerifyAsync(path);

        Assert.True(code == 1, $"{what}: {output}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => named.All(one => line.Contains(one, StringComparison.Ordinal)));
        Assert.Contains(" difference", lines[^1], StringComparison.Ordinal);
    }

    internal static async Task<(int Code, string Output)> VerifyAsync(string path)
    {
        await using var output = new StringWriter();
        var code = await LaurelCommands.VerifyAsync(new LaurelOptions { Store = $"sqlite:{path}" }, output, TextWriter.Null, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    private static void Change(string path, string sql)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(path, out var database));
        using (database)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
            Assert.NotEqual(0, raw.sqlite3_changes(database));
        }
    }
}

/// <summary>A store of <see cref="RewardStory"/>, at rest, to be copied.</summary>
public sealed class VerifiedStore : IAsyncLifetime
{
    private readonly LaurelServer _server = new();
    private int _copies;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        await RewardStory.PlayAsync(_server);
        Assert.Equal(0, await _server.TerminateAsync());

        // Opening folds what waits into the tables, and closing leaves a single file.
        var (code, output) = await VerifyTests.VerifyAsync(_server.StorePath);
        Assert.True(code == 0, output);
    }

    /// <summary>A copy of its own for a test.</summary>
    public string Copy()
    {
        var path = Path.Combine(_server.Folder, $"copy{Interlocked.Increment(ref _copies)}.db");
        File.Copy(_server.StorePath, path);
        return path;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
