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
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Events;

/// <summary>
/// Why an event earned what it did: judged again from the participant's log, under the program version that judged it first. Source: laurel-api.md, "Trace".
/// </summary>
internal sealed partial class EventTraceApi(ILaurelStore store, LogReplay replay, ILogger<EventTraceApi> logger)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/events/{event_id}/trace", ReadAsync).RequireKey().Describe(EventTraceReference.Trace);

    private async Task ReadAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["event_id"] as string ?? "";
        if (await FindAsync(context, text) is not { } input || input.Row.Kind != InputKind.Event)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status404NotFound, "EVENT_NOT_FOUND", $"There is no event '{Shown(text)}' in this key's environment. An event's id is the event_id of its answer.");
            return;
        }

        if (!input.AgreesWithLog())
        {
            LogDifference(logger, text, input.Row.ProgramVersion, input.Row.EngineVersion);
            await Problem.WriteAsync(
                context,
                StatusCodes.Status500InternalServerError,
                "INTERNAL_ERROR",
                "The event, judged again, comes to other facts than were kept, which is a bug of ours. What was kept stands; please report the trace_id.");
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        EventTraceBody.Write(writer, input.Row.EventId, input.Row.ProgramVersion, input.Trace!);
    }

    private async ValueTask<ReplayedInput?> FindAsync(HttpContext context, string text)
    {
        // An id is one text, but the case of its letters: whatever else would be read as the same id is none.
        if (!FactId.TryParse(text, out var id)
            || !id.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)
            || await store.FindEventAsync(Caller.Of(context).Environment, id, context.RequestAborted) is not { } place)
        {
            return null;
        }

        ReplayedInput? last = null;
        await foreach (var input in replay.ReadAsync(place.Participant, place.Seq, place.Seq, [], context.RequestAborted))
        {
            last = input;
        }

        return last;
    }

    private static string Shown(string text)
    {
        const int Most = 50;
        return text.Length <= Most ? text : text[..Most] + "…";
    }

    [LoggerMessage(LogLevel.Critical, "Event {EventId}, judged again under version {ProgramVersion} of its program and engine {EngineVersion}, comes to other facts than were kept. This is a bug of Laurel's.")]
    private static partial void LogDifference(ILogger logger, string eventId, int programVersion, int engineVersion);
}
