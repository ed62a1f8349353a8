using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Rewards;

/// <summary>The shop: what can be had, and a claim of it. Source: gamification-api.md, "Rewards".</summary>
internal sealed class ShopApi(ParticipantWrites writes, ILaurelStore store, RuleBooks books, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/gamify/rewards", ListAsync).RequireKey().Describe(ShopReference.List);
        routes.MapPost("/api/v1/gamify/rewards/{id}/claim", ClaimAsync).RequireKey().Describe(ShopReference.Claim);
    }

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var type = TypeOf(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var environment = Caller.Of(context).Environment;
        var book = await books.GetNewestAsync(environment, context.RequestAborted);
        var stocks = await store.ReadRewardStocksAsync(environment, context.RequestAborted);
        var now = Timestamp.From(time.GetUtcNow());
        var offered = book.Rewards.Where(reward => reward.IsActive && !(now >= reward.ExpiresAt) && (type is null || reward.Type == type)).ToList();
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteStartArray("rewards");
        foreach (var reward in offered)
        {
            Write(writer, reward, stocks.GetValueOrDefault(reward.Code) ?? RewardAvailability.Untouched);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", offered.Count);
        writer.WriteEndObject();
    }

    private async Task ClaimAsync(HttpContext context)
    {
        var code = (string)context.Request.RouteValues["id"]!;
        if (await writes.RunAsync(context, (body, faults) => ReadClaim(body, code, faults)) is not var (write, outcome))
        {
            return;
        }

        if (outcome is not CommandOutcome.Refused refused)
        {
            await ParticipantWrites.AnswerAsync(context, outcome);
            return;
        }

        var (status, problem, detail) = ClaimRefusal.Of((ClaimRewardInput)write.Input, refused);
        await Problem.WriteAsync(context, status, problem, detail);
    }

    private static WriteRequest? ReadClaim(JsonElement body, string code, List<Fault> faults) => BodyMembers.Open(body, "", faults) is { } members
        ? new WriteRequest(members.ParticipantId(), new ClaimRewardInput(default, code, members.Flag("points_deduction", otherwise: true), default))
        : null;

    private static void Write(Utf8JsonWriter writer, CatalogueReward reward, RewardStock stock)
    {
        writer.WriteStartObject();
        writer.WriteString("id", reward.Code);
        writer.WriteString("name", reward.Name);
        writer.WriteString("type", reward.Type);
        writer.WriteString("description", reward.Description);
        writer.WriteNumber("points_cost", reward.PointsCost);
        RewardAvailability.WriteNumber(writer, "available_codes", RewardAvailability.Of(reward, stock));
        RewardAvailability.WriteNumber(writer, "max_claims_per_user", reward.MaxClaimsPerParticipant);
        writer.WriteString("expires_at", reward.ExpiresAt?.ToString());
        writer.WriteEndObject();
    }

    private static string? TypeOf(IQueryCollection query, List<Fault> faults)
    {
        var values = query["reward_type"];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count != 1 || !CatalogueReward.Types.Contains(values[0]!))
        {
            faults.Add(new Fault("/reward_type", $"must be one of {string.Join(", ", CatalogueReward.Types)}"));
        }

        return values[0];
    }
}
