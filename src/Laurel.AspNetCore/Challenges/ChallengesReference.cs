using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Challenges;

/// <summary>What the API reference says of challenges.</summary>
internal static class ChallengesReference
{
    private const string Tag = "Challenges";

    public static readonly EndpointDescription Enroll = new("enroll", Tag, "Enrol a participant in a challenge")
    {
        Text = """
            For challenges with `"enrollment": "explicit"`: events count from the enrolment on. Eligibility is judged now and then never again. The participant is created on first use.
            Enrolling again while the first enrolment runs changes nothing, and its answer is not stored. Once a rolling window is over, a participant may enrol again while
            completions are left. An enrolment counts as a write towards the participant's cap.
            """,
        Parameters = [new("code", "path", """{"type":"string","pattern":"^[a-z0-9_]{1,50}$"}""", "The challenge's code."), EventsReference.IdempotencyKey],
        Request = new("EnrollmentRequest", """{ "participant_id": "user_42" }"""),
        Answer = new(
            200,
            "The participant is enrolled, now or by an earlier call.",
            new(
                "Enrollment",
                """
                {
                  "participant_id": "user_42",
                  "challenge_code": "seven_days_in",
                  "enrolled_at": "2026-02-14T10:00:00Z",
                  "ends_at": "2026-02-21T10:00:00Z",
                  "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002",
                  "already_enrolled": false,
                  "rewards_granted": []
                }
                """))
        {
            Headers = EventsReference.ReplayHeaders,
        },
        Errors =
        [
            .. EventsReference.KeyErrors,
            new(404, "CHALLENGE_NOT_FOUND", "No active challenge has this code."),
            new(409, "ENROLLMENT_NOT_EXPLICIT", "The challenge takes everybody: nobody enrols."),
            new(409, "CHALLENGE_NOT_OPEN", "The challenge has not begun, or is over."),
            new(409, "NOT_ELIGIBLE", "The participant does not meet the challenge's eligibility now."),
            new(409, "CHALLENGE_COMPLETED", "The participant has completed the challenge as often as one can."),
            EventsReference.RateRefused,
            .. EventsReference.PipelineErrors,
        ],
    };

    public static readonly EndpointDescription List = new("listParticipantChallenges", Tag, "Read a participant's challenges with progress per objective")
    {
        Text = """
            In the order of the program; what was withdrawn is listed for those who took part in it. A recurring challenge shows the calendar period that runs, a rolling one the participant's
            own window. `status` is `active`, `completed` (as often as one can, or in the period that runs), `ended` (the time is over, or the challenge was withdrawn) or `not_enrolled`.
            """,
        Parameters =
        [
            ParticipantReference.ParticipantId,
            new("status", "query", """{"type":"string","enum":["active","completed","ended","not_enrolled"]}""", "Only challenges with this status."),
            ParameterRow.Page,
            ParameterRow.PageSize,
        ],
        Answer = new(
            200,
            "A page of challenges.",
            new(
                "ParticipantChallengeList",
                """
                {
                  "participant_id": "user_42",
                  "challenges": [
                    { "code": "weekly_shopper", "name": "Weekly shopper", "status": "active", "enrolled_at": null,
                      "period_start": "2026-02-08T23:00:00Z", "period_end": "2026-02-15T23:00:00Z", "completions": 1,
                      "objectives": [{ "code": "buy_five", "current": 3, "target": 5, "completed": false }] }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [ParticipantReference.Unknown, new(422, "unprocessable_entity", "A status, page or page_size is wrong, or the participant_id cannot be one.")],
    };
}
