using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Points;

/// <summary>Points by hand: award, deduct, award many. Source: gamification-api.md, "Points".</summary>
internal sealed class PointsApi(ParticipantWrites writes, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/points/award", AwardAsync).RequireKey().Describe(PointsReference.Award);
        routes.MapPost("/api/v1/gamify/points/deduct", DeductAsync).RequireKey().Describe(PointsReference.Deduct);
        routes.MapPost("/api/v1/gamify/points/award-batch", AwardBatchAsync).RequireKey().Describe(PointsReference.AwardBatch);
    }

    private async Task AwardAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, (body, faults) => PointsRequests.ReadAward(body, "", Now, faults)) is var (write, outcome))
        {
            await AnswerAsync(context, write, outcome);
        }
    }

    private async Task DeductAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, PointsRequests.ReadDeduction) is var (write, outcome))
        {
            await AnswerAsync(context, write, outcome);
        }
    }

    // One header cannot name a hundred awards: each gets a key made of it and its place, so that the whole call is safe to retry.
    private async Task AwardBatchAsync(HttpContext context)
    {
        if (await JsonBody.ReadBytesAsync(context, EventsApi.BatchMaxBytes) is not { } body)
        {
            return;
        }

        if (!IdempotencyHeader.TryRead(context, out var key))
        {
            await IdempotencyHeader.RefuseAsync(context);
            return;
        }

        var faults = new List<Fault>();
        using var document = JsonBody.Parse(body, faults);
        var awards = document is null ? [] : PointsBatch.Read(document.RootElement, key, Now, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var commands = await writes.RunAsync(Caller.Of(context), awards);
        if (commands is null || commands.All(command => command.Outcome is CommandOutcome.StoreFailed))
        {
            await CommandAnswers.WriteFailureAsync(context, commands is null ? EventPipeline.QueueFull : commands[0].Outcome!);
            return;
        }

        await CommandAnswers.WriteAsync(context, PointsBatch.Answer([.. awards.Select(award => award.Write)], commands));
    }

    private static Task AnswerAsync(HttpContext context, WriteRequest write, CommandOutcome outcome)
    {
        if (outcome is not CommandOutcome.Refused refused)
        {
            return ParticipantWrites.AnswerAsync(context, outcome);
        }

        var (status, code, detail) = PointsRefusal.Of(write.Input, refused);
        return Problem.WriteAsync(context, status, code, detail);
    }

    private Timestamp Now => Timestamp.From(time.GetUtcNow());
}
