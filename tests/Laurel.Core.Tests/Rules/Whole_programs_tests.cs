using System.Text;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Core.Tests.Rules;

/// <summary>Programs that use every part of a document. <c>whole-program.json</c> is the example of the contract but for its leaderboards.</summary>
public class Whole_programs_tests
{
    [Fact]
    public void The_example_of_the_contract_is_read_whole()
    {
        var book = Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Rules", "whole-program.json")));

        Assert.Equal(new ZoneSpan("Europe/Berlin", null), Assert.Single(book.Calendar.Spans));
        Assert.Equal(["points", "gems"], book.Currencies.Select(currency => currency.Code));
        Assert.Equal(new CalendarDuration(0, 365, TimeSpan.Zero), book.PointRules[0].ExpiresAfter);
        Assert.Equal([(PeriodKind.Day, 1000L), (PeriodKind.AllTime, 100L)], book.PointRules.Select(rule => (rule.Cap!.Period, rule.Cap.Amount)));
        Assert.Equal(
            new ChallengeSchedule(Instant("2026-01-01T00:00:00Z"), null, PeriodKind.Week, null), book.Challenges[0].Schedule);
        Assert.Equal(new ChallengeSchedule(null, null, PeriodKind.AllTime, new CalendarDuration(0, 7, TimeSpan.Zero)), book.Challenges[1].Schedule);
        Assert.Equal([(false, 2), (true, 1)], book.Challenges.Select(challenge => (challenge.IsExplicit, challenge.MaxCompletions)));
        Assert.Same(book.Rewards[0], Assert.IsType<Reward.FromCatalogue>(book.Challenges[0].Rewards[2]).Item);
        Assert.Equal(PropertyRoot.LocalDay, Assert.IsType<Metric.Distinct>(book.Challenges[1].Objectives[0].Criteria.Metric).Property.Root);

        var streak = Assert.Single(book.Streaks);
        Assert.Equal(("daily_login", "session_started", PeriodKind.Day, 1, new StreakFreezes(7, 2)), (streak.Code, streak.EventName, streak.Period, streak.GracePeriods, streak.Freezes));
        Assert.Equal(7, Assert.Single(streak.Milestones).Count);
        Assert.Equal(new TierRequalification(PeriodKind.Year, 2500, TierFall.OneLevelDown), book.Tiers[2].Requalify);
        var coupon = Assert.Single(book.Rewards);
        Assert.Equal(("coupon", 500L, null, true, 1, null), (coupon.Type, coupon.PointsCost, coupon.Stock, coupon.HasCodePool, coupon.MaxClaimsPerParticipant, coupon.ExpiresAt));
    }

    [Fact]
    public void What_is_left_out_of_streaks_and_rewards_has_its_default()
    {
        var book = Read("""{"streaks":[{"code":"s","event_name":"e","period":"weekly"}],"rewards":[{"code":"r"}]}""");

        var streak = Assert.Single(book.Streaks);
        Assert.Equal(("s", PeriodKind.Week, 0, null, true), (streak.Name, streak.Period, streak.GracePeriods, streak.Freezes, streak.IsActive));
        Assert.Empty(streak.Milestones);
        var reward = Assert.Single(book.Rewards);
        Assert.Equal(("r", "coupon", "", 0L, null, false), (reward.Name, reward.Type, reward.Description, reward.PointsCost, reward.Stock, reward.HasCodePool));
        Assert.Equal((null, null, true), (reward.MaxClaimsPerParticipant, reward.ExpiresAt, reward.IsActive));
    }

    [Fact]
    public void Every_metric_is_read()
    {
        var book = Read(Badges(
            """{"type":"count"}""", """{"type":"sum","property":"properties.a"}""", """{"type":"max","property":"properties.a"}""", """{"type":"min","property":"properties.a"}""",
            """{"type":"distinct","property":"properties.a"}""", """{"type":"distinct","property":"local_month"}""", """{"type":"streak","period":"monthly"}"""));

        var metrics = book.Badges.Select(badge => badge.Criteria!.Metric).ToList();
        Assert.Equal(["Count", "Sum", "Max", "Min", "Distinct", "Distinct", "Streak"], metrics.Select(metric => metric.GetType().Name));
        Assert.Equal(PropertyRoot.LocalMonth, ((Metric.Distinct)metrics[5]).Property.Root);
        Assert.Equal(new Metric.Streak(PeriodKind.Month), metrics[6]);
    }

