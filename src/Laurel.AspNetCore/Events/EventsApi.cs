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
internal sealed record EventsOptions(ParticipantRate DefaultRate, TimeSpan MaxAhead)
{
    /// <summary>The latest time that a caller may name at <paramref name="now"/>.</summary>
    public Timestamp LatestAt(DateTimeOffset now) => now < DateTimeOffset.MaxValue - MaxAhead ? Timestamp.From(now + MaxAhead) : Timestamp.MaxValue;
}

/// <summary>The endpoints of the Events API. Source: contract, events-api.txt.</summary>
internal sealed class EventsApi(EventPipeline pipeline, DryRun dryRun, EventsOptions options, TimeProvider time)
{
    /// <summary>Bytes of a batch's body.</summary>
    public const int BatchMaxBytes = 4 * 1024 * 1024;

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

        if (!IdempotencyHeader.TryRead(context, out var headerKey))
        {
            await IdempotencyHeader.RefuseAsync(context);
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
            await CommandAnswers.WriteAsync(context, DryRunAnswer.Write(tried));
            return;
        }

        var command = ToCommand(caller, request, headerKey ?? bodyKey);
        var group = new CommandGroup([command]);
        if (!pipeline.TrySubmit(group))
        {
            await CommandAnswers.WriteFailureAsync(context, EventPipeline.QueueFull);
            return;
        }

        await group.Done;
        if (command.Outcome is CommandOutcome.Answered answered)
        {
            await CommandAnswers.WriteAsync(context, answered);
        }
        else
        {
            await CommandAnswers.WriteFailureAsync(context, command.Outcome!);
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
            await CommandAnswers.WriteFailureAsync(context, EventPipeline.QueueFull);
            return;
        }

        await group.Done;

        // When the store took nothing at all, there is nothing to tell item by item.
        if (group.Commands.All(command => command.Outcome is CommandOutcome.StoreFailed))
        {
            await CommandAnswers.WriteFailureAsync(context, group.Commands[0].Outcome!);
            return;
        }

        await CommandAnswers.WriteAsync(context, BatchAnswer.Write(group.Commands));
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

    private Timestamp Latest() => options.LatestAt(time.GetUtcNow());
}
