using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Streaks;

/// <summary>What the API reference says of streaks. Source: gamification-api.md, "Streaks".</summary>
internal static class StreaksReference
{
    private const string Tag = "Streaks";

    public static readonly EndpointDescription Record = new("recordStreak", Tag, "Record a period of a streak by hand")
    {
        Text = """
            The period (day, week or month in the program's time zone) of `timestamp`, or of now, counts as if an event of the streak had come; its `where` is not asked. A period counts once: a
            repeated call answers with `already_recorded` and changes nothing, so it takes no `Idempotency-Key`. A timestamp lies at most 24 hours ahead, and as far in the past as you like: a late
            period joins the runs that it touches. `new_count` is the streak that runs after the call. The participant is created on first use.
            """,
        Request = new("RecordStreakRequest", """{ "participant_id": "user_42", "streak_code": "daily_login", "timestamp": "2026-02-14T10:00:00Z" }"""),
        Answer = new(
            200,
            "The period is recorded, from now on or since before.",
            new(
                "StreakRecorded",
                """
                { "participant_id": "user_42", "streak_code": "daily_login", "new_count": 4, "longest_count": 9, "is_new_record": false, "already_recorded": false, "rewards_granted": [] }
                """)),
        Errors = [new(404, "STREAK_NOT_FOUND", "The program has no active streak of this code."), EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription List = new("listParticipantStreaks", Tag, "Read a participant's streaks")
    {
        Text = "In the order of the program; a streak that was withdrawn is listed for those who had one. `is_at_risk`: it breaks at the end of the period that runs unless that is recorded.",
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(
            200,
            "The streaks.",
            new(
                "ParticipantStreaks",
                """
                {
                  "participant_id": "user_42",
                  "streaks": [
                    { "code": "daily_login", "name": "Daily login", "period": "daily", "current_count": 3, "longest_count": 9, "last_recorded_at": "2026-02-14T10:00:00Z",
                      "is_at_risk": false, "grace_periods": 0, "freezes": 1 }
                  ]
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "The participant_id cannot be one.")],
    };
}
