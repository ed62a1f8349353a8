using Laurel.Facts;

namespace Laurel.Core.Tests.Evaluation;

public class Evaluator_tests
{
    [Theory]
    [InlineData("down", "49.99", 49)]
    [InlineData("up", "49.01", 50)]
    [InlineData("nearest", "49.5", 50)]
    [InlineData("nearest", "49.49", 49)]
    [InlineData("down", "-0.5", null)]
    [InlineData("down", "0.99", null)]
    [InlineData("down", "501", 500)]
    [InlineData("down", "\"49.99\"", null)]
    [InlineData("down", "null", null)]
    [InlineData("down", "1e300", null)]
    [InlineData("down", "1e19", null)]
    public void A_proportional_rule_awards_rounded_points_within_its_bounds(string round, string amount, int? expected)
    {
        var participant = new Participant($$$"""{"point_rules":[{"code":"spend","event_name":"buy","amount":{"property":"properties.amount","multiply":1,"round":"{{{round}}}","min":0,"max":500}}]}""");
        var facts = participant.Send("buy", $$"""{"amount":{{amount}}}""");
        Assert.Equal(expected is null ? [] : [$"{expected} points from point_rule spend make {expected}"], facts);
    }

    [Fact]
    public void A_cap_cuts_the_award_that_would_pass_it_and_ends_the_rule()
    {
        var participant = new Participant("""{"point_rules":[{"code":"r","event_name":"e","amount":40,"cap":{"period":"all_time","amount":100}}]}""");
        Assert.Equal(["40 points from point_rule r make 40"], participant.Send("e"));
        Assert.Equal(["40 points from point_rule r make 80"], participant.Send("e"));
        Assert.Equal(["20 points from point_rule r make 100"], participant.Send("e"));
        Assert.Empty(participant.Send("e"));
    }

    [Fact]
    public void A_rule_is_active_from_its_first_instant_to_before_its_last()
    {
        var participant = new Participant("""{"point_rules":[{"code":"r","event_name":"e","amount":1,"active_from":"2026-01-02T00:00:00Z","active_to":"2026-01-03T00:00:00Z"}]}""");
        Assert.Empty(participant.Send("e", at: "2026-01-01T23:59:59.999999Z"));
        Assert.Single(participant.Send("e", at: "2026-01-02T00:00:00Z"));
        Assert.Single(participant.Send("e", at: "2026-01-02T23:59:59.999999Z"));
        Assert.Empty(participant.Send("e", at: "2026-01-03T00:00:00Z"));
    }

    [Fact]
    public void What_is_inactive_hears_nothing()
    {
        var participant = new Participant("""{"point_rules":[{"code":"r","event_name":"e","amount":1,"is_active":false}],"badges":[{"code":"b","name":"B","criteria":{"event_name":"e","metric":{"type":"count"},"target":1},"is_active":false}]}""");
        Assert.Empty(participant.Send("e"));
    }

    [Fact]
    public void A_badge_is_earned_once_at_its_target()
    {
        var participant = new Participant("""{"badges":[{"code":"b","name":"B","criteria":{"event_name":"e","where":{"property":"properties.ok","op":"eq","value":true},"metric":{"type":"sum","property":"properties.n"},"target":5}}]}""");
        Assert.Empty(participant.Send("e", """{"ok":true,"n":2.5}"""));
        Assert.Empty(participant.Send("e", """{"ok":false,"n":2.5}"""));
        Assert.Equal(["badge b from badge b"], participant.Send("e", """{"ok":true,"n":2.50}"""));
        Assert.Empty(participant.Send("e", """{"ok":true,"n":100}"""));
        Assert.Empty(participant.State.BadgeProgress);
    }

    private const string Repeatable =
        """
        {"badges":[{"code":"prize","name":"Prize"}],
         "challenges":[{"code":"c","name":"C","max_completions":3,"objectives":[{"code":"o","event_name":"e","metric":{"type":"sum","property":"properties.n"},"target":10,"rewards":[{"type":"points","amount":1}]}],
           "rewards":[{"type":"points","amount":100},{"type":"badge","code":"prize"}]}]}
        """;

    [Fact]
    public void One_event_completes_a_repeatable_challenge_several_times_and_the_surplus_carries()
    {
        var participant = new Participant(Repeatable);
        Assert.Equal(
            [
                "objective c/o", "1 points from challenge c make 1", "challenge c x1", "100 points from challenge c make 101", "badge prize from challenge c",
                "objective c/o", "1 points from challenge c make 102", "challenge c x2", "100 points from challenge c make 202",
            ],
            participant.Send("e", """{"n":25}"""));
        Assert.Equal(5, participant.State.Challenges[0].Objectives[0].Current);
        Assert.Equal(["objective c/o", "1 points from challenge c make 203", "challenge c x3", "100 points from challenge c make 303"], participant.Send("e", """{"n":5}"""));
        Assert.Empty(participant.Send("e", """{"n":1000}"""));
    }

    [Fact]
    public void Every_derived_fact_names_its_cause()
    {
        var participant = new Participant(Repeatable);
        participant.Send("e", """{"n":10}""");
        Assert.Equal([-1, 0, -1, 2, 2], participant.AllFacts.Select(fact => fact.CausedBy));
    }

