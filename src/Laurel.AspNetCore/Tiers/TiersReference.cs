using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Tiers;

/// <summary>What the API reference says of tiers. Source: gamification-api.md, "Tiers".</summary>
internal static class TiersReference
{
    private const string Tag = "Tiers";

    public static readonly EndpointDescription Assign = new("assignTier", Tag, "Give a tier by hand")
    {
        Text = """
            Any active tier, higher or lower, automatic or manual. Points earned later lift the participant from there, but only to tiers that they had not reached yet: who is assigned a tier below
            what the points reached stays there until points reach a new one, or until another assignment. A tier that must be earned again must be, also where it was assigned.

            `tier` is the one held after all that the assignment set off. `changed` is `false` where the tier was held already: no fact is made then. The participant is created on first use.
            """,
        Parameters = [EventsReference.IdempotencyKey],
        Request = new("AssignTierRequest", """{ "participant_id": "user_42", "tier_code": "silver", "reason": "Welcome from the old program" }"""),
        Answer = new(
            200,
            "The tier is held, from now on or since before; or an earlier call with the same key answered so.",
            new(
                "TierAssigned",
                """
                {
                  "participant_id": "user_42",
                  "tier": { "code": "silver", "name": "Silver", "level": 2 },
                  "previous_code": "bronze",
                  "previous_level": 1,
                  "changed": true,
                  "rewards_granted": [
                    { "type": "tier", "tier_code": "silver", "tier_name": "Silver", "level": 2, "previous_code": "bronze", "source": { "type": "api", "code": "assign" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002" }
                  ]
                }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors = [.. EventsReference.KeyErrors, new(404, "TIER_NOT_FOUND", "The program has no active tier of this code."), EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription Read = new("readParticipantTier", Tag, "Read a participant's tier, the next one, and how it came")
    {
        Text = "`next_tier` is the next one that points reach. `tier_history` are the newest 100 changes, newest first, as they were told then; all of them are facts of the kind `tier.changed`.",
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(
            200,
            "The tier.",
            new(
                "ParticipantTier",
                """
                {
                  "participant_id": "user_42",
                  "current_tier": { "code": "bronze", "name": "Bronze", "level": 1, "color": "#cd7f32", "achieved_at": "2026-02-14T10:00:00Z", "requalification": null },
                  "next_tier": { "code": "silver", "name": "Silver", "points_required": 500, "points_remaining": 350, "period_end": null },
                  "tier_history": [
                    { "code": "bronze", "name": "Bronze", "level": 1, "previous_code": null, "source": { "type": "tier", "code": "bronze" }, "changed_at": "2026-02-14T10:00:00Z" }
                  ]
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "The participant_id cannot be one.")],
    };
}
