using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Challenges;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Rewards;
using Laurel.AspNetCore.Tenants;
using Laurel.Challenges;
using Laurel.Facts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Participants;

/// <summary>All that a front end draws of a participant, in one call. Source: laurel-api.md, "State".</summary>
internal sealed class ParticipantStateApi(ParticipantReader participants, ChallengeStandings standings, ClaimReader claims)
{
    // All claims are facts; a state shows the newest.
    private const int MostClaims = 100;

    private static readonly string[] Parts = ["points", "tier", "badges", "challenges", "streaks", "rewards"];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/participants/{participant_id}/state", ReadAsync).RequireKey().Describe(ParticipantReference.State);

    private async Task ReadAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var parts = Included(context.Request.Query, faults);
        if (await participants.FindInPathAsync(context, segmentsAfter: 1, faults) is not { } participant)
        {
            return;
        }

        // All is read before the first byte is written, so that a store that fails is still answered as such.
        var challenges = parts.Contains("challenges") ? await standings.OfAsync(participant, context.RequestAborted) : [];
        var rewards = parts.Contains("rewards") ? await claims.ListAsync(participant.Row.Name, page: 1, MostClaims, context.RequestAborted) : null;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        Write(writer, participant, parts, challenges, rewards);
    }

    /// <summary>404 for a participant that never received a write.</summary>
    public static Task UnknownAsync(HttpContext context, string participantId) => Problem.WriteAsync(
        context, 404, "PARTICIPANT_NOT_FOUND", $"There is no participant '{participantId}' in this key's environment. Participants appear with their first write.");

    private static void Write(Utf8JsonWriter writer, PresentParticipant participant, IReadOnlyList<string> parts, IReadOnlyList<ChallengeStanding> challenges, ClaimsPage? rewards)
    {
        var (state, book) = (participant.State, participant.Book);
        writer.WriteStartObject();
        writer.WriteString("participant_id", participant.Row.Name.Id);
        writer.WriteNumber("total_events", state.TotalEvents);
        foreach (var part in parts)
        {
            writer.WritePropertyName(part);
            switch (part)
            {
                case "points":
                    StateParts.WritePoints(writer, state, book);
                    break;
                case "tier":
                    StateParts.WriteTier(writer, state, book, participant.Now);
                    break;
                case "badges":
                    StateParts.WriteBadges(writer, state, book);
                    break;
                case "challenges":
                    ChallengeRows.Write(writer, challenges);
                    break;
                case "streaks":
                    StateParts.WriteStreaks(writer, state, book, participant.Now);
                    break;
                default:
                    Claim.WriteAll(writer, rewards?.Claims ?? []);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static IReadOnlyList<string> Included(IQueryCollection query, List<Fault> faults)
    {
        var values = query["include"];
        if (values.Count == 0)
        {
            return Parts;
        }

        var wanted = values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Exists(part => !Parts.Contains(part)))
        {
            faults.Add(new Fault("/include", $"must be a comma-separated list of {string.Join(", ", Parts)}"));
        }

        return wanted;
    }
}
