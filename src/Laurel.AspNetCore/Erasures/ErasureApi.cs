using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Erasures;

/// <summary>Erases a participant: what was ever said of it goes, what totals need stays. Source: semantics §12.</summary>
internal sealed class ErasureApi(ILaurelStore store, ParticipantWrites writes)
{
    public const string Path = "/api/v1/gamify/admin/participants/{participant_id}";

    public void Map(IEndpointRouteBuilder routes) => routes.MapDelete(Path, EraseAsync).RequireAdminKey().Describe(ErasureReference.Erase);

    private async Task EraseAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        if (RawPath.ParticipantId(context, segmentsAfter: 0, faults) is not { } participantId)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        // Asked first, since a write names its participant in the store, and the name of one that is gone must not come back.
        var caller = Caller.Of(context);
        if (await store.ReadParticipantAsync(caller.Environment, participantId, context.RequestAborted) is null)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        var outcome = await writes.RunAsync(caller, new WriteRequest(participantId, new EraseInput(default, default)), key: null);
        await (outcome is CommandOutcome.Refused { Reason: Refusal.ParticipantNotFound }
            ? ParticipantStateApi.UnknownAsync(context, participantId)
            : ParticipantWrites.AnswerAsync(context, outcome));
    }
}
