using Laurel.AspNetCore.Hosting;
using Laurel.Webhooks;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>
/// How messages are delivered. <paramref name="Concurrency"/> bounds the requests of this process, <paramref name="EndpointConcurrency"/> those to one endpoint.
/// Meanings: docs/operate/configuration.md.
/// </summary>
internal sealed record WebhooksOptions(
    bool IsPaused, int Concurrency, int EndpointConcurrency, TimeSpan Timeout, RetrySchedule Retries, TimeSpan DisableAfterFailing, TimeSpan AttemptsKept)
{
    /// <summary>What a lease must last beyond an attempt's timeout, so that its result is still kept under it.</summary>
    public static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    /// <summary>How long a delivery may wait in this process for its turn.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>How long a claim lasts: its wait, its attempt, and the commit of the result.</summary>
    public TimeSpan Lease => LongestWait + Timeout + LeaseMargin;

    /// <summary>Requests that all failing endpoints together may take, so that the healthy ones keep most of the room.</summary>
    public int FailingConcurrency => Math.Max(1, Concurrency / 4);

    /// <summary>Deliveries that this process holds at most: waiting for their turn, under way, or waiting to be kept.</summary>
    public int HeldLimit => Concurrency * 8;

    /// <summary>Of checked options.</summary>
    public static WebhooksOptions From(LaurelOptions options) => new(
        options.WebhooksPaused,
        options.WebhooksConcurrency,
        options.WebhooksEndpointConcurrency,
        TimeSpan.FromSeconds(options.WebhooksTimeoutSeconds),
        RetrySchedule.TryParse(options.WebhooksRetryDelays, out var retries) ? retries : throw new FormatException(options.WebhooksRetryDelays),
        TimeSpan.FromHours(options.WebhooksDisableAfterFailingHours),
        TimeSpan.FromDays(options.WebhooksAttemptsKeptDays));
}
