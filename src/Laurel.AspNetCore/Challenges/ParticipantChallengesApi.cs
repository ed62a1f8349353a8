using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Challenges;

/// <summary>A participant's challenges, with progress per objective in the period that runs.</summary>
internal sealed class ParticipantChallengesApi(ParticipantReader participants, ChallengeStandings standings)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/challenges", ListAsync).RequireKey().Describe(ChallengesReference.List);

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        var status = Status(context.Request.Query, faults);
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, faults) is not { } participant)
        {
            return;
        }

        var all = await standings.OfAsync(participant, context.RequestAborted);
        var matching = status is null ? all : [.. all.Where(standing => ChallengeRows.TextOf(standing.Status) == status)];
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Row.Name.Id);
        writer.WritePropertyName("challenges");
        ChallengeRows.Write(writer, paging.Skip < matching.Count ? matching.Skip((int)paging.Skip).Take(paging.PageSize) : []);
        writer.WriteNumber("total", matching.Count);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private static string? Status(IQueryCollection query, List<Fault> faults)
    {
        var values = query["status"];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count != 1 || !ChallengeRows.Statuses.Contains(values[0]!))
        {
            faults.Add(new Fault("/status", $"must be one of {string.Join(", ", ChallengeRows.Statuses)}"));
        }

        return values[0];
    }
}
