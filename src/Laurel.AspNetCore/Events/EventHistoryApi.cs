using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Events;

/// <summary>The history endpoint of the Events API. Source: contract; semantics §11.</summary>
internal sealed class EventHistoryApi(ILaurelStore store)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/events", ListAsync).RequireKey().Describe(EventsReference.History);

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var query = context.Request.Query;
        var participantId = RawPath.ParticipantId(context, segmentsAfter: 1, faults);
        var paging = Paging.Read(query, faults);
        var eventName = EventName(query, faults);
        var days = DayRange.Read(query, faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var page = await store.ReadHistoryAsync(
            new HistoryQuery(
                new ParticipantName(Caller.Of(context).Environment, participantId),
                eventName,
                days.From,
                days.Through,
                paging.Page,
                paging.PageSize),
            context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participantId);
        writer.WriteStartArray("events");
        foreach (var entry in page.Events)
        {
            writer.WriteStartObject();
            writer.WriteString("id", entry.EventId.ToString());
            writer.WriteString("event_name", entry.EventName);
            writer.WritePropertyName("properties");
            writer.WriteRawValue(entry.Properties.Span, skipInputValidation: true);
            writer.WriteString("occurred_at", entry.OccurredAt.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private static string? EventName(IQueryCollection query, List<Fault> faults)
    {
        var values = query["event_name"];
        if (values.Count == 0)
        {
            return null;
        }

        var fault = values.Count > 1 ? "must stand once" : Identifiers.EventNameFault(values[0] ?? "");
        if (fault is not null)
        {
            faults.Add(new Fault("/event_name", fault));
        }

        return values[0];
    }
}
