using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Events;

/// <summary>What the API reference says of the Events API. Source: contract, events-api.txt.</summary>
internal static class EventsReference
{
    private const string Tag = "Events";

    /// <summary>The header that makes a write safe to retry.</summary>
    public static readonly ParameterRow IdempotencyKey = new(
        "Idempotency-Key",
        "header",
        """{"type":"string","minLength":1,"maxLength":255,"pattern":"^[A-Za-z0-9_\\-:.]{1,255}$"}""",
        "Recommended for every call, so that retries never produce duplicate facts.");

    /// <summary>What tells a stored answer.</summary>
    public static readonly IReadOnlyDictionary<string, string> ReplayHeaders = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Idempotent-Replayed"] = "`true` when this is the stored answer of an earlier call.",
        ["Idempotency-Payload-Mismatch"] = "`true` when that earlier call carried another payload.",
    };

    /// <summary>What calls that take a key may hear of it.</summary>
    public static readonly ErrorRow[] KeyErrors =
    [
        new(400, "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key header is empty, longer than 255 chars, or contains characters outside [A-Za-z0-9_\\-:.]."),
        new(410, "PARTICIPANT_ERASED", "The Idempotency-Key was used for a participant who was erased since, and the answer went with it. Nothing was kept now."),
    ];

    public static readonly ErrorRow RateRefused = new(
        429, "RATE_LIMIT_PARTICIPANT_EXCEEDED", "Per-participant write rate cap exceeded. The Retry-After response header tells you when to retry.");

    public static readonly ErrorRow[] PipelineErrors =
    [
        new(503, "QUEUE_FULL", "More writes wait than Laurel may hold. Nothing was kept; try again after Retry-After seconds."),
        new(503, "OUTCOME_UNKNOWN", "The store failed while it committed. Send the same again with the same key to learn whether it was kept."),
    ];

    public static readonly EndpointDescription Emit = new("emitEvent", Tag, "Emit a single event")
    {
        Text = """
            The event is kept as a fact, judged by the program's rules, and what it earned comes back in the same call; the answer is sent once all of
            it is durable. Safe to retry through `Idempotency-Key`: a second call with the same key returns the original answer byte for byte, with
            `Idempotent-Replayed: true`.

            With `dry_run=true` the event is judged against the participant as it is now and nothing at all is kept: the answer has `dry_run`, ids of `null`,
            `facts` with all that it would lead to, and `trace` with what each rule compared.
            """,
        Parameters = [new("dry_run", "query", """{"type":"boolean","default":false}""", "Only try the event: nothing is kept."), IdempotencyKey],
        Request = new(
            "EmitEventRequest",
            """
            {
              "participant_id": "user_42",
              "event_name": "purchase_completed",
              "properties": { "amount": 49.99, "currency": "USD", "product_id": "prod_abc" },
              "timestamp": "2026-02-14T10:00:00Z"
            }
            """),
        Answer = new(
            200,
            "The event was processed, now or by an earlier call with the same key.",
            new(
                "EmitEventResponse",
                """
                {
                  "event_id": "01KHDX4D00E8KD1Z3V8S2B0000",
                  "fact_id": "01KHDX4D00E8KD1Z3V8S2B0001",
                  "status": "processed",
                  "rewards_granted": [
                    { "type": "points", "currency": "points", "amount": 49, "new_balance": 49, "source": { "type": "point_rule", "code": "spend" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0002" },
                    { "type": "badge", "badge_code": "first_purchase", "badge_name": "First purchase", "rarity": "common", "source": { "type": "badge", "code": "first_purchase" }, "fact_id": "01KHDX4D00E8KD1Z3V8S2B0003" }
                  ]
                }
                """))
        {
            Headers = ReplayHeaders,
        },
        Errors =
        [
            .. KeyErrors,
            new(400, "IDEMPOTENCY_KEY_MISMATCH", "Both the Idempotency-Key header and a body idempotency_key were provided and they differ."),
            RateRefused,
            .. PipelineErrors,
        ],
    };

    public static readonly EndpointDescription EmitBatch = new("emitEvents", Tag, "Emit up to 100 events")
    {
        Text = """
            Each event is processed on its own: one that fails, for example by its participant's rate cap, has `status` `error` and an `error` with
            `code`, `detail` and, where waiting helps, `retry_after_seconds`, and the others stand. Set `idempotency_key` on each; the header `Idempotency-Key` is not honoured here.
            """,
        Request = new(
            "BatchRequest",
            """
            {
              "events": [
                { "participant_id": "user_42", "event_name": "purchase_completed", "properties": { "amount": 49.99 }, "idempotency_key": "purchase_ord_001" },
                { "participant_id": "user_42", "event_name": "loyalty_signup", "properties": { "channel": "email" }, "idempotency_key": "signup_user_42" }
              ]
            }
            """),
        Answer = new(
            200,
            "What became of each event, in submission order.",
            new(
                "BatchResponse",
                """
                {
                  "processed": 2,
                  "failed": 0,
                  "results": [
                    { "event_id": "01KHDX4D00E8KD1Z3V8S2B0000", "fact_id": "01KHDX4D00E8KD1Z3V8S2B0001", "status": "processed", "rewards_granted": [] },
                    { "event_id": "01KHDX4D00QFN3Y7C0D1RA0000", "fact_id": "01KHDX4D00QFN3Y7C0D1RA0001", "status": "processed", "rewards_granted": [] }
                  ]
                }
                """)),
        Errors = [new(422, "unprocessable_entity", "events array is empty or exceeds 100 entries, or an item fails schema validation."), .. PipelineErrors],
    };

    public static readonly EndpointDescription History = new("listEvents", Tag, "Read a participant's events")
    {
        Text = "Newest first by `occurred_at`. A participant that does not exist has an empty page.",
        Parameters =
        [
            new("participant_id", "path", """{"type":"string","minLength":1,"maxLength":255}""", "Your participant identifier, percent-encoded."),
            new("event_name", "query", """{"type":"string","minLength":1,"maxLength":100}""", "Only events with this exact name."),
            ParameterRow.FromDate,
            ParameterRow.ToDate,
            ParameterRow.Page,
            ParameterRow.PageSize,
        ],
        Answer = new(
            200,
            "A page of events.",
            new(
                "EventHistory",
                """
                {
                  "participant_id": "user_42",
                  "events": [
                    { "id": "01KHDX4D00E8KD1Z3V8S2B0000", "event_name": "purchase_completed", "properties": { "amount": 49.99, "currency": "USD" }, "occurred_at": "2026-02-14T10:00:00Z" }
                  ],
                  "total": 156,
                  "page": 1,
                  "page_size": 20
                }
                """)),
        Errors = [new(422, "unprocessable_entity", "A date, page or page_size is wrong, or the participant_id cannot be one.")],
    };
}
