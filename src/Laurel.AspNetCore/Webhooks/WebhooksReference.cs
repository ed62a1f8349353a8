using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>What the API reference says of webhooks themselves.</summary>
internal static class WebhooksReference
{
    /// <summary>The chapter.</summary>
    public const string Tag = "Webhooks";

    /// <summary>The webhook that a path names.</summary>
    public static readonly ParameterRow WebhookId = new("webhook_id", "path", """{"type":"string"}""", "The webhook.");

    /// <summary>No such webhook.</summary>
    public static readonly ErrorRow Unknown = new(404, "WEBHOOK_NOT_FOUND", "The key's environment has no webhook of this id.");

    /// <summary>A wrong page.</summary>
    public static readonly ErrorRow BadPage = new(422, "unprocessable_entity", "page or page_size is wrong.");

    private const string Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    private const string Start =
        """
        "webhook_id": "01KHDX4D00M3T9Y5QK2V7W8X9Y", "url": "https://example.com/hooks/laurel", "event_types": ["badge.*", "tier.changed"],
        "description": "CRM", "status": "enabled", "disabled_reason": null
        """;

    private const string End = """ "failing_since": null, "created_at": "2026-02-14T10:00:00Z", "updated_at": "2026-02-14T10:00:00Z" """;

    private const string One = $$"""{ {{Start}}, "secrets": [{ "valid_until": null, "is_readable": true }], {{End}} }""";

    private static readonly ParameterRow IfMatch = new("If-Match", "header", """{"type":"string"}""", "Change only the revision with this ETag; otherwise 412.");
    private static readonly ErrorRow Mismatch = new(412, "WEBHOOK_REVISION_MISMATCH", "If-Match does not name the webhook's ETag.");
    private static readonly ErrorRow Busy = new(503, "WEBHOOK_BUSY", "Others kept changing the webhook. Nothing was kept; send it again.");
    private static readonly ErrorRow NoKey = new(503, "WEBHOOK_KEY_UNAVAILABLE", "The server has no key to encrypt the secret with.");
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["ETag"] = "The webhook's revision, in quotes." };

    public static readonly EndpointDescription Create = new("createWebhook", Tag, "Make a webhook")
    {
        Text = """
            Messages of what happens from now on are sent to `url`, signed as Standard Webhooks has it. `event_types` are exact types, `*`, or prefixes such as `badge.*`.
            `secret` is `whsec_` and the base64 of 24 to 64 bytes; left out, one is made. It stands in this answer and is never shown again.
            """,
        Request = new("WebhookRequest", """{ "url": "https://example.com/hooks/laurel", "event_types": ["badge.*", "tier.changed"], "description": "CRM" }"""),
        Answer = new(
            201,
            "The webhook, with its secret.",
            new("WebhookWithSecret", $$"""{ {{Start}}, "secret": "{{Secret}}", "previous_valid_until": null, "secrets": [{ "valid_until": null, "is_readable": true }], {{End}} }"""))
        {
            Headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal) { ["Location"] = "Path of the webhook." },
        },
        Errors = [new(409, "WEBHOOK_LIMIT_REACHED", "The environment has as many webhooks as it may have."), NoKey],
    };

    public static readonly EndpointDescription List = new("listWebhooks", Tag, "List webhooks")
    {
        Parameters = [ParameterRow.Page, ParameterRow.PageSize, new("status", "query", """{"type":"string","enum":["enabled","disabled"]}""", "Only those that are so.")],
        Answer = new(200, "A page of webhooks, oldest first.", new("WebhookList", $$"""{ "webhooks": [{{One}}], "total": 1, "page": 1, "page_size": 50 }""")),
        Errors = [new(422, "unprocessable_entity", "page, page_size or status is wrong.")],
    };

    public static readonly EndpointDescription Read = new("readWebhook", Tag, "Read a webhook")
    {
        Text = "`is_readable` is false where the server cannot decrypt a secret: then bring the key back that it was encrypted with, or rotate it.",
        Parameters = [WebhookId],
        Answer = new(200, "The webhook.", new("Webhook", One)) { Headers = Headers },
        Errors = [Unknown],
    };

    public static readonly EndpointDescription Change = new("changeWebhook", Tag, "Change a webhook")
    {
        Text = "A JSON merge patch (RFC 7396): what is left out stays, `null` is the default, a list is replaced whole.",
        Parameters = [WebhookId, IfMatch],
        Request = new("WebhookChange", """{ "event_types": ["*"], "description": null }"""),
        Answer = new(200, "The webhook as it is now.", new("Webhook", One)) { Headers = Headers },
        Errors = [Unknown, Mismatch, Busy],
    };

    public static readonly EndpointDescription Delete = new("deleteWebhook", Tag, "Delete a webhook")
    {
        Text = "What waits for it is not sent any more, and its dead letters, attempts and secrets are gone.",
        Parameters = [WebhookId, IfMatch],
        Answer = new(204, "It is gone.", null),
        Errors = [Unknown, Mismatch, Busy],
    };

    public static readonly EndpointDescription Rotate = new("rotateWebhookSecret", Tag, "Give a webhook another secret")
    {
        Text = "The secret before signs beside the new one until `previous_valid_until`, 24 hours from now, so that no receiver misses a message. The body may be `{}`: then one is made.",
        Parameters = [WebhookId, IfMatch],
        Request = new("WebhookRotation", """{ "secret": null }"""),
        Answer = new(
            200,
            "The webhook, with its new secret.",
            new(
                "WebhookWithSecret",
                $$"""
                { {{Start}}, "secret": "{{Secret}}", "previous_valid_until": "2026-02-15T10:00:00Z",
                  "secrets": [{ "valid_until": null, "is_readable": true }, { "valid_until": "2026-02-15T10:00:00Z", "is_readable": true }], {{End}} }
                """))
        {
            Headers = Headers,
        },
        Errors = [Unknown, new(409, "WEBHOOK_SECRET_LIMIT_REACHED", "The webhook has five secrets that are still valid."), Mismatch, Busy, NoKey],
    };

    public static readonly EndpointDescription Enable = new("enableWebhook", Tag, "Enable a webhook")
    {
        Text = "What was held goes on, and what happens from now on is sent. What happened while it was disabled is not. One that is enabled stays as it is.",
        Parameters = [WebhookId, IfMatch],
        Answer = new(200, "The webhook as it is now.", new("Webhook", One)) { Headers = Headers },
        Errors = [Unknown, Mismatch, Busy],
    };

    public static readonly EndpointDescription Disable = new("disableWebhook", Tag, "Disable a webhook")
    {
        Text = "Nothing new is queued for it, and what waits is held. One that is disabled stays as it is, with the reason that it has.",
        Parameters = [WebhookId, IfMatch],
        Answer = new(
            200,
            "The webhook as it is now.",
            new(
                "Webhook",
                One.Replace("\"status\": \"enabled\", \"disabled_reason\": null", "\"status\": \"disabled\", \"disabled_reason\": \"admin\"", StringComparison.Ordinal)))
        {
            Headers = Headers,
        },
        Errors = [Unknown, Mismatch, Busy],
    };
}
