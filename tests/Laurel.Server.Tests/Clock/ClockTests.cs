using Laurel.Facts;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Clock;

/// <summary>What time does happens without any event coming in, once, stamped with the time it was due. Source: semantics §7, "The clock".</summary>
public sealed class ClockTests
{
    private const string Program =
        """
        {"time_zone":"Europe/Berlin",
         "point_rules":[{"code":"spend","event_name":"buy","amount":100,"expires_after":"P3D"},{"code":"rise","event_name":"climb","amount":100}],
         "streaks":[{"code":"daily","name":"Daily","event_name":"login","period":"daily"},
                    {"code":"kept","name":"Kept","event_name":"visit","period":"daily","freezes":{"earned_every":1,"stockpile_max":1}}],
         "challenges":[{"code":"spring","name":"Spring","schedule":{"ends_at":"2026-02-20T00:00:00Z"},"objectives":[{"code":"o","event_name":"play","metric":{"type":"count"},"target":5}]},
                       {"code":"first","name":"First","schedule":{"rolling":"P2D"},"objectives":[{"code":"o","event_name":"start","metric":{"type":"count"},"target":5}]}],
         "tiers":[{"code":"bronze","name":"Bronze","level":1,"criteria_config":{"min_points":0}},
                  {"code":"gold","name":"Gold","level":2,"criteria_config":{"min_points":100},"requalify":{"period":"monthly","min_points":50,"else":"one_level_down"}}]}
        """;

