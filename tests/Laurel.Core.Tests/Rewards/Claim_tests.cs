using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rewards;

namespace Laurel.Core.Tests.Rewards;

/// <summary>What a claim sets off, and what a refused one must not.</summary>
public class Claim_tests
{
    private static readonly Timestamp Noon = SimulatedParticipant.At("2026-02-14T12:00:00Z");

    // Rules that hear the points go would win a mug; but the coupon is out of stock, so the points never went.
    [Fact]
    public void A_refused_claim_allocates_nothing_to_what_it_would_have_set_off()
    {
        var stock = new Dictionary<string, int>(StringComparer.Ordinal) { ["coupon"] = 0, ["mug"] = 1 };
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"rewards":[{"code":"coupon","type":"coupon","points_cost":5,"code_pool":true},{"code":"mug","type":"physical","stock":1}],
             "challenges":[{"code":"spender","objectives":[{"code":"o","event_name":"points.deducted","target":1}],"rewards":[{"type":"reward","code":"mug"}]}]}
            """))
        {
            Stock = stock,
        };
        Award(participant, 10);

        var decision = participant.Run(new ClaimRewardInput(default, "coupon", IsPaid: true, default), Noon);

        Assert.Equal(Refusal.RewardOutOfStock, decision.Refusal);
        Assert.Equal(1, stock["mug"]);
    }

    [Fact]
    public void Each_reward_that_a_claim_leads_to_is_allocated_in_order()
    {
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"rewards":[{"code":"coupon","type":"coupon","points_cost":5,"code_pool":true},{"code":"extra","type":"coupon","code_pool":true}],
             "challenges":[{"code":"fan","objectives":[{"code":"o","event_name":"reward.claimed","target":1}],"rewards":[{"type":"reward","code":"extra"},{"type":"reward","code":"coupon"}]}]}
            """))
        {
            Stock = { ["coupon"] = 2, ["extra"] = 1 },
        };
        Award(participant, 5);

        var facts = participant.Run(new ClaimRewardInput(default, "coupon", IsPaid: true, default), Noon).Facts;

        Assert.Equal(
            ["coupon coupon-2", "extra extra-1", "coupon coupon-1"],
            facts.OfType<RewardIssued>().Select(fact => $"{fact.RewardCode} {fact.CodeValue}"));
        Assert.Equal(2, participant.State.Rewards.Single(count => count.Code == "coupon").Claims);
    }

    [Fact]
    public void Refunded_points_move_no_tier_and_do_not_expire()
    {
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"rewards":[{"code":"mug","type":"physical","points_cost":8}],
             "tiers":[{"code":"silver","level":1,"criteria_config":{"min_points":11}}]}
            """));
        participant.Run(new AwardPointsInput(default, null, 10, null, null, Kept.Later(Noon, TimeSpan.FromHours(1)), default), Noon);
        participant.Run(new ClaimRewardInput(default, "mug", IsPaid: true, default), Noon);
        var claim = new IssuedClaim(DerivedFact.IdOf(participant.Log[^1].Input.Id, 1), "mug", "mug", "physical", "points", 8);

        var facts = participant.Run(new CancelClaimInput(default, claim, null, default), Noon).Facts;
        participant.PassTime("2027-01-01");

        Assert.Equal([FactKinds.RewardCancelled, FactKinds.PointsRefunded], facts.Select(fact => fact.Kind));
        Assert.Equal(new Balance("points", 8, 10, 0), participant.State.BalanceOf("points"));
        Assert.Null(participant.State.Tier);
    }

    private static void Award(SimulatedParticipant participant, long amount) =>
        participant.Run(new AwardPointsInput(default, null, amount, null, null, null, default), Noon);
}
