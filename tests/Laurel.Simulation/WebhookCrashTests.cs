using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>Delivered at least once, and only what was committed, whatever crashes and whoever answers badly (semantics §10).</summary>
public sealed class WebhookCrashTests(ITestOutputHelper output)
{
    /// <summary>Of each of two receivers, one message: each failure gives its endpoint a pause twice as long.</summary>
    private const int Refused = 1;

    [Fact]
    public async Task Kill_9_under_load_loses_no_message_and_makes_none_up()
    {
        await using var server = new LaurelServer();
        WebhookHarness.Hasten(server);
        await using var harness = new WebhookHarness(server, Counts.Seed, Counts.WebhookRounds, Counts.WebhookEvents);
        await harness.BeginAsync(Refused);
        for (var round = 0; round < Counts.WebhookRounds; round++)
        {
            await harness.RunRoundAsync(round);
        }

        await harness.HealAsync();
        await harness.GiveUpAsync();
        await harness.CompareAsync();

        foreach (var line in harness.Report())
        {
            output.WriteLine(line);
        }

        Assert.True(harness.Faults.Count == 0, string.Join('\n', harness.Faults.Take(20)));
        Assert.True(harness.Unanswered > 0, "No crash left a call without an answer: the load was none.");
        Assert.True(harness.Replayed > 0, "No dead letter was replayed.");
    }
}