    [Fact]
    public void An_objective_counts_only_after_those_it_requires()
    {
        var participant = new Participant("""{"challenges":[{"code":"c","name":"C","objectives":[{"code":"a","event_name":"e","metric":{"type":"count"},"target":2},{"code":"b","event_name":"e","metric":{"type":"count"},"target":1,"requires":["a"]}]}]}""");
        Assert.Empty(participant.Send("e"));
        Assert.Equal(["objective c/a"], participant.Send("e"));
        Assert.Equal(["objective c/b", "challenge c x1"], participant.Send("e"));
    }

    [Fact]
    public void Any_n_objectives_complete_a_challenge()
    {
        var participant = new Participant("""{"challenges":[{"code":"c","name":"C","completion":{"any":1},"objectives":[{"code":"a","event_name":"x","metric":{"type":"count"},"target":1},{"code":"b","event_name":"y","metric":{"type":"count"},"target":1}]}]}""");
        Assert.Equal(["objective c/b", "challenge c x1"], participant.Send("y"));
    }

    [Fact]
    public void Eligibility_reads_the_participant_as_it_was_before_the_event()
    {
        var participant = new Participant(
            """
            {"point_rules":[{"code":"r","event_name":"e","amount":100}],
             "tiers":[{"code":"gold","name":"Gold","level":2,"criteria_config":{"min_points":100}}],
             "challenges":[{"code":"c","name":"C","eligibility":{"property":"participant.tier","op":"eq","value":"gold"},"objectives":[{"code":"o","event_name":"e","metric":{"type":"count"},"target":1}]}]}
            """);
        Assert.Equal(["100 points from point_rule r make 100", "tier gold after none"], participant.Send("e"));
        Assert.Equal(["100 points from point_rule r make 200", "objective c/o", "challenge c x1"], participant.Send("e"));
    }

    [Fact]
    public void Derived_facts_feed_back_first_in_first_out()
    {
        var participant = new Participant(
            """
            {"point_rules":[{"code":"bonus","event_name":"badge.unlocked","where":{"property":"properties.rarity","op":"eq","value":"epic"},"amount":50}],
             "badges":[{"code":"veteran","name":"Veteran","rarity":"epic","criteria":{"event_name":"challenge.completed","where":{"property":"properties.challenge_code","op":"eq","value":"c"},"metric":{"type":"count"},"target":2}}],
             "challenges":[{"code":"c","name":"C","max_completions":5,"objectives":[{"code":"o","event_name":"e","metric":{"type":"count"},"target":1}]}]}
            """);
        Assert.Equal(["objective c/o", "challenge c x1"], participant.Send("e"));
        Assert.Equal(["objective c/o", "challenge c x2", "badge veteran from badge veteran", "50 points from point_rule bonus make 50"], participant.Send("e"));
    }

    [Fact]
    public void A_caller_cannot_pose_as_Laurel()
    {
        var participant = new Participant("""{"point_rules":[{"code":"bonus","event_name":"badge.unlocked","amount":50}]}""");
        Assert.Empty(participant.Send("badge.unlocked"));
    }

    [Fact]
    public void A_tier_is_reached_in_one_step_and_never_left()
    {
        var participant = new Participant(
            """
            {"point_rules":[{"code":"r","event_name":"e","amount":{"property":"properties.n"}}],
             "tiers":[{"code":"bronze","name":"Bronze","level":1,"criteria_config":{"min_points":0}},{"code":"silver","name":"Silver","level":2,"criteria_config":{"min_points":10}},
                      {"code":"gold","name":"Gold","level":3,"criteria_config":{"min_points":100}},{"code":"staff","name":"Staff","level":9,"award_type":"manual"}]}
            """);
        Assert.Equal(["tier bronze after none"], participant.Send("other"));
        Assert.Equal(["100 points from point_rule r make 100", "tier gold after bronze"], participant.Send("e", """{"n":100}"""));
        Assert.Equal(["1 points from point_rule r make 101"], participant.Send("e", """{"n":1}"""));
    }

    [Fact]
    public void An_input_makes_a_bounded_number_of_facts_and_keeps_the_rest_as_progress()
    {
        var participant = new Participant("""{"challenges":[{"code":"c","name":"C","max_completions":100000,"objectives":[{"code":"o","event_name":"e","metric":{"type":"sum","property":"properties.n"},"target":1}]}]}""");
        Assert.Equal(1000, participant.Send("e", """{"n":1000000}""").Length);
        Assert.Equal(500, participant.State.Challenges[0].Completions);
        Assert.Equal(1000, participant.Send("e", """{"n":0}""").Length);
        Assert.Equal(1000, participant.State.Challenges[0].Completions);
    }

    [Fact]
    public void Ids_of_facts_follow_from_the_event()
    {
        var id = FactId.StartOfBlock(new Timestamp(1_700_000_000_000_000), ulong.MaxValue);
        Assert.Equal(26, id.ToString().Length);
        Assert.True(string.CompareOrdinal(id.ToString(), id.Plus(1).ToString()) < 0);
        Assert.True(FactId.TryParse(id.Plus(65535).ToString(), out var last) && last == id.Plus(65535));
        Assert.Throws<ArgumentOutOfRangeException>(() => id.Plus(65536));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), id.Value.Time);
    }
}
