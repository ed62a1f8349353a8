using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Points;

/// <summary>Balances, and the ledger behind them: every line is a fact, with the balance after it. Source: gamification-api.md, "Points".</summary>
internal sealed class LedgerApi(ParticipantReader participants, ILaurelStore store)
{
    /// <summary>The facts that move points.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        [FactKinds.PointsAwarded, FactKinds.PointsDeducted, FactKinds.PointsExpired, FactKinds.PointsRefunded];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/points", ReadBalanceAsync).RequireKey().Describe(PointsReference.Balance);
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/points/transactions", ListAsync).RequireKey().Describe(PointsReference.Transactions);
    }

    private async Task ReadBalanceAsync(HttpContext context)
    {
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, []) is not { } participant)
        {
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Row.Name.Id);
        StateParts.WritePointMembers(writer, participant.State, participant.Book);
        writer.WriteEndObject();
    }

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var participantId = RawPath.ParticipantId(context, segmentsAfter: 2, faults);
        var paging = Paging.Read(context.Request.Query, faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var name = new ParticipantName(Caller.Of(context).Environment, participantId);
        if (await store.ReadFactsAsync(new FactsQuery(name, Kinds, paging.Page, paging.PageSize), context.RequestAborted) is not { } page)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participantId);
        writer.WriteStartArray("transactions");
        foreach (var entry in page.Inputs)
        {
            LedgerRows.Write(writer, entry);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }
}
