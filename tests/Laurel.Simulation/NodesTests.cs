using Laurel.Harness;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>
/// Whatever dies: effects are distinct keys, the ledger is the balance, each code is issued once. Source: issue "PostgreSQL and many nodes". The controls must fail, or the
/// harness proves nothing (pitfall 14).
/// </summary>
[Trait(TestStore.Trait, TestStore.Postgres)]
public sealed class NodesTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Three_nodes_that_die_and_a_database_that_crashes_lose_nothing_and_do_nothing_twice()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var harness = new NodesHarness(postgres, () => new LaurelServer { IsOnPostgres = true }, Counts.Seed);
        await harness.BeginAsync();

        await harness.RunAsync(Counts.NodesLoad);
        await harness.CheckAsync();

        await harness.VerifyAsync();

        Report(harness);
        Assert.True(harness.Faults.Count == 0, string.Join('\n', harness.Faults.Take(20)));
        Assert.True(harness.Failed > 0, "No crash left a call without an answer: the load was none.");
    }

    [Theory]
    [InlineData("the unique index on keys", null, "alter table idempotency_keys drop constraint idempotency_keys_pkey\ncreate index on idempotency_keys (key_hash)", "key ")]
    [InlineData("the participants' row locks", Sabotage.NoRowLock, "alter table log drop constraint log_seq\ncreate index on log (participant_key, seq)", "points")]
    [InlineData(
        "the wait for the disk",
        null,
        // Laurel puts the setting right in its own sessions, so it is taken back within each transaction; and nobody else writes the log to disk meanwhile.
        "create function hurry() returns trigger language plpgsql as $$ begin perform set_config('synchronous_commit', 'off', true); return null; end $$\n"
        + "create trigger hurry before insert on log for each statement execute function hurry()\n"
        + "alter system set wal_writer_delay = '10s'\nalter system set wal_writer_flush_after = '2GB'\nselect pg_reload_conf()",
        "is lost")]
    public async Task The_same_harness_finds_out_what_is_missing(string missing, string? host, string sql, string fault)
    {
        // One kill and one crash do not always show what is missing: that takes the rounds of a long run.
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LAUREL_LONG") == "true", "Run ./test.sh --long to have the sabotaged twins of several nodes.");
        await using var postgres = await PostgresServer.StartAsync();
        await using var harness = new NodesHarness(postgres, () => host is null ? new LaurelServer { IsOnPostgres = true } : Sabotage.Create(host), Counts.Seed);
        await harness.BeginAsync(sql.Split('\n'));

        // One kill and one crash.
        await harness.RunAsync(TimeSpan.Zero);
        await harness.CheckAsync();

        Report(harness);
        Assert.True(
            harness.Faults.Any(text => text.Contains(fault, StringComparison.Ordinal)), $"Without {missing} all went well; faults: {string.Join('\n', harness.Faults.Take(20))}");
    }

    private void Report(NodesHarness harness)
    {
        output.WriteLine(
            $"seed {Counts.Seed}: {harness.Keys} keys, {harness.Acknowledged} answers, {harness.Failed} calls failed; {harness.Kills} nodes killed, {harness.Crashes} crashes of PostgreSQL; {harness.Faults.Count} faults");
        foreach (var fault in harness.Faults.Take(3))
        {
            output.WriteLine(fault);
        }
    }
}
