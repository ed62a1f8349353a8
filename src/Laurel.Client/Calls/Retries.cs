using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Laurel.Client;

/// <summary>
/// What is tried again: calls without an answer, and 429, 502, 503 and 504. The request is the same each time, its idempotency key too, so that a server that had
/// kept it gives the answer of the first time. Source: docs/reference/events-api.md.
/// </summary>
internal static class Retries
{
    /// <summary>When the call began, a timestamp of the <see cref="TimeProvider"/>.</summary>
    public static readonly HttpRequestOptionsKey<long> Began = new("Laurel.Began");

    /// <summary>On a call that says something else when it is made twice. It is tried again after 429 alone, where surely nothing was done.</summary>
    public static readonly HttpRequestOptionsKey<bool> OnceOnly = new("Laurel.OnceOnly");

    public static void Add(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, LaurelClientOptions options, TimeProvider time)
    {
        pipeline.TimeProvider = time;
        pipeline.AddTimeout(options.TotalTimeout);
        if (options.MaxAttempts > 1)
        {
            pipeline.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstDelay,
                // Null is the delay that the strategy makes itself.
                DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } response ? RetryAfter.Of(response, time) : null),
                ShouldHandle = arguments => ValueTask.FromResult(Again(arguments.Context.GetRequestMessage(), arguments.Outcome, options, time)),
            });
        }

        pipeline.AddTimeout(options.AttemptTimeout);
    }

    private static bool Again(HttpRequestMessage? request, Outcome<HttpResponseMessage> outcome, LaurelClientOptions options, TimeProvider time)
    {
        var once = request is not null && request.Options.TryGetValue(OnceOnly, out var only) && only;
        if (outcome.Result is not { } response)
        {
            return !once && outcome.Exception is HttpRequestException or TimeoutRejectedException;
        }

        if (response.StatusCode is not HttpStatusCode.TooManyRequests
            && (once || response.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)))
        {
            return false;
        }

        // A wait that ends after the call has timed out helps nobody: the caller is better told at once how long to wait.
        return RetryAfter.Of(response, time) is not { } wait
            || request is null
            || !request.Options.TryGetValue(Began, out var began)
            || time.GetElapsedTime(began) + wait < options.TotalTimeout;
    }
}

/// <summary>Reads the header <c>Retry-After</c>.</summary>
internal static class RetryAfter
{
    /// <summary>How long to wait, 0 or more; null where the answer does not say.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
