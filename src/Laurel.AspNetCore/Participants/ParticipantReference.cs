using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Participants;

/// <summary>What the API reference says of participants. Source: laurel-api.md, "State" and "Facts".</summary>
internal static class ParticipantReference
{
    private const string Tag = "Participants";

    public static readonly ParameterRow ParticipantId =
        new("participant_id", "path", """{"type":"string","minLength":1,"maxLength":255}""", "Your participant identifier, percent-encoded.");

    public static readonly ErrorRow Unknown = new(404, "PARTICIPANT_NOT_FOUND", "No write of this participant was ever kept in the key's environment.");

    public static readonly EndpointDescription State = new("readState", Tag, "Read all that a front end draws of a participant")
    {
        Text = """
            A streak is at risk when it breaks at the end of the period that runs unless an event comes: no grace is left and no freeze would be used. `rewards` are the newest 100
            claims, granted or claimed; `/claims` lists all of them. A tier that must be earned again tells in `requalification` what keeps it; a tier that was lost is reached again by the points of one period, which
            ends at `period_end`.
            """,
        Parameters =
        [
            ParticipantId,
            new("include", "query", """{"type":"string"}""", "Comma-separated parts: points, tier, badges, challenges, streaks, rewards. Default: all."),
        ],
        Answer = new(
            200,
            "The participant's state.",
            new(
                "ParticipantState",
                """
                {
                  "participant_id": "user_42",
                  "total_events": 7,
                  "points": { "balance": 150, "total_earned": 150, "total_spent": 0, "currencies": { "points": { "balance": 150, "total_earned": 150, "total_spent": 0 } } },
                  "tier": {
                    "current_tier": { "code": "bronze", "name": "Bronze", "level": 1, "color": "#cd7f32", "achieved_at": "2026-02-14T10:00:00Z", "requalification": null },
                    "next_tier": { "code": "silver", "name": "Silver", "points_required": 500, "points_remaining": 350, "period_end": null }
                  },
                  "badges": [{ "code": "first_purchase", "name": "First purchase", "rarity": "common", "icon": null, "earned_at": "2026-02-14T10:00:00Z" }],
                  "challenges": [
                    { "code": "five_good_buys", "name": "Five good buys", "status": "active", "enrolled_at": null, "period_start": null, "period_end": null, "completions": 0,
                      "objectives": [{ "code": "buy_five", "current": 3, "target": 5, "completed": false }] }
                  ],
                  "streaks": [
                    { "code": "daily_login", "name": "Daily login", "period": "daily", "current_count": 3, "longest_count": 9, "last_recorded_at": "2026-02-14T10:00:00Z",
                      "is_at_risk": false, "grace_periods": 0, "freezes": 1 }
                  ],
                  "rewards": [
                    { "claim_id": "01KHDX4D00E8KD1Z3V8S2B0003", "reward_code": "coupon10", "reward_name": "10 % off", "reward_type": "coupon", "code_value": "SAVE-1", "currency": null, "points_deducted": 0,
                      "source": { "type": "challenge", "code": "weekly_shopper" }, "status": "issued", "claimed_at": "2026-02-14T10:00:00Z", "redeemed_at": null, "cancelled_at": null }
                  ]
                }
                """)),
        Errors = [Unknown, new(422, "unprocessable_entity", "`include` names a part that there is not, or the participant_id cannot be one.")],
    };

    public static readonly EndpointDescription Facts = new("listFacts", Tag, "Read everything true about a participant")
    {
        Text = "Newest first. Each fact names the one that caused it, so every grant can be walked back to its event.",
        Parameters = [ParticipantId, new("kind", "query", """{"type":"string"}""", "Only facts of this kind, for example `points.awarded`."), ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of facts.",
            new(
                "FactList",
                """
                {
                  "participant_id": "user_42",
                  "facts": [
                    { "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002", "seq": 1, "kind": "points.awarded", "code": "spend", "data": { "currency": "points", "amount": 49, "new_balance": 49 },
                      "caused_by": "01KHDX4D00E8KD1Z3V8S2B0001", "event_id": "01KHDX4D00E8KD1Z3V8S2B0000", "occurred_at": "2026-02-14T10:00:00Z", "recorded_at": "2026-02-14T10:00:01Z", "program_version": 1 }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [Unknown, new(422, "unprocessable_entity", "A kind, page or page_size is wrong, or the participant_id cannot be one.")],
    };
}
