using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;

namespace Laurel.AspNetCore.Rewards;

/// <summary>What the API reference says of the shop. Source: gamification-api.md, "Rewards".</summary>
internal static class ShopReference
{
    private const string Tag = "Rewards";

    public static readonly EndpointDescription List = new("listOfferedRewards", Tag, "List what the shop offers")
    {
        Text = """
            The active rewards of the program that have not expired, in its order. `available_codes` is how many can still be had: free codes, or what is left of the stock; null is without bound.
            A reward that is out of stock is listed, with 0.
            """,
        Parameters = [new("reward_type", "query", """{"type":"string","enum":["coupon","voucher","physical","digital","points_multiplier"]}""", "Only rewards of this type.")],
        Answer = new(
            200,
            "What is offered now.",
            new(
                "ShopRewardList",
                """
                {
                  "rewards": [
                    { "id": "coupon10", "name": "10 % off", "type": "coupon", "description": "On your next order.", "points_cost": 500, "available_codes": 12, "max_claims_per_user": 1, "expires_at": null }
                  ],
                  "total": 1
                }
                """)),
        Errors = [new(422, "unprocessable_entity", "The reward_type is none.")],
    };

    public static readonly EndpointDescription Claim = new("claimReward", Tag, "Claim a reward")
    {
        Text = """
            Code or stock, points and claim are one transaction: all of it is kept, or nothing. With `points_deduction` the cost is taken in the program's first currency, from what expires first.
            `new_balance` is the balance of that currency after all that the claim set off. Rules hear `points.deducted` and `reward.claimed`. A refusal burns no key and leaves no trace.
            """,
        Parameters = [new("id", "path", """{"type":"string","pattern":"^[a-z0-9_]{1,50}$"}""", "The reward's code."), EventsReference.IdempotencyKey],
        Request = new("ClaimRewardRequest", """{ "participant_id": "user_42", "points_deduction": true }"""),
        Answer = new(
            200,
            "The reward is the participant's, now or by an earlier call with the same key.",
            new(
                "RewardClaim",
                """
                {
                  "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003",
                  "participant_id": "user_42",
                  "reward_code": "coupon10",
                  "reward_name": "10 % off",
                  "reward_type": "coupon",
                  "code_value": "SAVE-1",
                  "status": "issued",
                  "points_deducted": 500,
                  "new_balance": 150,
                  "claimed_at": "2026-02-14T10:00:00Z",
                  "rewards_granted": [
                    { "type": "reward", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "code_value": "SAVE-1", "currency": "points", "points_deducted": 500,
                      "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "source": { "type": "api", "code": "claim" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0003" }
                  ]
                }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors =
        [
            .. EventsReference.KeyErrors,
            new(400, "INSUFFICIENT_POINTS", "The balance holds fewer points than the reward costs."),
            new(404, "REWARD_NOT_FOUND", "The program has no active reward of this code."),
            new(409, "REWARD_EXPIRED", "Its `expires_at` has passed."),
            new(409, "REWARD_CLAIM_LIMIT_REACHED", "The participant has had it as often as one may; what was cancelled does not count."),
            new(409, "REWARD_OUT_OF_STOCK", "No code, or no stock, is left."),
            EventsReference.RateRefused,
            .. EventsReference.PipelineErrors,
        ],
    };
}
