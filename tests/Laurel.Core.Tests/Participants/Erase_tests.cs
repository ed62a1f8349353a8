using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Rewards;

namespace Laurel.Core.Tests.Participants;

/// <summary>Erasing leaves what totals need, and nothing else.</summary>
public class Erase_tests
{
    private const string Now = "2026-02-14T10:00:00Z";
    private const string MuchLater = "2036-02-14T10:00:00Z";

    private const string Program =
        """
        {"point_rules":[
           {"code":"buys","event_name":"buy","amount":10,"expires_after":"P30D","cap":{"period":"day","amount":1000}},
           {"code":"farewell","event_name":"participant.erased","amount":500}],
         "badges":[{"code":"buyer","criteria":{"event_name":"buy","target":1}},{"code":"bidder","criteria":{"event_name":"buy","target":100}}],
         "challenges":[{"code":"kinds","objectives":[{"code":"o","event_name":"buy","metric":{"type":"distinct","property":"properties.kind"},"target":50}]}],
         "tiers":[{"code":"bronze","level":1,"criteria_config":{"min_points":1}}],
         "streaks":[{"code":"daily","event_name":"buy","period":"daily"}],
         "rewards":[{"code":"mug","type":"physical","points_cost":5}]}
        """;

    [Fact]
    public void Everything_but_counts_balances_and_claims_goes()
    {
        var participant = Played();
        var before = participant.State;

        participant.Run(new EraseInput(default, default), Now);

        var counts = before.FactCounts.ToArray();
        counts[FactKinds.All.ToList().IndexOf(FactKinds.ParticipantErased)]++;
        var expected = new ParticipantState
        {
            Seq = before.Seq + 1,
            TotalEvents = 3,
            FactCounts = counts,
            Balances = before.Balances,
            Rewards = [new RewardCount("mug", 1)],
            IsErased = true,
        };
        Assert.Equal((25, 30, 5), (before.Balances[0].Current, before.Balances[0].Earned, before.Balances[0].Spent));
        Assert.Equal(StateDocument.Write(expected), StateDocument.Write(participant.State));
    }

    [Fact]
    public void The_fact_of_an_erasure_says_nothing_and_no_rule_hears_it()
    {
        var participant = Played();

        var decision = participant.Run(new EraseInput(default, default), Now);

        var fact = Assert.IsType<ParticipantErased>(Assert.Single(decision.Facts));
        Assert.Equal((0, -1), (fact.Place, fact.CausedBy));
        Assert.Contains("\"data\":{}", Kept.Facts(decision.Facts), StringComparison.Ordinal);
        Assert.Empty(decision.Parts);
    }

    [Fact]
    public void What_is_left_never_expires()
    {
        var participant = Played();
        Assert.NotNull(Evaluator.NextDue(participant.Book, participant.State));

        participant.Run(new EraseInput(default, default), Now);

        Assert.Null(Evaluator.NextDue(participant.Book, participant.State));
        Assert.Empty(participant.PassTime(MuchLater));
        Assert.Equal(25, participant.State.BalanceOf("points").Current);
    }

    [Fact]
    public void Nobody_is_erased_who_never_was()
    {
        var participant = new SimulatedParticipant(Kept.Book(Program));

        var decision = participant.Run(new EraseInput(default, default), Now);

        Assert.Equal(Refusal.ParticipantNotFound, decision.Refusal);
        Assert.Empty(decision.Facts);
        Assert.Equal(0, participant.State.Seq);
    }

    // A profile, points that expire, a cap, a badge and one on the way, a challenge with values it remembers, a tier, a streak, a claim.
    private static SimulatedParticipant Played()
    {
        var participant = new SimulatedParticipant(Kept.Book(Program));
        participant.Run(new UpdateProfileInput(default, """{"display_name":"Ann","attributes":{"plan":"pro"}}""", IsPatch: false, default), Now);
        foreach (var kind in (string[])["a", "b", "c"])
        {
            participant.Emit("buy", $$"""{"kind":"{{kind}}"}""", Now);
        }

        Assert.Null(participant.Run(new ClaimRewardInput(default, "mug", IsPaid: true, default), Now).Refusal);
        var state = participant.State;
        Assert.All([state.Badges.Length, state.BadgeProgress.Length, state.Challenges.Length, state.Lots.Length, state.CapUses.Length, state.Streaks.Length], length => Assert.NotEqual(0, length));
        Assert.NotNull(state.Profile);
        Assert.NotNull(state.Tier);
        return participant;
    }
}
