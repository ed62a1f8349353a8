using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;
using Laurel.Harness;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Commands;

/// <summary>Verify finds what was changed in PostgreSQL behind Laurel's back, and names it.</summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class PostgresVerifyTests(VerifiedDatabase database) : IClassFixture<VerifiedDatabase>
{
    private const string IsFirst = "(select key from participants where id = 'first')";
    private const string IsSecond = "(select key from participants where id = 'second')";

    [Fact]
    public async Task A_store_that_nobody_touched_has_no_differences()
    {
        var (code, output) = await VerifyAsync(null);

        Assert.True(code == 0, output);
        Assert.Contains("no differences", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a state", $"update participants set state = replace(state, '\"total_events\":2', '\"total_events\":3') where key = {IsFirst}", "participant 'first'", " state: ")]
    [InlineData("a balance", $"update participants set state = replace(state, '10', '11') where key = {IsSecond}", "participant 'second'", "balance of 'points': expected 10 of 10 earned, 0 spent but is 11")]
    [InlineData("a part too many", $"insert into parts values ({IsFirst}, 'x', '[]')", "participant 'first'", "part 'x': expected nothing but is []")]
    [InlineData("a fact", $"update log set facts = replace(facts, ':10', ':11') where participant_key = {IsSecond} and seq = 1", "participant 'second'", "seq 1 facts: ")]
    [InlineData("an answer", $"update log set answer = replace(answer, 'processed', 'proceeded') where participant_key = {IsFirst} and seq = 1", "participant 'first'", "seq 1 answer: ")]
    [InlineData("an input that is missing", $"delete from log where participant_key = {IsFirst} and seq = 2", "participant 'first'", "seq 3 seq: expected 2 but is 3")]
    [InlineData("the last input", $"delete from log where participant_key = {IsFirst} and seq = 3", "participant 'first'", " state: ")]
    [InlineData("when a participant is due", $"update participants set due_at = due_at + 1 where key = {IsFirst}", "participant 'first'", "due_at: expected")]
    [InlineData("that a participant is due", $"update participants set due_at = null where key = {IsFirst}", "participant 'first'", "but is never")]
    [InlineData("a stock", "update reward_stocks set issued = issued + 1", "reward 'coupon'", "issued: expected 2 but is 3")]
    [InlineData("a pool", "update reward_stocks set codes_free = 0", "reward 'coupon'", "codes_free: expected 1 but is 0")]
    [InlineData("a code taken by nobody", "update reward_codes set fact_id = '00000000-0000-0000-0000-000000000000', participant_key = 1, issued_at = 0 where value = 'C'", "reward 'coupon'", "taken codes: expected 2 but is 3")]
    [InlineData("a code that is free again", "update reward_codes set fact_id = null where value = 'A'", "participant 'first'", "code 'A' of reward 'coupon'", "but is free")]
    [InlineData("a key that leads elsewhere", "update idempotency_keys set log_id = log_id + 1 where log_id = (select min(id) from log)", "index", "another input")]
    [InlineData("a key that is lost", "delete from idempotency_keys where log_id = (select min(id) from log)", "index", "leads to nothing")]
    [InlineData("a participant without a row", $"delete from participants where key = {IsSecond}", "index", "who are not there")]
    [InlineData("an input that stands twice", "alter table log drop constraint log_seq; insert into log select 99, participant_key, seq, occurred_at, received_at, event_id, payload_hash, null, kind, program_version, engine_version, fact_mask, fact_count, event_name, properties, facts, answer, outcomes from log limit 1", "index", "2 inputs with the seq")]
    public async Task A_difference_is_found_and_named(string what, string sql, params string[] named)
    {
        var (code, output) = await VerifyAsync(sql);

        Assert.True(code == 1, $"{what}: {output}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => named.All(one => line.Contains(one, StringComparison.Ordinal)));
        Assert.Contains(" difference", lines[^1], StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> VerifyAsync(string? sql)
    {
        var copy = await database.CopyAsync();
        try
        {
            if (sql is not null)
            {
                await PostgresServer.ExecuteAsync(copy, sql);
            }

            await using var output = new StringWriter();
            var code = await LaurelCommands.VerifyAsync(new LaurelOptions { Store = copy }, output, TextWriter.Null, TestContext.Current.CancellationToken);
            return (code, output.ToString());
        }
        finally
        {
            await (await PostgresServer.ShareAsync()).DropDatabaseAsync(copy);
        }
    }
}

/// <summary>A database of <see cref="RewardStory"/> that nobody is connected to, to be copied.</summary>
public sealed class VerifiedDatabase : IAsyncDisposable
{
    private readonly Lazy<Task<string>> _played = new(PlayAsync);

    /// <summary>A copy of its own for a test. Skips the test where there is no server.</summary>
    public async Task<string> CopyAsync()
    {
        var server = await PostgresServer.ShareAsync();
        return await server.CreateDatabaseAsync(PostgresServer.NameOf(await _played.Value));
    }

    public async ValueTask DisposeAsync()
    {
        if (_played.IsValueCreated && _played.Value.IsCompletedSuccessfully)
        {
            await (await PostgresServer.ShareAsync()).DropDatabaseAsync(await _played.Value);
        }
    }

    private static async Task<string> PlayAsync()
    {
        var connectionString = await (await PostgresServer.ShareAsync()).CreateDatabaseAsync();
        await using var laurel = new LaurelServer();
        laurel.Settings["Laurel__Store"] = connectionString;
        await laurel.StartAsync();
        await RewardStory.PlayAsync(laurel);
        Assert.Equal(0, await laurel.TerminateAsync());
        return connectionString;
    }
}
