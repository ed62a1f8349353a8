using System.Globalization;
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
        var from = Day(query, "from_date", faults);
        var to = Day(query, "to_date", faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var page = await store.ReadHistoryAsync(
            new HistoryQuery(
                new ParticipantName(Caller.Of(context).Environment, participantId),
                eventName,
                from is { } first ? StartOf(first) : null,
                to is { } last ? EndOf(last) : null,
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

    private static DateOnly? Day(IQueryCollection query, string name, List<Fault> faults)
    {
        var values = query[name];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && DateOnly.TryParseExact(values[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        faults.Add(new Fault("/" + name, "must be one UTC day as YYYY-MM-DD, such as 2026-02-14"));
        return null;
    }

    private static Timestamp StartOf(DateOnly day) => Timestamp.From(day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc));

    private static Timestamp EndOf(DateOnly day) => Timestamp.From(day.ToDateTime(TimeOnly.MaxValue, DateTimeKind.Utc));
}
