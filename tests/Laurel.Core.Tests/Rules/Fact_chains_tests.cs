using System.Text;
using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>Programs whose rules set each other off. Those that are refused stand in <c>wrong-programs.txt</c>.</summary>
public class Fact_chains_tests
{
    [Fact]
    public void A_badge_may_count_challenges_that_do_not_count_badges() => Assert.Empty(Faults(
        """
        {"badges":[{"code":"challenger","criteria":{"event_name":"challenge.completed","target":3}}],
         "challenges":[{"code":"c","objectives":[{"code":"o","event_name":"e","target":1}],"rewards":[{"type":"badge","code":"challenger"}]}]}
        """));

    [Theory]
    [InlineData("""{"property":"properties.badge_code","op":"in","value":["a","b"]}""")]
    [InlineData("""{"property":"properties.badge_code","op":"ne","value":"collector"}""")]
    [InlineData("""{"not":{"property":"properties.badge_code","op":"eq","value":"collector"}}""")]
    [InlineData("""{"all":[{"property":"properties.badge_name","op":"exists"},{"property":"properties.badge_code","op":"not_in","value":["collector"]}]}""")]
    [InlineData("""{"any":[{"property":"properties.badge_code","op":"eq","value":"a"},{"property":"properties.rarity","op":"eq","value":"epic"}]}""")]
    public void A_badge_may_count_badges_where_it_leaves_itself_out(string where)
    {
        var participant = new Participant(Collector(where));

        Assert.Equal(["badge a from badge a"], participant.Send("a"));
        Assert.Equal(["badge b from badge b"], participant.Send("b")[..1]);
    }

    [Theory]
    [InlineData("""{"property":"properties.badge_name","op":"ne","value":"Collector"}""")]
    [InlineData("""{"any":[{"property":"properties.badge_code","op":"eq","value":"a"},{"property":"properties.badge_name","op":"exists"}]}""")]
    [InlineData("""{"not":{"property":"properties.badge_code","op":"eq","value":"a"}}""")]
    public void A_badge_may_not_count_badges_where_it_cannot_be_told_from_them(string where) =>
        Assert.StartsWith("makes a cycle: badge 'collector' -> badge.unlocked -> badge 'collector'", Assert.Single(Faults(Collector(where))), StringComparison.Ordinal);

    [Fact]
    public void A_bonus_for_reaching_a_tier_is_paid_once_though_it_moves_tiers()
    {
        var participant = new Participant(
            """
            {"point_rules":[{"code":"p","event_name":"e","amount":100},
                            {"code":"bonus","event_name":"tier.changed","where":{"property":"properties.tier_code","op":"eq","value":"silver"},"amount":500}],
             "tiers":[{"code":"silver","level":2,"criteria_config":{"min_points":100}},{"code":"gold","level":3,"criteria_config":{"min_points":600}}]}
            """);

        Assert.Equal(
            ["100 points from point_rule p make 100", "tier silver after none", "500 points from point_rule bonus make 600", "tier gold after silver"],
            participant.Send("e"));
    }

    [Fact]
    public void Points_of_another_currency_move_no_tier() => Assert.Empty(Faults(
        """
        {"currencies":[{"code":"points"},{"code":"gems"}],
         "point_rules":[{"code":"bonus","event_name":"tier.changed","amount":5,"currency":"gems"},
                        {"code":"rain","event_name":"points.awarded","where":{"property":"properties.currency","op":"eq","value":"points"},"amount":1,"currency":"gems"}],
         "tiers":[{"code":"silver","level":2,"criteria_config":{"min_points":100}},{"code":"gold","level":3,"criteria_config":{"min_points":600}}]}
        """));

    [Fact]
    public void A_challenge_may_ask_for_a_tier_and_pay_points() => Assert.Empty(Faults(
        """
        {"challenges":[{"code":"c","objectives":[{"code":"buy","event_name":"e","target":5},{"code":"climb","event_name":"tier.changed","where":{"property":"properties.tier_code","op":"eq","value":"silver"},"target":1}],
                        "rewards":[{"type":"points","amount":100}]}],
         "tiers":[{"code":"silver","level":2,"criteria_config":{"min_points":100}},{"code":"gold","level":3,"criteria_config":{"min_points":600}}]}
        """));

