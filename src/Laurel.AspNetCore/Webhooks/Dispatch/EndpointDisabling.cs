using System.Collections.Concurrent;
using Laurel.AspNetCore.Telemetry;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>
/// Disables endpoints that said 410, or failed for long without any success: with a log line, a metric and an entry in their history. What is asked for lasts until
/// it is done, or need not be done any more. Any thread asks, the dispatcher's one runs.
/// </summary>
internal sealed class EndpointDisabling(
    ILaurelStore store, WebhooksOptions options, TimeProvider time, LaurelTelemetry telemetry, ILogger<EndpointDisabling> logger)
{
    /// <summary>The reason of an endpoint that answered 410.</summary>
    public const string Gone = "gone";

    /// <summary>The reason of an endpoint that failed for <c>Webhooks:DisableAfterFailingHours</c>.</summary>
    public const string Failing = "failing";

    /// <summary>Who did it, in the endpoint's history.</summary>
    private const string Laurel = "laurel";
    private const int Tries = 5;

    private readonly ConcurrentDictionary<int, (WebhookEndpoint Endpoint, string Reason)> _asked = new();

    /// <summary>Asks for an endpoint, as it was when it failed, to be disabled.</summary>
    public void Ask(WebhookEndpoint endpoint, string reason) => _asked.TryAdd(endpoint.Key, (endpoint, reason));

    /// <summary>Does what was asked for. Throws as the store does; then it is tried again at the next call.</summary>
    public async ValueTask RunAsync(EndpointLanes lanes, CancellationToken cancellationToken)
    {
        foreach (var (key, (endpoint, reason)) in _asked)
        {
            // Whoever changes an endpoint over and over may keep it; it fails again soon.
            for (var tries = 0; tries < Tries && !await TryDisableAsync(endpoint, reason, lanes, cancellationToken); tries++)
            {
                // It was changed meanwhile: look again.
            }

            _asked.TryRemove(key, out _);
            lanes.NoteDisablingEnded(key);
        }
    }

    // False where somebody else changed the endpoint at the same time.
    private async ValueTask<bool> TryDisableAsync(WebhookEndpoint asked, string reason, EndpointLanes lanes, CancellationToken cancellationToken)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var all = await store.Webhooks.ReadEndpointsAsync(asked.Environment, cancellationToken);
        var endpoint = all.FirstOrDefault(candidate => candidate.Key == asked.Key);
        if (endpoint is not { Status: EndpointStatus.Enabled } || !IsStillTrue(asked, endpoint, reason, now, lanes))
        {
            return true;
        }

        var disabled = endpoint with { Status = EndpointStatus.Disabled, DisabledReason = reason, UpdatedAt = now };
        var detail = reason == Gone
            ? "It answered 410 Gone. What waits is kept until it is enabled."
            : $"No attempt has succeeded since {endpoint.FailingSince}. What waits is kept until it is enabled.";
        if (await store.Webhooks.WriteEndpointAsync(disabled, new EndpointNote(now, Laurel, "disabled", detail), int.MaxValue, cancellationToken) is null)
        {
            return false;
        }

        WebhooksLog.EndpointDisabled(logger, endpoint.Id, reason, detail);
        telemetry.NoteWebhookDisabled(reason);
        return true;
    }

    // Another URL was not gone, and an endpoint that was enabled anew, or took a message meanwhile, does not fail for long.
    private bool IsStillTrue(WebhookEndpoint asked, WebhookEndpoint endpoint, string reason, Timestamp now, EndpointLanes lanes) => reason == Gone
        ? endpoint.Url == asked.Url
        : endpoint.FailingSince is { } since && now >= since.Plus(options.DisableAfterFailing) && lanes.IsFailing(endpoint.Key);
}
