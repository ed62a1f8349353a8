using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Participants;

/// <summary>Everything true about a participant, newest first, each fact with the one that caused it. Source: laurel-api.md, "Facts".</summary>
internal sealed class ParticipantFactsApi(ILaurelStore store)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/facts", ListAsync).RequireKey().Describe(ParticipantReference.Facts);

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var participantId = RawPath.ParticipantId(context, segmentsAfter: 1, faults);
        var paging = Paging.Read(context.Request.Query, faults);
        var kind = Kind(context.Request.Query, faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var name = new ParticipantName(Caller.Of(context).Environment, participantId);
        var page = await store.ReadFactsAsync(new FactsQuery(name, kind is null ? [] : [kind], paging.Page, paging.PageSize), context.RequestAborted);
        if (page is null)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participantId);
        writer.WriteStartArray("facts");
        foreach (var entry in page.Inputs)
        {
            FactRows.Write(writer, entry, kind is null ? [] : [kind]);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private static string? Kind(IQueryCollection query, List<Fault> faults)
    {
        var values = query["kind"];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count != 1 || !FactKinds.All.Contains(values[0]!))
        {
            faults.Add(new Fault("/kind", $"must be one of {string.Join(", ", FactKinds.All)}"));
        }

        return values[0];
    }
}
