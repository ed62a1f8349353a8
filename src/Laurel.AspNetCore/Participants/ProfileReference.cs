using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;

namespace Laurel.AspNetCore.Participants;

/// <summary>What the API reference says of profiles. Source: gamification-api.md, "Participants".</summary>
internal static class ProfileReference
{
    private const string Tag = "Participants";

    private const string Example =
        """
        {
          "participant_id": "user_42",
          "display_name": "Ada",
          "avatar_url": "https://example.com/ada.png",
          "attributes": { "plan": "pro", "city": "Berlin" },
          "points": { "balance": 150, "total_earned": 150, "total_spent": 0, "currencies": { "points": { "balance": 150, "total_earned": 150, "total_spent": 0 } } },
          "tier": { "code": "bronze", "name": "Bronze", "level": 1, "color": "#cd7f32", "achieved_at": "2026-02-14T10:00:00Z", "requalification": null },
          "badges": [{ "code": "first_purchase", "name": "First purchase", "rarity": "common", "icon": null, "earned_at": "2026-02-14T10:00:00Z" }],
          "streaks": [
            { "code": "daily_login", "name": "Daily login", "period": "daily", "current_count": 3, "longest_count": 9, "last_recorded_at": "2026-02-14T10:00:00Z",
              "is_at_risk": false, "grace_periods": 0, "freezes": 1 }
          ],
          "rewards_claimed": 0,
          "total_events": 7,
          "is_active": true,
          "created_at": "2026-02-01T08:00:00Z"
        }
        """;

    public static readonly EndpointDescription Upsert = new("upsertParticipant", Tag, "Make a participant, or change its profile")
    {
        Text = """
            Members that are given replace what was there, `attributes` as a whole; members left out stay; `null` removes. What changes nothing keeps nothing, so that the call may be repeated freely;
            it takes no `Idempotency-Key`. Rules read attributes as `participant.attributes.plan`.
            """,
        Request = new(
            "ParticipantRequest",
            """{ "participant_id": "user_42", "display_name": "Ada", "avatar_url": "https://example.com/ada.png", "attributes": { "plan": "pro", "city": "Berlin" } }"""),
        Answer = new(201, "The profile after the call, for a new participant and for one that was there.", new("Participant", Example)),
        Errors = [EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription Patch = new("patchParticipant", Tag, "Change a participant's profile")
    {
        Text = "`attributes` are merged (JSON merge patch, RFC 7396): members given change, `null` removes a member. Two calls at the same time that change different members both count.",
        Parameters = [ParticipantReference.ParticipantId],
        Request = new("ParticipantChange", """{ "attributes": { "plan": "free", "city": null } }"""),
        Answer = new(200, "The profile after the call.", new("Participant", Example)),
        Errors = [ParticipantReference.Unknown, EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription Read = new("readParticipant", Tag, "Read a participant's profile")
    {
        Text = "`tier` is `null` before the first one, `streaks` where the program has none.",
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(200, "The profile.", new("Participant", Example)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "The participant_id cannot be one.")],
    };
}