    [Theory]
    [InlineData("""{"type":"distinct","property":"properties.a"}""", "10000")]
    [InlineData("""{"type":"distinct","property":"properties.a"}""", "5.0")]
    [InlineData("""{"type":"streak","period":"daily"}""", "1e4")]
    [InlineData("""{"type":"min","property":"properties.a"}""", "0.001")]
    public void Targets_go_as_far_as_their_metric(string metric, string target) =>
        Read($$"""{"badges":[{"code":"b","criteria":{"event_name":"e","metric":{{metric}},"target":{{target}} } }]}""");

    [Theory]
    [InlineData("day", PeriodKind.Day)]
    [InlineData("week", PeriodKind.Week)]
    [InlineData("month", PeriodKind.Month)]
    [InlineData("year", PeriodKind.Year)]
    [InlineData("all_time", PeriodKind.AllTime)]
    public void Caps_have_every_period(string period, PeriodKind kind)
    {
        var book = Read($$"""{"point_rules":[{"code":"r","event_name":"e","amount":1,"cap":{"period":"{{period}}","amount":7} }]}""");

        Assert.Equal((kind, 7L), (book.PointRules[0].Cap!.Period, book.PointRules[0].Cap!.Amount));
    }

    [Theory]
    [InlineData("none", PeriodKind.AllTime, 1)]
    [InlineData("daily", PeriodKind.Day, int.MaxValue)]
    [InlineData("weekly", PeriodKind.Week, int.MaxValue)]
    [InlineData("monthly", PeriodKind.Month, int.MaxValue)]
    [InlineData("yearly", PeriodKind.Year, int.MaxValue)]
    public void What_recurs_may_be_completed_each_period_without_limit(string recurrence, PeriodKind kind, int completions)
    {
        var challenge = Assert.Single(Read(Challenge($$"""{"recurrence":"{{recurrence}}"}""", """{"type":"count"}""", "1")).Challenges);

        Assert.Equal((kind, completions), (challenge.Schedule.Recurrence, challenge.MaxCompletions));
    }

    [Theory]
    [InlineData("weekly", """{"type":"distinct","property":"local_day"}""", "7")]
    [InlineData("monthly", """{"type":"streak","period":"daily"}""", "31")]
    [InlineData("monthly", """{"type":"distinct","property":"local_week"}""", "6")]
    [InlineData("yearly", """{"type":"streak","period":"weekly"}""", "54")]
    [InlineData("weekly", """{"type":"distinct","property":"local_month"}""", "2")]
    public void Targets_go_as_far_as_the_period(string recurrence, string metric, string target) =>
        Read(Challenge($$"""{"recurrence":"{{recurrence}}"}""", metric, target));

    [Theory]
    [InlineData("P7D", """{"type":"streak","period":"daily"}""", "8")]
    [InlineData("P1M", """{"type":"distinct","property":"local_month"}""", "2")]
    [InlineData("PT1H", """{"type":"distinct","property":"local_day"}""", "2")]
    [InlineData("PT1H", """{"type":"distinct","property":"local_week"}""", "2")]
    public void Targets_go_as_far_as_rolling_time(string rolling, string metric, string target) => Read(Challenge($$"""{"rolling":"{{rolling}}"}""", metric, target));

    [Fact]
    public void What_rolls_may_also_have_fixed_dates()
    {
        var challenge = Assert.Single(Read(Challenge("""{"rolling":"P1M","starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z","recurrence":"none"}""", """{"type":"count"}""", "1")).Challenges);

        Assert.Equal((new CalendarDuration(1, 0, TimeSpan.Zero), Instant("2027-01-01T00:00:00Z")), (challenge.Schedule.Rolling, challenge.Schedule.EndsAt));
    }

    [Theory]
    [InlineData("local_day", "eq", "\"2024-02-29\"")]
    [InlineData("local_day", "in", """["2026-12-24","2026-12-25"]""")]
    [InlineData("local_day", "starts_with", "\"2026-\"")]
    [InlineData("local_week", "ne", "\"2026-W53\"")]
    [InlineData("local_week", "eq", "\"0001-W01\"")]
    [InlineData("local_month", "not_in", """["2026-08"]""")]
    [InlineData("local_month", "ends_with", "\"-12\"")]
    [InlineData("local_month", "matches", "\"-(06|07)$\"")]
    public void Local_periods_can_be_compared(string property, string op, string value) => Assert.NotNull(
        Read($$"""{"point_rules":[{"code":"r","event_name":"e","amount":1,"where":{"property":"{{property}}","op":"{{op}}","value":{{value}} } }]}""").PointRules[0].Where);

