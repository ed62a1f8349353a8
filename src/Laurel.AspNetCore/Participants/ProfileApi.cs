using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Participants;

/// <summary>Who a participant is: made, changed, read. Source: gamification-api.md, "Participants".</summary>
internal sealed class ProfileApi(ParticipantWrites writes, ParticipantReader participants)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/participants", UpsertAsync).RequireKey().Describe(ProfileReference.Upsert);
        routes.MapPatch("/api/v1/gamify/participants/{participant_id}", PatchAsync).RequireKey().Describe(ProfileReference.Patch);
        routes.MapGet("/api/v1/gamify/participants/{participant_id}", ReadAsync).RequireKey().Describe(ProfileReference.Read);
    }

    private async Task UpsertAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, ProfileRequests.ReadUpsert, takesKey: false) is var (write, outcome))
        {
            await AnswerAsync(context, StatusCodes.Status201Created, write.ParticipantId, outcome);
        }
    }

    private async Task PatchAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, (body, faults) => ReadPatch(context, body, faults), takesKey: false) is var (write, outcome))
        {
            await AnswerAsync(context, StatusCodes.Status200OK, write.ParticipantId, outcome);
        }
    }

    private async Task ReadAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        if (RawPath.ParticipantId(context, segmentsAfter: 0, faults) is { } participantId)
        {
            await WriteProfileAsync(context, StatusCodes.Status200OK, participantId);
        }
        else
        {
            await Problem.UnprocessableAsync(context, faults);
        }
    }

    private static WriteRequest? ReadPatch(HttpContext context, JsonElement body, List<Fault> faults)
    {
        var participantId = RawPath.ParticipantId(context, segmentsAfter: 0, faults);
        return ProfileRequests.ReadPatch(body, participantId ?? "", faults);
    }

    private Task AnswerAsync(HttpContext context, int status, string participantId, CommandOutcome outcome) => outcome switch
    {
        CommandOutcome.Answered or CommandOutcome.Refused { Reason: Refusal.NothingChanged } => WriteProfileAsync(context, status, participantId),
        CommandOutcome.Refused { Reason: Refusal.ParticipantNotFound } => ParticipantStateApi.UnknownAsync(context, participantId),
        CommandOutcome.Refused { Reason: Refusal.AttributesTooLarge } => Problem.UnprocessableAsync(
            context, [new Fault("/attributes", $"would leave the participant with more than {Profile.AttributesMaxBytes} bytes of attributes; remove some with null")]),
        CommandOutcome.Refused refused => throw new InvalidOperationException($"A profile was refused as {refused.Reason}."),
        _ => CommandAnswers.WriteFailureAsync(context, outcome),
    };

    private async Task WriteProfileAsync(HttpContext context, int status, string participantId)
    {
        var name = new ParticipantName(Caller.Of(context).Environment, participantId);
        if (await participants.FindAsync(name, context.RequestAborted) is not { } participant)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        Write(writer, participant);
    }

    private static void Write(Utf8JsonWriter writer, PresentParticipant participant)
    {
        var (state, book, profile) = (participant.State, participant.Book, participant.State.Profile ?? Profile.Empty);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Row.Name.Id);
        writer.WriteString("display_name", profile.DisplayName);
        writer.WriteString("avatar_url", profile.AvatarUrl);
        writer.WritePropertyName("attributes");
        writer.WriteRawValue(profile.AttributesJson.Span, skipInputValidation: true);
        writer.WritePropertyName("points");
        StateParts.WritePoints(writer, state, book);
        writer.WritePropertyName("tier");
        StateParts.WriteCurrentTier(writer, state, book);
        writer.WritePropertyName("badges");
        StateParts.WriteBadges(writer, state, book);
        writer.WritePropertyName("streaks");
        if (book.Streaks.Count > 0)
        {
            StateParts.WriteStreaks(writer, state, book, participant.Now);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteNumber("rewards_claimed", state.Rewards.Sum(reward => (long)reward.Claims));
        writer.WriteNumber("total_events", state.TotalEvents);
        writer.WriteBoolean("is_active", true);
        writer.WriteString("created_at", participant.Row.CreatedAt.ToString());
        writer.WriteEndObject();
    }
}
