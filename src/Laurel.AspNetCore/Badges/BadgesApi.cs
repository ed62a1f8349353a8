using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Badges;

/// <summary>Badges by hand, and a participant's cabinet of them. Source: gamification-api.md, "Badges".</summary>
internal sealed class BadgesApi(ParticipantWrites writes, ParticipantReader participants)
{
    /// <summary>Bytes of metadata.</summary>
    public const int MetadataMaxBytes = 8 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/badges/award", AwardAsync).RequireKey().Describe(BadgesReference.Award);
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/badges", ListAsync).RequireKey().Describe(BadgesReference.List);
    }

    private async Task AwardAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, Read, takesKey: false) is var (write, outcome))
        {
            await AnswerAsync(context, write, outcome);
        }
    }

    private static WriteRequest? Read(JsonElement body, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is not { } members ? null : new WriteRequest(members.ParticipantId(), new AwardBadgeInput(
            default,
            members.Code("badge_code", "the code of the badge to give"),
            members.Json("metadata", MetadataMaxBytes),
            default));

    private static async Task AnswerAsync(HttpContext context, WriteRequest write, CommandOutcome outcome)
    {
        var code = ((AwardBadgeInput)write.Input).BadgeCode;
        switch (outcome)
        {
            case CommandOutcome.Refused { Reason: Refusal.BadgeHeld } held:
                context.Response.ContentType = "application/json";
                await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options))
                {
                    BadgeAnswer.WriteAlreadyEarned(writer, write.ParticipantId, held.Book, code, held.State);
                }

                break;
            case CommandOutcome.Refused { Reason: Refusal.BadgeNotFound }:
                await Problem.WriteAsync(
                    context, 404, "BADGE_NOT_FOUND", $"The program of this key's environment has no active badge '{code}'. Publish it, or correct badge_code.");
                break;
            case CommandOutcome.Refused refused:
                throw new InvalidOperationException($"A badge was refused as {refused.Reason}.");
            default:
                await ParticipantWrites.AnswerAsync(context, outcome);
                break;
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var isEarnedOnly = EarnedOnly(context.Request.Query, faults);
        var codes = context.Request.Query["badge_codes"];
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, faults) is not { } participant)
        {
            return;
        }

        var badges = BadgeRow.Of(participant.Book, participant.State).Where(row => row.EarnedAt is not null || !isEarnedOnly);
        if (codes.Count > 0)
        {
            var wanted = codes.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
            badges = badges.Where(row => wanted.Contains(row.Code));
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        Write(writer, participant.Row.Name.Id, [.. badges]);
    }

    private static void Write(Utf8JsonWriter writer, string participantId, List<BadgeRow> badges)
    {
        writer.WriteStartObject();
        writer.WriteString("participant_id", participantId);
        writer.WriteStartArray("badges");
        badges.ForEach(row => row.Write(writer));
        writer.WriteEndArray();
        writer.WriteNumber("total", badges.Count);
        writer.WriteNumber("earned_count", badges.Count(row => row.EarnedAt is not null));
        writer.WriteEndObject();
    }

    private static bool EarnedOnly(IQueryCollection query, List<Fault> faults)
    {
        var values = query["earned_only"];
        if (values.Count > 0 && (values.Count > 1 || values[0] is not ("true" or "false")))
        {
            faults.Add(new Fault("/earned_only", "must be true or false, once"));
        }

        return values.Count == 1 && values[0] == "true";
    }
}
