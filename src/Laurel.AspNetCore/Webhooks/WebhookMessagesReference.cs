using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>What the API reference says of a webhook's messages.</summary>
internal static class WebhookMessagesReference
{
    public static readonly EndpointDescription Test = new("testWebhook", WebhooksReference.Tag, "Send a test message")
    {
        Text = """
            Sends one message of the type `webhook.test` now, signed as every other, whatever the webhook's filter is and whether it is enabled or not. It is not sent again
            when it fails, and changes nothing on the webhook; the attempt is listed.
            """,
        Parameters = [WebhooksReference.WebhookId],
        Answer = new(
            200,
            "What came of it.",
            new(
                "WebhookTestResult",
                """{ "message_id": "01KHDX4D00M3T9Y5QK2V7W0000", "delivered": false, "status": 500, "latency_ms": 12, "answer": "no such table", "error": null }""")),
        Errors = [WebhooksReference.Unknown, new(503, "WEBHOOK_TESTS_BUSY", "Too many webhooks are being tried at once.")],
    };

    public static readonly EndpointDescription Attempts = new("listWebhookAttempts", WebhooksReference.Tag, "List attempts to deliver")
    {
        Text = "Each request that was made to the webhook, for as many days as `Webhooks:AttemptsKeptDays` says. `answer` is at most the first KiB of what the receiver answered.",
        Parameters =
        [
            WebhooksReference.WebhookId,
            ParameterRow.Page,
            ParameterRow.PageSize,
            new("message_id", "query", """{"type":"string"}""", "Only those of this message."),
            new("outcome", "query", """{"type":"string","enum":["delivered","failed","dead"]}""", "Only those that ended so; `dead` is the last attempt of a dead letter."),
        ],
        Answer = new(
            200,
            "A page of attempts, newest first.",
            new(
                "WebhookAttemptList",
                """
                { "attempts": [{ "message_id": "01KHDX4D00M3T9Y5QK2V7W0002", "type": "badge.unlocked", "attempt": 1, "at": "2026-02-14T10:00:00Z", "outcome": "failed",
                                 "status": null, "latency_ms": 15000, "answer": null, "error": "timed out: no answer within 15 s" }],
                  "total": 1, "page": 1, "page_size": 50 }
                """)),
        Errors = [WebhooksReference.Unknown, new(422, "unprocessable_entity", "page, page_size, message_id or outcome is wrong.")],
    };

    public static readonly EndpointDescription DeadLetters = new("listWebhookDeadLetters", WebhooksReference.Tag, "List dead letters")
    {
        Text = "Messages that were given up after the last retry. They are kept until they are replayed or the webhook is deleted.",
        Parameters = [WebhooksReference.WebhookId, ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of dead letters, those first that died last.",
            new(
                "WebhookDeadLetterList",
                """
                { "dead_letters": [{ "message_id": "01KHDX4D00M3T9Y5QK2V7W0002", "type": "badge.unlocked", "attempts": 9,
                                     "queued_at": "2026-02-14T10:00:00Z", "died_at": "2026-02-16T13:41:00Z" }],
                  "total": 1, "page": 1, "page_size": 50 }
                """)),
        Errors = [WebhooksReference.Unknown, WebhooksReference.BadPage],
    };

    public static readonly EndpointDescription ReplayDeadLetters = new("replayWebhookDeadLetters", WebhooksReference.Tag, "Send dead letters again")
    {
        Text = "Dead letters queued from `since` to `until` (both inclusive, `until` may be left out) are due at once, with all their attempts before them. While the webhook is disabled they are held.",
        Parameters = [WebhooksReference.WebhookId],
        Request = new("WebhookReplay", """{ "since": "2026-02-14T00:00:00Z", "until": null }"""),
        Answer = new(200, "How many.", new("WebhookReplayed", """{ "replayed": 12 }""")),
        Errors = [WebhooksReference.Unknown],
    };

    public static readonly EndpointDescription ReplayMessage = new("replayWebhookMessage", WebhooksReference.Tag, "Send one message again")
    {
        Text = """
            Any fact of the environment, by its `fact_id`, whatever the webhook's filter is: dead, waiting, delivered long ago, or from before the webhook was made. It is due at once,
            with all its attempts before it, under the same id. While the webhook is disabled it is held.
            """,
        Parameters = [WebhooksReference.WebhookId, new("message_id", "path", """{"type":"string"}""", "The message's id, which is the fact's.")],
        Answer = new(202, "It is queued.", new("WebhookMessage", """{ "message_id": "01KHDX4D00M3T9Y5QK2V7W0002" }""")),
        Errors = [WebhooksReference.Unknown, new(404, "MESSAGE_NOT_FOUND", "The environment has no fact of this id.")],
    };

    public static readonly EndpointDescription History = new("listWebhookHistory", WebhooksReference.Tag, "List what was changed on a webhook")
    {
        Text = "`by` is the prefix of the key that made the change, or `laurel`. `change` is one of `created updated secret_rotated enabled disabled`.",
        Parameters = [WebhooksReference.WebhookId, ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of changes, newest first.",
            new(
                "WebhookHistory",
                """
                { "history": [{ "at": "2026-02-14T10:00:00Z", "by": "bq_test_a1b2", "change": "disabled", "detail": "status is disabled (admin)" }],
                  "total": 1, "page": 1, "page_size": 50 }
                """)),
        Errors = [WebhooksReference.Unknown, WebhooksReference.BadPage],
    };
}
