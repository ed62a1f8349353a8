using Laurel.Core.Tests.Evaluation;
using Laurel.Tiers;

namespace Laurel.Core.Tests.Standings;

/// <summary>What keeps a tier and what reaches the next one.</summary>
public class Tier_goal_tests
{
    private const string Program =
        """
        {
          "point_rules": [{ "code": "p", "event_name": "e", "amount": { "property": "properties.points" } }],
          "tiers": [
            { "code": "bronze", "level": 1, "criteria_config": { "min_points": 0 } },
            { "code": "gold", "level": 2, "criteria_config": { "min_points": 1000 }, "requalify": { "period": "monthly", "min_points": 300, "else": "one_level_down" } }
          ]
        }
        """;

    [Fact]
    public void The_first_tier_asks_for_points_of_the_lifetime()
    {
        var participant = Earn(new Timeline(Program), 400, "2026-01-10T00:00:00Z");

        Assert.Null(TierGoal.ToKeep(participant.Book, participant.State));
        Assert.Equal("gold 400 of 1000, 600 to go ..", Next(participant, "2026-05-01T00:00:00Z"));
    }

    [Fact]
    public void A_tier_is_kept_by_points_of_the_period_after_the_one_in_which_it_was_reached()
    {
        var participant = Earn(new Timeline(Program), 1000, "2026-01-10T00:00:00Z");
        Assert.Equal("0 of 300, 300 to go 2026-02-01T00:00:00Z..2026-03-01T00:00:00Z", Tell(TierGoal.ToKeep(participant.Book, participant.State)!));

        Earn(participant, 100, "2026-02-10T00:00:00Z");

        Assert.Equal("100 of 300, 200 to go 2026-02-01T00:00:00Z..2026-03-01T00:00:00Z", Tell(TierGoal.ToKeep(participant.Book, participant.State)!));
        Assert.Null(TierGoal.Next(participant.Book, participant.State, Timeline.At("2026-02-10T00:00:00Z")));
    }

    [Fact]
    public void A_tier_that_was_lost_asks_for_points_of_the_period_that_runs()
    {
        var participant = Earn(Earn(new Timeline(Program), 1000, "2026-01-10T00:00:00Z"), 50, "2026-03-02T00:00:00Z");

        Assert.Equal("bronze", participant.State.Tier!.Code);
        Assert.Equal("gold 50 of 300, 250 to go 2026-03-01T00:00:00Z..2026-04-01T00:00:00Z", Next(participant, "2026-03-03T00:00:00Z"));
        Assert.Equal("gold 0 of 300, 300 to go 2026-04-01T00:00:00Z..2026-05-01T00:00:00Z", Next(participant, "2026-04-01T00:00:00Z"));
    }

    private static Timeline Earn(Timeline participant, int points, string at) => participant.Event("e", at, $$"""{"points":{{points}}}""");

    private static string Next(Timeline participant, string at)
    {
        var (tier, goal) = TierGoal.Next(participant.Book, participant.State, Timeline.At(at))!.Value;
        return $"{tier.Code} {Tell(goal)}";
    }

    private static string Tell(TierGoal goal) => $"{goal.Earned} of {goal.Required}, {goal.Remaining} to go {goal.PeriodStart}..{goal.PeriodEnd}";
}