    [Theory]
    [InlineData("buy", FactKinds.PointsExpired, "2026-02-17T10:00:00Z")]
    [InlineData("login", FactKinds.StreakBroken, "2026-02-15T23:00:00Z")]
    [InlineData("visit", FactKinds.StreakFreezeUsed, "2026-02-15T23:00:00Z")]
    [InlineData("visit", FactKinds.StreakBroken, "2026-02-16T23:00:00Z")]
    [InlineData("play", FactKinds.ChallengeEnded, "2026-02-20T00:00:00Z")]
    [InlineData("start", FactKinds.ChallengeEnded, "2026-02-16T10:00:00Z")]
    public async Task What_is_due_happens_once_and_is_stamped_with_the_time_it_was_due(string eventName, string kind, string dueAt)
    {
        await using var host = await HostOnFakeTime.StartAsync(Program);
        await host.EmitAsync("p", eventName);
        Assert.Empty(await host.FactsAsync("p", kind));

        host.Jump("2026-02-21T09:00:00Z");
        Assert.Equal([dueAt], await host.RunUntilFactAsync("p", kind));

        // Nothing is due any more: a second look, a day later, finds nothing to do.
        await host.EmitAsync("q", "buy");
        host.Jump("2026-02-25T09:00:00Z");
        await host.RunUntilFactAsync("q", FactKinds.PointsExpired);
        Assert.Equal([dueAt], await host.FactsAsync("p", kind));
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task A_tier_that_is_not_earned_again_is_lost_at_the_end_of_the_month()
    {
        await using var host = await HostOnFakeTime.StartAsync(Program);
        await host.EmitAsync("p", "climb");
        Assert.Equal("gold", await TierAsync(host));

        // Reached in February, so kept to the end of March, which in Berlin is already summer time.
        host.Jump("2026-03-31T21:59:00Z");
        Assert.Equal("gold", await TierAsync(host));
        host.Jump("2026-03-31T22:00:00Z");
        Assert.Equal("bronze", await TierAsync(host));

        Assert.Equal("2026-03-31T22:00:00Z", (await host.RunUntilFactAsync("p", FactKinds.TierChanged, count: 2))[0]);
    }

    [Fact]
    public async Task Reads_are_right_before_the_clock_has_run()
    {
        await using var host = await HostOnFakeTime.StartAsync(Program);
        await host.EmitAsync("p", "buy");
        Assert.Equal(100, await host.BalanceAsync("p"));

        host.Jump("2026-02-17T10:00:00Z");

        Assert.Equal(0, await host.BalanceAsync("p"));
        Assert.Empty(await host.FactsAsync("p", FactKinds.PointsExpired));
        var tried = await host.Test.PostAsync($"{Api.Events}?dry_run=true", Some.Event("p", "buy"));
        Assert.Equal(100, tried.Json.GetProperty("rewards_granted")[0].GetProperty("new_balance").GetInt64());
        Assert.Equal(["2026-02-17T10:00:00Z"], await host.RunUntilFactAsync("p", FactKinds.PointsExpired));
    }

    [Fact]
    public async Task A_week_of_downtime_changes_nothing()
    {
        await using var host = await HostOnFakeTime.StartAsync(Program);
        foreach (var name in (string[])["buy", "login", "visit", "start"])
        {
            await host.EmitAsync("p", name);
        }

        await host.StopAsync();
        await host.StartLaterAsync(TimeSpan.FromDays(7));

        Assert.Equal(["2026-02-17T10:00:00Z"], await host.RunUntilFactAsync("p", FactKinds.PointsExpired));
        Assert.Equal(["2026-02-16T23:00:00Z", "2026-02-15T23:00:00Z"], await host.FactsAsync("p", FactKinds.StreakBroken));
        Assert.Equal(["2026-02-15T23:00:00Z"], await host.FactsAsync("p", FactKinds.StreakFreezeUsed));
        Assert.Equal(["2026-02-16T10:00:00Z"], await host.FactsAsync("p", FactKinds.ChallengeEnded));
        var history = await host.Test.HistoryAsync("p");
        Assert.Equal(4, history.Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task More_participants_than_one_look_takes_are_all_woken_once()
    {
        const int Participants = 700;
        await using var host = await HostOnFakeTime.StartAsync(Program);
        foreach (var names in Enumerable.Range(0, Participants).Chunk(100))
        {
            Assert.Equal(200, (await host.Test.PostBatchAsync(names.Select(number => Some.Event($"p{number}", "buy")))).Status);
        }

        host.Jump("2026-02-17T10:00:00Z");
        await host.RunUntilFactAsync($"p{Participants - 1}", FactKinds.PointsExpired);

        for (var number = 0; number < Participants; number++)
        {
            Assert.Equal(["2026-02-17T10:00:00Z"], await host.FactsAsync($"p{number}", FactKinds.PointsExpired));
        }
    }

    [Fact]
    public async Task A_publish_that_sets_an_end_is_honoured_for_participants_known_before()
    {
        const string Endless = """{"challenges":[{"code":"c","name":"C","objectives":[{"code":"o","event_name":"play","metric":{"type":"count"},"target":5}]}]}""";
        await using var host = await HostOnFakeTime.StartAsync(Endless);
        await host.EmitAsync("p", "play");

        await host.PublishAsync(Endless.Replace("\"objectives\"", "\"schedule\":{\"ends_at\":\"2026-02-15T00:00:00Z\"},\"objectives\"", StringComparison.Ordinal));
        host.Jump("2026-02-16T00:00:00Z");

        Assert.Equal(["2026-02-15T00:00:00Z"], await host.RunUntilFactAsync("p", FactKinds.ChallengeEnded));
    }

    [Fact]
    public async Task An_end_that_a_publish_moves_away_does_not_come()
    {
        const string Ending = """{"point_rules":[{"code":"r","event_name":"buy","amount":1,"expires_after":"P4D"}],"challenges":[{"code":"c","name":"C","schedule":{"ends_at":"2026-02-15T00:00:00Z"},"objectives":[{"code":"o","event_name":"play","metric":{"type":"count"},"target":5}]}]}""";
        await using var host = await HostOnFakeTime.StartAsync(Ending);
        await host.EmitAsync("p", "play");
        await host.EmitAsync("p", "buy");

        await host.PublishAsync(Ending.Replace("2026-02-15", "2026-02-19", StringComparison.Ordinal));
        host.Jump("2026-02-18T10:00:00Z");
        await host.RunUntilFactAsync("p", FactKinds.PointsExpired);
        Assert.Empty(await host.FactsAsync("p", FactKinds.ChallengeEnded));

        host.Jump("2026-02-19T00:00:00Z");
        Assert.Equal(["2026-02-19T00:00:00Z"], await host.RunUntilFactAsync("p", FactKinds.ChallengeEnded));
    }

    [Fact]
    public async Task Who_cannot_be_woken_keeps_nobody_else_waiting_and_is_not_tried_all_the_time()
    {
        await using var host = await HostOnFakeTime.StartAsync(Program);
        Assert.Equal(200, (await host.Live.PutAsync(Api.Program, Program)).Status);
        await host.EmitAsync("stuck", "buy");
        host.Jump("2026-02-14T11:00:00Z");
        Expect.Processed(await host.Live.PostEventAsync(Some.Event("p", "buy")));
        await host.StopAsync();

        // A program that cannot be read: every command of its environment fails, as it would by a bug.
        await host.ExecuteAsync("update programs set document = '[]' where environment % 2 = 0");

        await host.StartLaterAsync(TimeSpan.FromDays(7));
        await host.RunUntilAsync("the other one is woken", async () =>
            (await host.Live.FactsAsync("p", "?kind=points.expired")).Json.GetProperty("total").GetInt32() == 1);
        for (var second = 0; second < 20; second++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await host.Live.StateAsync("p");
        }

        // Once at the first look, and once because it is told: not again for a minute.
        Assert.Equal(1, host.Log.Count(line => line.Contains("'stuck'", StringComparison.Ordinal) || line.Contains("stuck of environment", StringComparison.Ordinal)));
        Assert.InRange(host.Log.Count(line => line.Contains("could not be processed", StringComparison.Ordinal)), 1, 2);
    }

    private static async Task<string?> TierAsync(HostOnFakeTime host) =>
        (await host.Test.StateAsync("p", "?include=tier")).Json.GetProperty("tier").GetProperty("current_tier").GetProperty("code").GetString();
}
