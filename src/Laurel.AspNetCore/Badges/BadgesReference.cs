using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Badges;

/// <summary>What the API reference says of badges. Source: gamification-api.md, "Badges".</summary>
internal static class BadgesReference
{
    private const string Tag = "Badges";

    public static readonly EndpointDescription Award = new("awardBadge", Tag, "Give a badge by hand")
    {
        Text = """
            Any active badge, with or without criteria. A participant has a badge once: a repeated call answers with `already_earned` and the first `earned_at`, and changes nothing, so it takes no
            `Idempotency-Key`. What rules that listen to `badge.unlocked` grant is in `rewards_granted`, after the badge itself. The participant is created on first use.
            """,
        Request = new("AwardBadgeRequest", """{ "participant_id": "user_42", "badge_code": "hand_made", "metadata": { "ticket": "4711" } }"""),
        Answer = new(
            200,
            "The participant has the badge, from now on or since before.",
            new(
                "BadgeAwarded",
                """
                {
                  "participant_id": "user_42",
                  "badge_code": "hand_made",
                  "badge_name": "Hand made",
                  "icon": null,
                  "rarity": "rare",
                  "earned_at": "2026-02-14T10:00:00Z",
                  "already_earned": false,
                  "rewards_granted": [
                    { "type": "badge", "badge_code": "hand_made", "badge_name": "Hand made", "rarity": "rare", "source": { "type": "api", "code": "award" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002" }
                  ]
                }
                """)),
        Errors = [new(404, "BADGE_NOT_FOUND", "The program has no active badge of this code."), EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription List = new("listParticipantBadges", Tag, "Read a participant's badges, earned and not yet")
    {
        Text = "By `display_order`, then in the order of the program. A badge that was withdrawn is listed for those who have it.",
        Parameters =
        [
            ParticipantReference.ParticipantId,
            new("earned_only", "query", """{"type":"boolean","default":false}""", "Only badges that the participant has."),
            new("badge_codes", "query", """{"type":"string"}""", "Comma-separated codes: only these. A code that there is not finds nothing."),
        ],
        Answer = new(
            200,
            "The badges; `total` and `earned_count` are of those listed.",
            new(
                "ParticipantBadges",
                """
                {
                  "participant_id": "user_42",
                  "badges": [
                    { "code": "first_purchase", "name": "First purchase", "description": "", "icon": null, "rarity": "common", "category": "achievement", "earned": true, "earned_at": "2026-02-14T10:00:00Z" },
                    { "code": "hand_made", "name": "Hand made", "description": "", "icon": null, "rarity": "rare", "category": null, "earned": false, "earned_at": null }
                  ],
                  "total": 2,
                  "earned_count": 1
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "`earned_only` is neither true nor false, or the participant_id cannot be one.")],
    };
}
