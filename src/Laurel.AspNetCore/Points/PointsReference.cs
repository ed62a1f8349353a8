using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Points;

/// <summary>What the API reference says of points. Source: gamification-api.md, "Points".</summary>
internal static class PointsReference
{
    private const string Tag = "Points";

    private static readonly ErrorRow NoCurrency = new(404, "CURRENCY_NOT_FOUND", "The program has no currency of this code.");

    private static readonly ErrorRow[] WriteErrors = [.. EventsReference.KeyErrors, NoCurrency, EventsReference.RateRefused, .. EventsReference.PipelineErrors];

    public static readonly EndpointDescription Award = new("awardPoints", Tag, "Award points by hand")
    {
        Text = """
            The award is a fact like any other: in the same call it moves tiers, unlocks badges, counts for challenges that listen to `points.awarded`, and sends webhooks. `new_balance` is the
            balance after all of that. `reason` and `metadata` come back in the ledger. The participant is created on first use.
            """,
        Parameters = [EventsReference.IdempotencyKey],
        Request = new("AwardPointsRequest", """{ "participant_id": "user_42", "amount": 250, "reason": "Apology for the late parcel", "metadata": { "ticket": "4711" }, "expires_at": null }"""),
        Answer = new(
            200,
            "The points were awarded, now or by an earlier call with the same key.",
            new(
                "PointsAwarded",
                """
                {
                  "transaction_id": "01KHDX4D00E8KD1Z3V8S2B0002",
                  "participant_id": "user_42",
                  "currency": "points",
                  "amount": 250,
                  "new_balance": 400,
                  "tier_upgrade": null,
                  "badges_unlocked": [],
                  "rewards_granted": [
                    { "type": "points", "currency": "points", "amount": 250, "new_balance": 400, "source": { "type": "api", "code": "award" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002" }
                  ]
                }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors = [.. WriteErrors, new(409, "BALANCE_FULL", "More points would be earned than can be counted.")],
    };

    public static readonly EndpointDescription Deduct = new("deductPoints", Tag, "Take points by hand")
    {
        Text = "What expires first is taken first, then the oldest, what never expires last. Points earned over the lifetime stay as they are, so that nobody falls from a tier by spending.",
        Parameters = [EventsReference.IdempotencyKey],
        Request = new("DeductPointsRequest", """{ "participant_id": "user_42", "amount": 50, "reason": "Sticker sheet" }"""),
        Answer = new(
            200,
            "The points were taken, now or by an earlier call with the same key.",
            new(
                "PointsDeducted",
                """
                { "transaction_id": "01KHDX4D00E8KD1Z3V8S2B0002", "participant_id": "user_42", "currency": "points", "amount": 50, "new_balance": 350, "rewards_granted": [] }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors = [new(400, "INSUFFICIENT_POINTS", "The balance holds fewer points than asked for. Nothing was taken, and the key is free to be used again."), .. WriteErrors],
    };

    public static readonly EndpointDescription AwardBatch = new("awardPointsBatch", Tag, "Award points by hand to up to 100 participants")
    {
        Text = "Each award is on its own: one that fails fails alone, and `results` are in order. The header `Idempotency-Key` makes the whole call safe to retry, award by award.",
        Parameters = [EventsReference.IdempotencyKey],
        Request = new("AwardPointsBatchRequest", """{ "awards": [{ "participant_id": "user_42", "amount": 10 }, { "participant_id": "user_43", "amount": 10 }] }"""),
        Answer = new(
            200,
            "What became of each award.",
            new(
                "PointsBatch",
                """
                {
                  "processed": 1,
                  "failed": 1,
                  "results": [
                    { "status": "processed", "transaction_id": "01KHDX4D00E8KD1Z3V8S2B0002", "participant_id": "user_42", "currency": "points", "amount": 10, "new_balance": 360,
                      "tier_upgrade": null, "badges_unlocked": [], "rewards_granted": [] },
                    { "status": "error", "participant_id": "user_43", "error": { "code": "RATE_LIMIT_PARTICIPANT_EXCEEDED", "detail": "This participant receives more writes than its cap allows.", "retry_after_seconds": 3 } }
                  ]
                }
                """)),
        Errors = [.. EventsReference.KeyErrors, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription Balance = new("readPoints", Tag, "Read a participant's balances")
    {
        Text = "The balance of the default currency, and of each in `currencies`. `total_earned` never falls.",
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(
            200,
            "The balances.",
            new(
                "PointsBalance",
                """
                { "participant_id": "user_42", "balance": 350, "total_earned": 400, "total_spent": 50, "currencies": { "points": { "balance": 350, "total_earned": 400, "total_spent": 50 } } }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "The participant_id cannot be one.")],
    };

    public static readonly EndpointDescription Transactions = new("listPointTransactions", Tag, "Read a participant's ledger")
    {
        Text = """
            Every line is a fact, newest first: `amount` is signed, `balance_after` is the balance right after it, `source` says what granted or took it, and `caused_by` and `event_id` lead to the
            event behind it. The ledger is only ever added to.
            """,
        Parameters = [ParticipantReference.ParticipantId, ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of the ledger.",
            new(
                "PointTransactionList",
                """
                {
                  "participant_id": "user_42",
                  "transactions": [
                    { "transaction_id": "01KHDX4D00E8KD1Z3V8S2B0002", "type": "deduct", "currency": "points", "amount": -50, "balance_after": 350, "source": { "type": "api", "code": "deduct" },
                      "reason": "Sticker sheet", "metadata": null, "caused_by": null, "event_id": null, "occurred_at": "2026-02-14T10:00:00Z", "recorded_at": "2026-02-14T10:00:00Z" }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "A page or page_size is wrong, or the participant_id cannot be one.")],
    };
}
