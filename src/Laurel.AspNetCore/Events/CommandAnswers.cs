using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.Storage;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Events;

/// <summary>How the outcome of a command goes over the wire, whatever the command was.</summary>
internal static class CommandAnswers
{
    /// <summary>200 with the stored answer, and whether it was one.</summary>
    public static async Task WriteAsync(HttpContext context, CommandOutcome.Answered answered)
    {
        var response = context.Response;
        if (answered.IsReplay)
        {
            response.Headers["Idempotent-Replayed"] = "true";
        }

        if (answered.PayloadDiffers)
        {
            response.Headers["Idempotency-Payload-Mismatch"] = "true";
        }

        await WriteAsync(context, answered.Body);
    }

    /// <summary>200 with a body of JSON.</summary>
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body);
    }

    /// <summary>The error of a command that the pipeline could not run.</summary>
    public static Task WriteFailureAsync(HttpContext context, CommandOutcome outcome)
    {
        var failure = EventFailure.Of(outcome);
        return Problem.WriteAsync(context, failure.Status, failure.Code, failure.Detail, retryAfterSeconds: failure.RetryAfterSeconds);
    }
}

/// <summary>How a command that was not answered is told, alone or in a batch.</summary>
internal sealed record EventFailure(int Status, string Code, string Detail, int? RetryAfterSeconds)
{
    public static EventFailure Of(CommandOutcome outcome) => outcome switch
    {
        CommandOutcome.RateRefused refused => new(
            429,
            "RATE_LIMIT_PARTICIPANT_EXCEEDED",
            $"This participant receives more writes than its cap allows. Nothing was kept; send it again in {refused.RetryAfterSeconds} s.",
            refused.RetryAfterSeconds),
        CommandOutcome.Erased => new(
            410,
            "PARTICIPANT_ERASED",
            "This Idempotency-Key was used by a call for a participant who was erased since, and its answer was erased too. Nothing was kept now; a call with another key begins a new participant.",
            null),
        CommandOutcome.StoreFailed { Fault: StoreFault.OutcomeUnknown } => new(
            503, "OUTCOME_UNKNOWN", "The store failed while it committed, so it is not known whether this was kept. Send it again with the same Idempotency-Key to learn it.", 1),
        CommandOutcome.StoreFailed failed when ReferenceEquals(failed, EventPipeline.QueueFull) => new(503, "QUEUE_FULL", failed.Message, 1),
        CommandOutcome.StoreFailed failed => new(503, "STORE_UNAVAILABLE", $"{failed.Message} Nothing was kept; send it again.", 1),
        _ => new(500, "INTERNAL_ERROR", "Laurel failed to process this because of a bug of its own. Nothing was kept; please report the trace_id.", null),
    };
}