    [Theory]
    [InlineData("a streak that points keep going, and points for losing it", """
        {"point_rules":[{"code":"comfort","event_name":"streak.broken","amount":5}],"streaks":[{"code":"s","event_name":"points.awarded","period":"daily"}]}
        """)]
    [InlineData("points that last for points that expire", """
        {"point_rules":[{"code":"back","event_name":"points.expired","amount":{"property":"properties.amount","multiply":0.5}}]}
        """)]
    [InlineData("a challenge that hears its own end", """
        {"challenges":[{"code":"c","schedule":{"recurrence":"weekly"},"objectives":[{"code":"o","event_name":"challenge.ended","target":1}]}]}
        """)]
    [InlineData("a challenge that hears an enrolment that is asked for", """
        {"challenges":[{"code":"c","enrollment":"explicit","schedule":{"rolling":"P7D"},"objectives":[{"code":"o","event_name":"challenge.enrolled","target":1}]}]}
        """)]
    public void What_the_clock_or_a_command_makes_closes_no_cycle(string what, string document) => Assert.True(Reading(document).IsValid, what);

    [Fact]
    public void A_streak_may_count_another_and_be_counted() => Assert.Empty(Faults(
        """
        {"badges":[{"code":"steady","criteria":{"event_name":"streak.milestone_reached","target":3}}],
         "streaks":[{"code":"days","event_name":"e","period":"daily","milestones":[{"count":7,"rewards":[{"type":"points","amount":7}]}]},
                    {"code":"weeks","event_name":"streak.milestone_reached","where":{"property":"properties.streak_code","op":"eq","value":"days"},"period":"weekly",
                     "milestones":[{"count":4,"rewards":[{"type":"badge","code":"steady"}]}]}]}
        """));

    [Theory]
    [InlineData("streak.extended", "streak 'b' -> streak.extended")]
    [InlineData("streak.freeze_used", "streak 'b' -> streak.freeze_used")]
    [InlineData("streak.milestone_reached", "streak 'b' -> streak.milestone_reached")]
    [InlineData("points.awarded", "streak 'b' -> points.awarded")]
    [InlineData("badge.unlocked", "streak 'b' -> badge.unlocked")]
    [InlineData("reward.granted", "streak 'b' -> reward.granted")]
    [InlineData("reward.refused", "streak 'b' -> reward.refused")]
    public void Whatever_a_streak_makes_may_not_come_back_to_it(string made, string cycle) => Assert.StartsWith($"makes a cycle: streak 'a' -> streak.extended -> {cycle} -> streak 'a'", Assert.Single(Faults(
        $$"""
        {"badges":[{"code":"x"}],"rewards":[{"code":"y"}],
         "streaks":[{"code":"a","event_name":"{{made}}","period":"daily"{{(made.StartsWith("streak", StringComparison.Ordinal) ? ""","where":{"property":"properties.streak_code","op":"eq","value":"b"}""" : "")}} },
                    {"code":"b","event_name":"streak.extended","where":{"property":"properties.streak_code","op":"eq","value":"a"},"period":"daily","freezes":{"earned_every":1,"stockpile_max":1},
                     "milestones":[{"count":2,"rewards":[{"type":"points","amount":1},{"type":"badge","code":"x"},{"type":"reward","code":"y"}]}]}]}
        """)), StringComparison.Ordinal);

    [Fact]
    public void What_is_inactive_closes_no_cycle() => Assert.Empty(Faults(
        """{"point_rules":[{"code":"more","event_name":"points.awarded","amount":1,"is_active":false}]}"""));

    [Fact]
    public void A_chain_of_eight_links_is_followed_to_its_end()
    {
        var links = Enumerable.Range(1, Evaluator.MaxDepth);
        var participant = new Participant(Chain(Evaluator.MaxDepth));

        Assert.Equal([.. links.Select(i => $"badge b{i - 1} from badge b{i - 1}"), $"badge b{Evaluator.MaxDepth} from badge b{Evaluator.MaxDepth}"], participant.Send("e"));
    }