    [Fact]
    public void Milestones_stand_in_the_order_of_their_counts()
    {
        var book = Read(
            """
            {"badges":[{"code":"b"}],"rewards":[{"code":"mug","type":"physical"}],
             "streaks":[{"code":"s","event_name":"e","period":"daily","milestones":[{"count":30,"rewards":[{"type":"badge","code":"b"},{"type":"reward","code":"mug"}]},
                         {"count":7,"rewards":[{"type":"points","amount":70,"expires_after":"P1Y2M3W4DT5H"}]},{"count":1,"rewards":[]}]}]}
            """);

        Assert.Equal([1, 7, 30], book.Streaks[0].Milestones.Select(milestone => milestone.Count));
        Assert.Equal([new Reward.Points(70, "points", new CalendarDuration(14, 25, TimeSpan.FromHours(5)))], book.Streaks[0].Milestones[1].Rewards);
        Assert.Equal([typeof(Reward.BadgeAward), typeof(Reward.FromCatalogue)], book.Streaks[0].Milestones[2].Rewards.Select(reward => reward.GetType()));
    }

    [Fact]
    public void Every_kind_of_fact_that_is_made_may_be_listened_to()
    {
        const string Others = """
            ,"where":{"property":"properties.badge_code","op":"ne","value":"b"}
            """;
        foreach (var kind in FactKinds.All.Skip(1))
        {
            // A badge that counts badges leaves itself out.
            var where = kind == FactKinds.BadgeUnlocked ? Others : "";
            Read($$"""{"badges":[{"code":"b","criteria":{"event_name":"{{kind}}"{{where}},"target":1} }]}""");
        }
    }

    [Fact]
    public void A_streak_listens_to_its_events_only_while_it_is_active()
    {
        var book = Read(
            """{"streaks":[{"code":"s","event_name":"e","period":"daily"},{"code":"t","event_name":"e","period":"daily","is_active":false},{"code":"u","event_name":"badge.unlocked","period":"monthly"}]}""");

        Assert.Equal(["s"], book.ListenersOf("e").Streaks.Select(streak => streak.Code));
        Assert.Equal(["u"], book.ListenersOf(FactKinds.BadgeUnlocked).Streaks.Select(streak => streak.Code));
    }

    [Fact]
    public void What_is_inactive_may_give_what_is_inactive() => Read(
        """
        {"rewards":[{"code":"mug","is_active":false}],
         "streaks":[{"code":"s","event_name":"e","period":"daily","is_active":false,"milestones":[{"count":1,"rewards":[{"type":"reward","code":"mug"}]}]}],
         "challenges":[{"code":"c","is_active":false,"objectives":[{"code":"o","event_name":"e","target":1}],"rewards":[{"type":"reward","code":"mug"}]}]}
        """);

    [Fact]
    public void Periods_follow_the_zone_of_the_document() => Assert.Equal(
        new Period(PeriodKind.Day, 1), Read("""{"time_zone":"Asia/Kolkata"}""").Calendar.PeriodOf(PeriodKind.Day, Instant("1970-01-01T18:30:00Z")));

    [Fact]
    public void Periods_follow_the_zones_of_all_versions_where_they_are_known()
    {
        IReadOnlyList<ZoneSpan> zones = [new("UTC", null), new("Asia/Kolkata", Instant("2026-03-01T12:00:00Z"))];

        var book = ProgramReader.Read("""{"time_zone":"Asia/Kolkata"}"""u8.ToArray(), version: 2, zones).Book!;

        Assert.Equal(zones, book.Calendar.Spans);
        Assert.Same(LocalCalendar.Utc, ProgramReader.Read("{}"u8.ToArray(), version: 2, []).Book!.Calendar);
    }

    private static string Badges(params string[] metrics) =>
        $$"""{"badges":[{{string.Join(',', metrics.Select((metric, i) => $$$"""{"code":"b{{{i}}}","criteria":{"event_name":"e","metric":{{{metric}}},"target":3}}"""))}}]}""";

    private static string Challenge(string schedule, string metric, string target) =>
        $$"""{"challenges":[{"code":"c","schedule":{{schedule}},"objectives":[{"code":"o","event_name":"e","metric":{{metric}},"target":{{target}} }]}]}""";

    private static Timestamp Instant(string text)
    {
        Assert.True(TimestampText.TryParse(text, out var instant));
        return instant;
    }

    private static RuleBook Read(string document)
    {
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 3);
        Assert.Empty(reading.Faults);
        return reading.Book!;
    }
}
