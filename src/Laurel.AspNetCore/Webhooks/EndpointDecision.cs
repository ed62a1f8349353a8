using System.Net;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>What a request makes of a webhook as it stands.</summary>
internal abstract record EndpointDecision
{
    /// <summary>It is to be <paramref name="After"/>; its history says <paramref name="Word"/> and <paramref name="Detail"/>.</summary>
    public sealed record Change(WebhookEndpoint After, string Word, string Detail) : EndpointDecision;

    /// <summary>It is as it is asked to be.</summary>
    public sealed record Nothing : EndpointDecision;

    /// <summary>It cannot be done.</summary>
    public sealed record Refused(HttpStatusCode Status, string Code, string Detail) : EndpointDecision;

    /// <summary>The request has faults.</summary>
    public sealed record Faulty(IReadOnlyList<Fault> Faults) : EndpointDecision;

    /// <summary>Decides what the difference of two states is called. Never names a secret: those have words of their own.</summary>
    public static EndpointDecision Between(WebhookEndpoint before, WebhookEndpoint after)
    {
        var details = new List<string>();
        if (after.Status != before.Status)
        {
            details.Add(after.Status == EndpointStatus.Enabled ? "status is enabled" : $"status is disabled ({after.DisabledReason})");
        }

        if (after.Url != before.Url)
        {
            details.Add($"url is {after.Url}");
        }

        if (!after.EventTypes.SequenceEqual(before.EventTypes, StringComparer.Ordinal))
        {
            details.Add($"event_types are {string.Join(", ", after.EventTypes)}");
        }

        if (after.Description != before.Description)
        {
            details.Add($"description is '{after.Description}'");
        }

        return details.Count == 0
            ? new Nothing()
            : new Change(
                after,
                after.Status == before.Status ? "updated" : after.Status == EndpointStatus.Enabled ? "enabled" : "disabled",
                string.Join("; ", details));
    }
}
