using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Events;

/// <summary>What the Events API is set up with. <paramref name="MaxAhead"/>: how far a timestamp may lie ahead of the server's clock.</summary>
internal sealed record EventsOptions(ParticipantRate DefaultRate, TimeSpan MaxAhead);

/// <summary>The endpoints of the Events API. Source: contract, events-api.txt.</summary>
internal sealed class EventsApi(EventPipeline pipeline, DryRun dryRun, EventsOptions options, TimeProvider time)
{
    /// <summary>Bytes of a batch's body.</summary>
    public const int BatchMaxBytes = 4 * 1024 * 1024;

    private const string IdempotencyKeyHeader = "Idempotency-Key";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/events", EmitAsync).RequireKey().Describe(EventsReference.Emit);
        routes.MapPost("/api/v1/gamify/events/batch", EmitBatchAsync).RequireKey().Describe(EventsReference.EmitBatch);
    }

    private async Task EmitAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        if (await JsonBody.ReadBytesAsync(context, JsonBody.RequestMaxBytes) is not { } body)
        {
            return;
        }

        if (!TryReadHeaderKey(context, out var headerKey))
        {
            await Problem.WriteAsync(
                context, 400, "IDEMPOTENCY_KEY_INVALID", "The header Idempotency-Key must be one value of 1 to 255 characters from A-Z a-z 0-9 _ - : and the full stop. Change the key, or leave the header out.");
            return;
        }

        var faults = new List<Fault>();
        var isDryRun = DryRunParameter.Read(context.Request, faults);
        var request = EventRequestReader.ReadSingle(body, Latest(), faults, out var bodyKey);
        if (headerKey is not null && bodyKey is not null && headerKey != bodyKey)
        {
            await Problem.WriteAsync(
                context, 400, "IDEMPOTENCY_KEY_MISMATCH", "The header Idempotency-Key and the body's idempotency_key differ. Send the same key in both, or only the header.");
            return;
        }

        if (request is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        if (isDryRun)
        {
            var tried = await dryRun.RunAsync(new ParticipantName(caller.Environment, request.ParticipantId), request, context.RequestAborted);
            await AnswerAsync(context, DryRunAnswer.Write(tried));
            return;
        }

        var command = ToCommand(caller, request, headerKey ?? bodyKey);
        var group = new CommandGroup([command]);
        if (!pipeline.TrySubmit(group))
        {
            await AnswerFailureAsync(context, EventPipeline.QueueFull);
            return;
        }

        await group.Done;
        if (command.Outcome is CommandOutcome.Answered answered)
        {
            await AnswerAsync(context, answered);
        }
        else
        {
            await AnswerFailureAsync(context, command.Outcome!);
        }
    }

    private async Task EmitBatchAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        if (await JsonBody.ReadBytesAsync(context, BatchMaxBytes) is not { } body)
        {
            return;
        }

        var faults = new List<Fault>();
        DryRunParameter.RefuseInBatch(context.Request, faults);
        if (EventRequestReader.ReadBatch(body, Latest(), faults) is not { } requests)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var group = new CommandGroup(requests.ConvertAll(request => ToCommand(caller, request, request.IdempotencyKey)));
        if (!pipeline.TrySubmit(group))
        {
            await AnswerFailureAsync(context, EventPipeline.QueueFull);
            return;
        }

        await group.Done;

        // When the store took nothing at all, there is nothing to tell item by item.
        if (group.Commands.All(command => command.Outcome is CommandOutcome.StoreFailed))
        {
            await AnswerFailureAsync(context, group.Commands[0].Outcome!);
            return;
        }

        await AnswerAsync(context, BatchAnswer.Write(group.Commands));
    }

    private EventCommand ToCommand(Caller caller, EventRequest request, string? key) => new(
        new ParticipantName(caller.Environment, request.ParticipantId),
        caller.Tenant.Rate ?? options.DefaultRate,
        request.EventName,
        request.Properties,
        request.Timestamp,
        key is null ? null : EventPayloadHash.Of(caller.Environment, key),
        // Only a retry with a key is ever compared.
        key is null ? default : EventPayloadHash.Of(request));

    private Timestamp Latest()
    {
        var now = time.GetUtcNow();
        return now < DateTimeOffset.MaxValue - options.MaxAhead ? Timestamp.From(now + options.MaxAhead) : Timestamp.MaxValue;
    }

    private static bool TryReadHeaderKey(HttpContext context, out string? key)
    {
        var values = context.Request.Headers[IdempotencyKeyHeader];
        key = values.Count == 0 ? null : values[0] ?? "";
        return key is null || (values.Count == 1 && Identifiers.IsHeaderIdempotencyKey(key));
    }

    private static async Task AnswerAsync(HttpContext context, CommandOutcome.Answered answered)
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

        await AnswerAsync(context, answered.Body);
    }

    private static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body);
    }

    private static Task AnswerFailureAsync(HttpContext context, CommandOutcome outcome)
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
            $"This participant receives more writes than its cap allows. Nothing was kept; send the event again in {refused.RetryAfterSeconds} s.",
            refused.RetryAfterSeconds),
        CommandOutcome.StoreFailed { Fault: StoreFault.OutcomeUnknown } => new(
            503, "OUTCOME_UNKNOWN", "The store failed while it committed, so it is not known whether the event was kept. Send it again with the same Idempotency-Key to learn it.", 1),
        CommandOutcome.StoreFailed failed when ReferenceEquals(failed, EventPipeline.QueueFull) => new(503, "QUEUE_FULL", failed.Message, 1),
        CommandOutcome.StoreFailed failed => new(503, "STORE_UNAVAILABLE", $"{failed.Message} Nothing was kept; send the event again.", 1),
        _ => new(500, "INTERNAL_ERROR", "Laurel failed to process the event because of a bug of its own. Nothing was kept; please report the trace_id.", null),
    };
}
