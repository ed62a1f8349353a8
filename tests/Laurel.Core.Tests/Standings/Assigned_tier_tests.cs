using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Tiers;

namespace Laurel.Core.Tests.Standings;

/// <summary>A tier that was given by hand, and the points that come after it. Source: docs/decisions/assigned-tiers.md.</summary>
public class Assigned_tier_tests
{
    private const string Program =
        """
        {"tiers":[
          {"code":"bronze","level":1,"criteria_config":{"min_points":0}},
          {"code":"silver","level":2,"criteria_config":{"min_points":100},"requalify":{"period":"monthly","min_points":50}},
          {"code":"friend","level":3,"award_type":"manual"},
          {"code":"gold","level":4,"criteria_config":{"min_points":1000}},
          {"code":"platinum","level":5,"criteria_config":{"min_points":5000}},
          {"code":"past","level":6,"award_type":"manual","is_active":false}]}
        """;

    [Fact]
    public void A_tier_below_what_the_points_reached_is_not_undone_by_the_next_points()
    {
        var participant = Earn(New(), 1200);
        Assert.Equal(["tier.changed bronze after gold"], Assign(participant, "bronze"));

        Assert.Equal("bronze", Earn(participant, 10).State.Tier!.Code);
        Assert.Equal("platinum 1210 of 5000", Next(participant));
        Assert.Equal("platinum", Earn(participant, 4000).State.Tier!.Code);
    }

    [Fact]
    public void Points_lift_from_an_assigned_tier_to_what_they_had_not_reached()
    {
        var participant = Earn(New(), 20);
        Assign(participant, "gold");
        Assign(participant, "bronze");

        Assert.Equal("silver", Earn(participant, 80).State.Tier!.Code);
        Assert.Equal("gold", Earn(participant, 900).State.Tier!.Code);
    }

    [Fact]
    public void A_manual_tier_is_held_until_points_reach_a_higher_one()
    {
        var participant = New();
        Assert.Equal(["tier.changed friend after none"], Assign(participant, "friend"));

        Assert.Equal("friend", Earn(participant, 999).State.Tier!.Code);
        Assert.Equal("gold", Earn(participant, 1).State.Tier!.Code);
    }

    [Fact]
    public void The_tier_held_may_be_assigned_which_makes_no_fact_but_counts()
    {
        var participant = Earn(New(), 200);
        Assert.Empty(Assign(participant, "silver"));

        // Another program asks for fewer points: who was given silver by hand now stays there.
        participant.Book = Kept.Book(Program.Replace("\"min_points\":1000", "\"min_points\":150", StringComparison.Ordinal), version: 2);
        Assert.Empty(Assign(participant, "silver"));
        Assert.Equal("silver", Earn(participant, 1).State.Tier!.Code);
    }

    [Fact]
    public void An_assigned_tier_that_must_be_earned_again_is_lost_without_points_and_what_was_taken_stays_taken()
    {
        var participant = Earn(New(), 1200);
        Assign(participant, "silver");

        Assert.Equal(["tier.changed bronze after silver"], participant.PassTime("2026-06-01").Select(Tell));
        Assert.Equal("bronze", Earn(participant, 10, "2026-06-02").State.Tier!.Code);
    }

    [Theory]
    [InlineData("past")]
    [InlineData("nothing")]
    public void Only_an_active_tier_is_given(string code) => Assert.Equal(Refusal.TierNotFound, New().Run(new AssignTierInput(default, code, null, default), "2026-02-14").Refusal);

    private static SimulatedParticipant New() => new(Kept.Book(Program));

    private static SimulatedParticipant Earn(SimulatedParticipant participant, long points, string at = "2026-02-14")
    {
        participant.Run(new AwardPointsInput(default, null, points, null, null, null, default), at);
        return participant;
    }

    private static string[] Assign(SimulatedParticipant participant, string tier) =>
        [.. participant.Run(new AssignTierInput(default, tier, "because", default), "2026-02-14").Facts.Select(Tell)];

    private static string Tell(DerivedFact fact) => $"{fact.Kind} {fact.Code} after {((TierChanged)fact).PreviousCode ?? "none"}";

    private static string? Next(SimulatedParticipant participant) =>
        TierGoal.Next(participant.Book, participant.State, SimulatedParticipant.At("2026-02-14")) is var (tier, goal) ? $"{tier.Code} {goal.Earned} of {goal.Required}" : null;
}
