using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Participants;

namespace Laurel.AspNetCore.Erasures;

/// <summary>What the API reference says of erasure, export and reset.</summary>
internal static class ErasureReference
{
    private const string Tag = "Erasure";

    private static readonly ErrorRow BadId = new(422, "unprocessable_entity", "The participant_id cannot be one.");

    public static readonly EndpointDescription Erase = new("eraseParticipant", Tag, "Erase a participant")
    {
        Text = """
            Profile, properties, event names, notes and the id itself leave the store, its log and the webhook tables in one commit; what is left are Laurel's own conclusions under a name that nobody
            can ask for, so that ledgers and stocks keep their totals. The participant then reads as unknown. A call that is retried with an old idempotency key is answered 410
            `PARTICIPANT_ERASED`, and a write with a new key begins a new participant. `totals` are the balances as they stay in the sums. Exports, backups and messages that were sent before are out of Laurel's reach.
            """,
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(
            200,
            "The participant was erased.",
            new(
                "ParticipantErasure",
                """
                {
                  "erased": true,
                  "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002",
                  "erased_at": "2026-02-14T10:00:00Z",
                  "totals": { "points": { "points": { "balance": 350, "total_earned": 400, "total_spent": 50 } } }
                }
                """)),
        Errors = [ParticipantReference.Unknown, BadId, EventsReference.RateRefused, .. EventsReference.PipelineErrors],
    };

    public static readonly EndpointDescription Export = new("exportParticipant", Tag, "Export all that is kept of a participant")
    {
        Text = """
            One document, streamed: the state as it is kept, and every input in order, each with what the caller sent, the facts that it set off, and the answer that it was given. Kinds of inputs are
            `event`, `command` and `tick`, which is the clock. A document that ends early, because the participant was erased meanwhile, is cut off without its end.
            """,
        Parameters = [ParticipantReference.ParticipantId],
        Answer = new(
            200,
            "The participant's data.",
            new(
                "ParticipantExport",
                """
                {
                  "participant_id": "user_42",
                  "created_at": "2026-02-14T10:00:00Z",
                  "exported_at": "2026-03-01T09:00:00Z",
                  "state": { "schema_version": 1, "seq": 1, "total_events": 1 },
                  "inputs": [
                    { "seq": 1, "kind": "event", "id": "01KHDX4D00E8KD1Z3V8S2B0000", "name": "purchase_completed", "occurred_at": "2026-02-14T10:00:00Z", "received_at": "2026-02-14T10:00:01Z",
                      "program_version": 1, "payload": { "amount": 49 }, "facts": [], "answer": { "status": "processed" } }
                  ]
                }
                """)),
        Errors = [ParticipantReference.Unknown, BadId],
    };

    public static readonly EndpointDescription Reset = new("resetEnvironment", Tag, "Empty a test environment")
    {
        Text = """
            Only with a key of `test`. Removes all participants with their logs, idempotency keys, deliveries and attempts; rewards count as never granted, and their codes are free again. The program,
            API keys and webhooks stay. It happens at one instant; writes that are under way come before it and go, or after it and meet an empty environment. Cannot be undone.
            """,
        Request = new("ResetRequest", """{ "confirm": "reset" }"""),
        Answer = new(200, "The environment is empty.", new("EnvironmentReset", """{ "reset": true, "participants_removed": 17 }""")),
        Errors = [new(409, "LIVE_ENVIRONMENT", "The key belongs to `live`, which cannot be reset."), new(422, "unprocessable_entity", "`confirm` is not `reset`.")],
    };
}
