using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>Acknowledged means durable, and nothing is granted twice (semantics §5). The controls must fail, or the harness proves nothing (pitfall 14).</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>Rounds a control has to be found out in; the first does it nearly always.</summary>
    private const int ControlRounds = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kill_9_under_load_loses_nothing_acknowledged_and_grants_nothing_twice(bool foldsOften)
    {
        await using var server = new LaurelServer();
        if (foldsOften)
        {
            server.FoldOften();
        }

        var harness = new CrashHarness(server, Counts.Seed);
        await harness.BeginAsync();

        for (var round = 0; round < Counts.CrashRounds && harness.Faults.Count == 0; round++)
        {
            await harness.RunRoundAsync();
        }

        await harness.CheckGrantsAsync();
        Report(harness);
        Assert.True(harness.Faults.Count == 0, string.Join('\n', harness.Faults));
        Assert.True(harness.Acknowledged > 0);
        Assert.True(harness.Unanswered > 0, "No crash left a call without an answer: the load was none.");
    }

    [Fact]
    public async Task A_signal_under_load_drains_and_ends_with_0()
    {
        await using var server = new LaurelServer();
        var harness = new CrashHarness(server, Counts.Seed);
        await harness.BeginAsync();

        foreach (var signal in (string[])["TERM", "INT"])
        {
            await harness.RunRoundAsync(async () => Assert.Equal(0, await server.TerminateAsync(signal)));
        }

        await harness.CheckGrantsAsync();
        Report(harness);
        Assert.True(harness.Faults.Count == 0, string.Join('\n', harness.Faults));
        Assert.True(harness.Acknowledged > 0);
    }

    [Theory]
    [InlineData(Sabotage.AcknowledgeBeforeCommit, "is lost")]
    [InlineData(Sabotage.NoKeyIndex, "is there 2 times")]
    public async Task The_same_harness_finds_out_a_sabotaged_server(string sabotage, string fault)
    {
        await using var server = Sabotage.Create(sabotage);
        var harness = new CrashHarness(server, Counts.Seed);
        await harness.BeginAsync();

        for (var round = 0; round < ControlRounds && !Found(); round++)
        {
            await harness.RunRoundAsync();
        }

        Report(harness);
        Assert.True(Found(), $"{sabotage} was not found out; faults: {string.Join('\n', harness.Faults)}");

        bool Found() => harness.Faults.Any(text => text.Contains(fault, StringComparison.Ordinal));
    }

    private void Report(CrashHarness harness)
    {
        output.WriteLine(
            $"seed {Counts.Seed}: {harness.Acknowledged} acknowledged, {harness.Unanswered} left without an answer, of which {harness.UnansweredButKept} were kept; {harness.Faults.Count} faults");
        foreach (var fault in harness.Faults.Take(3))
        {
            output.WriteLine(fault);
        }
    }
}