    [Fact]
    public void A_chain_of_nine_links_is_refused() =>
        Assert.StartsWith("would hear a fact 9 links after its event, but at most 8 are followed", Assert.Single(Faults(Chain(Evaluator.MaxDepth + 1))), StringComparison.Ordinal);

    [Fact]
    public void Rewards_lie_two_links_deep()
    {
        Assert.Equal(5, new Participant(Challenges(count: 5)).Send("e").Count(fact => fact.StartsWith("badge", StringComparison.Ordinal)));
        Assert.StartsWith("would hear a fact 10 links after its event", Assert.Single(Faults(Challenges(count: 6))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ladder_of_bonuses_is_no_deeper_than_evaluation_follows()
    {
        Assert.Empty(Faults(Ladder(Evaluator.MaxDepth)));
        Assert.Equal(1 + (2 * Evaluator.MaxDepth), new Participant(Ladder(Evaluator.MaxDepth)).Send("e").Length);
        Assert.StartsWith("would hear a fact 9 links after its event", Assert.Single(Faults(Ladder(Evaluator.MaxDepth + 1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_separate_cycle_is_found() => Assert.Equal(
        ["/point_rules/0/event_name", "/badges/0/criteria/event_name"],
        Reading(
            """
            {"currencies":[{"code":"points"},{"code":"gems"}],
             "point_rules":[{"code":"more","event_name":"points.awarded","amount":1}],
             "badges":[{"code":"a","criteria":{"event_name":"badge.unlocked","where":{"property":"properties.badge_code","op":"eq","value":"b"},"target":1}},
                       {"code":"b","criteria":{"event_name":"badge.unlocked","where":{"property":"properties.badge_code","op":"eq","value":"a"},"target":1}}]}
            """).Faults.Select(fault => fault.Pointer));

    private static string Collector(string where) =>
        $$$"""
        {"badges":[{"code":"a","criteria":{"event_name":"a","target":1}},
                   {"code":"b","criteria":{"event_name":"b","target":1}},
                   {"code":"collector","criteria":{"event_name":"badge.unlocked","where":{{{where}}},"target":2}}]}
        """;

    // b0 hears the event, b1 hears b0, and so on.
    private static string Chain(int links) => Program(
        "badges",
        ["""{"code":"b0","criteria":{"event_name":"e","target":1}}""", .. Enumerable.Range(1, links).Select(i => $$"""{"code":"b{{i}}","criteria":{{Hears(i - 1)}} }""")]);

    // Each challenge gives a badge, and the next one waits for it.
    private static string Challenges(int count) => Program(
        "badges",
        Enumerable.Range(0, count).Select(i => $$"""{"code":"b{{i}}"}"""),
        "challenges",
        Enumerable.Range(0, count).Select(i =>
        {
            var criteria = i == 0 ? """{"event_name":"e","target":1}""" : Hears(i - 1);
            return $$"""{"code":"c{{i}}","objectives":[{"code":"o",{{criteria[1..]}}],"rewards":[{"type":"badge","code":"b{{i}}"}]}""";
        }));

    // Reaching each tier pays for the next one.
    private static string Ladder(int bonuses) => Program(
        "point_rules",
        ["""{"code":"p","event_name":"e","amount":1}""", .. Enumerable.Range(1, bonuses).Select(i =>
            $$"""{"code":"p{{i}}","event_name":"tier.changed","where":{"property":"properties.tier_code","op":"eq","value":"t{{i}}"},"amount":1}""")],
        "tiers",
        Enumerable.Range(1, bonuses).Select(i => $$"""{"code":"t{{i}}","level":{{i}},"criteria_config":{"min_points":{{i}} } }"""));

    private static string Hears(int badge) =>
        $$"""{"event_name":"badge.unlocked","where":{"property":"properties.badge_code","op":"eq","value":"b{{badge}}"},"target":1}""";

    private static string Program(string first, IEnumerable<string> definitions, string second = "version", IEnumerable<string>? more = null) =>
        $$"""{"{{first}}":[{{string.Join(',', definitions)}}],"{{second}}":{{(more is null ? "1" : $"[{string.Join(',', more)}]")}} }""";

    private static ProgramReading Reading(string document) => ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 1);

    private static IEnumerable<string> Faults(string document) => Reading(document).Faults.Select(fault => fault.Message);
}
