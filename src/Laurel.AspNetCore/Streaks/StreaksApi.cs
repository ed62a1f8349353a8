using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Streaks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Streaks;

/// <summary>Streaks by hand, and a participant's flames. Source: gamification-api.md, "Streaks".</summary>
internal sealed class StreaksApi(ParticipantWrites writes, ParticipantReader participants, EventsOptions options, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/streaks/record", RecordAsync).RequireKey().Describe(StreaksReference.Record);
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/streaks", ListAsync).RequireKey().Describe(StreaksReference.List);
    }

    private async Task RecordAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, (body, faults) => Read(body, options.LatestAt(time.GetUtcNow()), faults), takesKey: false) is var (write, outcome))
        {
            await AnswerAsync(context, write, outcome);
        }
    }

    private static WriteRequest? Read(JsonElement body, Timestamp latest, List<Fault> faults)
    {
        if (BodyMembers.Open(body, "", faults) is not { } members)
        {
            return null;
        }

        var at = members.Instant("timestamp");
        if (at > latest)
        {
            members.Fault("timestamp", $"must not lie that far ahead: {at} is after {latest}, the latest that the server's clock allows now");
        }

        return new WriteRequest(members.ParticipantId(), new RecordStreakInput(default, members.Code("streak_code", "the code of the streak"), at, default));
    }

    private static async Task AnswerAsync(HttpContext context, WriteRequest write, CommandOutcome outcome)
    {
        var code = ((RecordStreakInput)write.Input).StreakCode;
        switch (outcome)
        {
            case CommandOutcome.Refused { Reason: Refusal.PeriodRecorded } recorded:
                context.Response.ContentType = "application/json";
                await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options))
                {
                    StreakAnswer.WriteAlreadyRecorded(writer, write.ParticipantId, code, recorded.State);
                }

                break;
            case CommandOutcome.Refused { Reason: Refusal.StreakNotFound }:
                await Problem.WriteAsync(
                    context, 404, "STREAK_NOT_FOUND", $"The program of this key's environment has no active streak '{code}'. Publish it, or correct streak_code.");
                break;
            case CommandOutcome.Refused refused:
                throw new InvalidOperationException($"A streak was refused as {refused.Reason}.");
            default:
                await ParticipantWrites.AnswerAsync(context, outcome);
                break;
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, []) is not { } participant)
        {
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Row.Name.Id);
        writer.WritePropertyName("streaks");
        StateParts.WriteStreaks(writer, participant.State, participant.Book, participant.Now);
        writer.WriteEndObject();
    }
}
