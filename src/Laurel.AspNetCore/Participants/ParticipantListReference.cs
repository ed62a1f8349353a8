using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Participants;

/// <summary>What the API reference says of the list of participants.</summary>
internal static class ParticipantListReference
{
    public static readonly EndpointDescription List = new("listParticipants", "Participants", "Find participants")
    {
        Text = """
            Filters are joined by "and". Points are those of the program's first currency. Shown is what was last kept: what has become due since, and the clock has not written down yet, is not in it.
            The call walks all participants of the environment, so it is for a back office and not for every page of a front end. Erased participants are not listed.
            """,
        Parameters =
        [
            new("search", "query", """{"type":"string","minLength":1,"maxLength":255}""", "The start of a participant_id, or any part of a display_name. A to Z stand for a to z too; other letters only for themselves."),
            new("tier", "query", """{"type":"string"}""", "Only who holds the tier with this code."),
            new("badge", "query", """{"type":"string"}""", "Only who has the badge with this code."),
            new("min_points", "query", """{"type":"integer","minimum":0}""", "Only who has at least this balance."),
            new("sort", "query", """{"type":"string","default":"-created_at"}""", "created_at, participant_id, balance, total_earned or total_events; ascending; `-` in front turns the whole list round. Ties stand in the order in which they were made."),
            ParameterRow.Page,
            ParameterRow.PageSize,
        ],
        Answer = new(
            200,
            "A page of participants.",
            new(
                "ParticipantList",
                """
                {
                  "participants": [
                    { "participant_id": "user_42", "display_name": "Ada", "avatar_url": "https://example.com/ada.png", "points": { "balance": 150, "total_earned": 150, "total_spent": 0 },
                      "tier": "bronze", "badges": 1, "total_events": 7, "created_at": "2026-02-01T08:00:00Z" }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [new(422, "unprocessable_entity", "search, a filter, sort, page or page_size is wrong.")],
    };
}
