using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Rewards;

/// <summary>Claims, whether rules granted them or participants claimed them: read them, redeem them, cancel them.</summary>
internal sealed class ClaimsApi(ParticipantWrites writes, ClaimReader claims)
{
    private const string One = "/api/v1/gamify/admin/claims/{claim_id}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/claims", ListAsync).RequireKey().Describe(ClaimsReference.List);
        routes.MapGet(One, ReadAsync).RequireAdminKey().Describe(ClaimsReference.Read);
        routes.MapPost(One + "/redeem", context => MoveAsync(context, (claim, reason) => new RedeemClaimInput(default, claim, reason, default)))
            .RequireAdminKey().Describe(ClaimsReference.Redeem);
        routes.MapPost(One + "/cancel", context => MoveAsync(context, (claim, reason) => new CancelClaimInput(default, claim, reason, default)))
            .RequireAdminKey().Describe(ClaimsReference.Cancel);
    }

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var participantId = RawPath.ParticipantId(context, segmentsAfter: 1, faults);
        var paging = Paging.Read(context.Request.Query, faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var name = new ParticipantName(Caller.Of(context).Environment, participantId);
        if (await claims.ListAsync(name, paging.Page, paging.PageSize, context.RequestAborted) is not { } page)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participantId);
        writer.WritePropertyName("claims");
        Claim.WriteAll(writer, page.Claims);
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (await FindAsync(context) is not var (participant, claim))
        {
            return;
        }

        var reason = await claims.FindReasonAsync(participant, claim, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Id);
        claim.WriteMembers(writer);
        writer.WriteString("reason", reason);
        writer.WriteEndObject();
    }

    private async Task MoveAsync(HttpContext context, Func<IssuedClaim, string?, MoveClaimInput> inputOf)
    {
        if (await ParticipantWrites.ReadAsync(context, ReadNote) is not var (note, key) || await FindAsync(context) is not var (participant, claim))
        {
            return;
        }

        var input = inputOf(claim.Issued, note.Reason);
        var outcome = await writes.RunAsync(Caller.Of(context), new WriteRequest(participant.Id, input), key);
        if (outcome is not CommandOutcome.Refused refused)
        {
            await ParticipantWrites.AnswerAsync(context, outcome);
            return;
        }

        var (status, code, detail) = ClaimRefusal.Of(input, refused.Reason);
        await Problem.WriteAsync(context, status, code, detail);
    }

    // Null after 404.
    private async ValueTask<(ParticipantName Participant, Claim Claim)?> FindAsync(HttpContext context)
    {
        var found = await claims.FindAsync(Caller.Of(context).Environment, (string)context.Request.RouteValues["claim_id"]!, context.RequestAborted);
        if (found is null)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "CLAIM_NOT_FOUND",
                "This key's environment has no claim of this id. A claim's id is the claim_id of the answer, or of the grant, that issued it.");
        }

        return found;
    }

    private static MoveNote? ReadNote(JsonElement body, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is { } members ? new MoveNote(members.Text("reason", Points.PointsRequests.ReasonMaxLength)) : null;

    private sealed record MoveNote(string? Reason);
}
