using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Events;

/// <summary>What the API reference says of traces. Source: laurel-api.md, "Trace".</summary>
internal static class EventTraceReference
{
    public static readonly EndpointDescription Trace = new("readEventTrace", "Events", "Read why an event earned what it did")
    {
        Text = """
            Every rule that looked at the event, or at a fact that it led to: what it compared, whether it fired and why, and its balance, metric or count
            before and after. The event is judged again from the participant's log, under the program version that judged it then. A rule that hears another event is not listed.
            """,
        Parameters = [new("event_id", "path", """{"type":"string","minLength":26,"maxLength":26}""", "The `event_id` of the event's answer.")],
        Answer = new(
            200,
            "The trace.",
            new(
                "EventTrace",
                """
                {
                  "event_id": "01KHDX4D00E8KD1Z3V8S2B0000",
                  "program_version": 1,
                  "rules": [
                    { "type": "point_rule", "code": "spend", "looked_at": "event", "fired": true, "reason": "points awarded",
                      "conditions": [{ "property": "properties.currency", "op": "eq", "expected": "USD", "actual": "USD", "actual_kind": "text", "result": true }],
                      "before": 0, "after": 49 }
                  ]
                }
                """)),
        Errors = [new(404, "EVENT_NOT_FOUND", "No event of the key's environment has this id.")],
    };
}
