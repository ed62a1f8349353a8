using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Points;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tiers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Tiers;

/// <summary>The tier held, the way to the next one, how it came; and tiers by hand. Source: gamification-api.md, "Tiers".</summary>
internal sealed class TiersApi(ParticipantWrites writes, ParticipantReader participants, ILaurelStore store)
{
    /// <summary>Changes that the history tells, the newest; all of them are facts.</summary>
    public const int MostChanges = 100;

    private static readonly IReadOnlyList<string> ChangeKinds = [FactKinds.TierChanged];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/tiers/assign", AssignAsync).RequireKey().Describe(TiersReference.Assign);
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/tier", ReadAsync).RequireKey().Describe(TiersReference.Read);
    }

    private async Task AssignAsync(HttpContext context)
    {
        if (await writes.RunAsync(context, Read) is var (write, outcome))
        {
            await AnswerAsync(context, write, outcome);
        }
    }

    private static WriteRequest? Read(JsonElement body, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is not { } members ? null : new WriteRequest(members.ParticipantId(), new AssignTierInput(
            default,
            members.Code("tier_code", "the code of the tier to give"),
            members.Text("reason", PointsRequests.ReasonMaxLength),
            default));

    private static Task AnswerAsync(HttpContext context, WriteRequest write, CommandOutcome outcome) => outcome switch
    {
        CommandOutcome.Refused { Reason: Refusal.TierNotFound } => Problem.WriteAsync(
            context,
            404,
            "TIER_NOT_FOUND",
            $"The program of this key's environment has no active tier '{((AssignTierInput)write.Input).TierCode}'. Publish it, or correct tier_code."),
        CommandOutcome.Refused refused => throw new InvalidOperationException($"A tier was refused as {refused.Reason}."),
        _ => ParticipantWrites.AnswerAsync(context, outcome),
    };

    private async Task ReadAsync(HttpContext context)
    {
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, []) is not { } participant)
        {
            return;
        }

        var name = participant.Row.Name;
        if (await store.ReadFactsAsync(new FactsQuery(name, ChangeKinds, Page: 1, MostChanges), context.RequestAborted) is not { } changes)
        {
            // Erased between the two reads.
            await ParticipantStateApi.UnknownAsync(context, name.Id);
            return;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("participant_id", name.Id);
        writer.WritePropertyName("current_tier");
        StateParts.WriteCurrentTier(writer, participant.State, participant.Book);
        StateParts.WriteNextTier(writer, participant.State, participant.Book, participant.Now);
        writer.WriteStartArray("tier_history");
        foreach (var entry in changes.Inputs)
        {
            WriteChanges(writer, entry);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // As they were told then: a tier may have another name or level by now.
    private static void WriteChanges(Utf8JsonWriter writer, FactsEntry entry)
    {
        using var facts = JsonDocument.Parse(entry.Input.Facts);
        foreach (var (_, fact) in FactRows.Matching(facts.RootElement, entry, ChangeKinds))
        {
            var data = fact!.Value.GetProperty("data"u8);
            writer.WriteStartObject();
            writer.WriteString("code", data.GetProperty("tier_code"u8).GetString());
            writer.WriteString("name", data.GetProperty("tier_name"u8).GetString());
            writer.WriteNumber("level", data.GetProperty("level"u8).GetInt32());
            writer.WriteString("previous_code", data.GetProperty("previous_code"u8).GetString());
            writer.WritePropertyName("source");
            fact.Value.GetProperty("source"u8).WriteTo(writer);
            writer.WriteString("changed_at", FactRows.OccurredAt(entry.Input, fact.Value).ToString());
            writer.WriteEndObject();
        }
    }
}
