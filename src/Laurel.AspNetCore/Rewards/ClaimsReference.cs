using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Rewards;

/// <summary>What the API reference says of claims.</summary>
internal static class ClaimsReference
{
    private const string Tag = "Rewards";

    private static readonly ParameterRow ClaimId = new("claim_id", "path", """{"type":"string","pattern":"^[0-9A-HJKMNP-TV-Z]{26}$"}""", "The claim's id.");

    private static readonly ErrorRow Unknown = new(404, "CLAIM_NOT_FOUND", "The key's environment has no claim of this id.");

    private static readonly ErrorRow[] MoveErrors =
    [
        .. EventsReference.KeyErrors,
        Unknown,
        new(409, "CLAIM_REDEEMED", "The claim was redeemed before."),
        new(409, "CLAIM_CANCELLED", "The claim was cancelled before."),
        EventsReference.RateRefused,
        .. EventsReference.PipelineErrors,
    ];

    public static readonly EndpointDescription List = new("listClaims", Tag, "List a participant's claims")
    {
        Text = "Rewards granted by rules and rewards claimed, newest first, each as it was when it was issued, with its status now. `source` says who issued it.",
        Parameters = [ParticipantReference.ParticipantId, ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of claims.",
            new(
                "ClaimList",
                """
                {
                  "participant_id": "user_42",
                  "claims": [
                    { "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "code_value": "SAVE-1", "currency": "points",
                      "points_deducted": 500, "source": { "type": "api", "code": "claim" }, "status": "issued", "claimed_at": "2026-02-14T10:00:00Z", "redeemed_at": null, "cancelled_at": null }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "A page or page_size is wrong, or the participant_id cannot be one.")],
    };

    public static readonly EndpointDescription Read = new("readClaim", Tag, "Read a claim")
    {
        Text = "For whoever honours it. `reason` is what was noted when the claim was redeemed or cancelled.",
        Parameters = [ClaimId],
        Answer = new(
            200,
            "The claim.",
            new(
                "ClaimOfParticipant",
                """
                { "participant_id": "user_42", "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "code_value": "SAVE-1",
                  "currency": "points", "points_deducted": 500, "source": { "type": "api", "code": "claim" }, "status": "redeemed", "claimed_at": "2026-02-14T10:00:00Z",
                  "redeemed_at": "2026-02-15T09:30:00Z", "cancelled_at": null, "reason": "Order 4711" }
                """)),
        Errors = [Unknown],
    };

    public static readonly EndpointDescription Redeem = new("redeemClaim", Tag, "Redeem a claim")
    {
        Text = "Says that the reward was used. A claim moves once: what was redeemed or cancelled stays so. With the same `Idempotency-Key` a retry gets the first answer instead of 409.",
        Parameters = [ClaimId, EventsReference.IdempotencyKey],
        Request = new("MoveClaimRequest", """{ "reason": "Order 4711" }"""),
        Answer = new(
            200,
            "The claim is redeemed, now or by an earlier call with the same key.",
            new(
                "MovedClaim",
                """
                { "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "participant_id": "user_42", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "status": "redeemed",
                  "points_refunded": 0, "new_balance": 150, "redeemed_at": "2026-02-15T09:30:00Z", "cancelled_at": null, "rewards_granted": [] }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors = MoveErrors,
    };

    public static readonly EndpointDescription Cancel = new("cancelClaim", Tag, "Cancel a claim")
    {
        Text = """
            Gives back the points that it cost, which never expire, and no longer counts the claim towards the participant's cap. The code was seen, so neither code nor stock goes back to the pool.
            Points earned over the lifetime stay as they are.
            """,
        Parameters = [ClaimId, EventsReference.IdempotencyKey],
        Request = new("MoveClaimRequest", """{ "reason": "Sold out at the counter" }"""),
        Answer = new(
            200,
            "The claim is cancelled, now or by an earlier call with the same key.",
            new(
                "MovedClaim",
                """
                { "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "participant_id": "user_42", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "status": "cancelled",
                  "points_refunded": 500, "new_balance": 650, "redeemed_at": null, "cancelled_at": "2026-02-15T09:30:00Z", "rewards_granted": [] }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors = MoveErrors,
    };
}
