using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Laurel.AspNetCore.Rewards;

/// <summary>What rewards of the catalogue have to give: codes to upload, and how many are left.</summary>
internal sealed class RewardCodesApi(ILaurelStore store, RuleBooks books)
{
    /// <summary>Bytes of an upload.</summary>
    public const int UploadMaxBytes = 4 * 1024 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/gamify/admin/rewards/{code}/codes", UploadAsync).RequireAdminKey().Describe(RewardsReference.Upload);
        routes.MapGet("/api/v1/gamify/admin/rewards/{code}/stock", ReadStockAsync).RequireAdminKey().Describe(RewardsReference.Stock);
    }

    private async Task UploadAsync(HttpContext context)
    {
        var isCsv = IsCsv(context.Request.ContentType);
        if (!isCsv && !JsonBody.IsJson(context.Request.ContentType))
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "This call takes application/json or text/csv, in UTF-8. Set the header Content-Type to one of them.");
            return;
        }

        if (await JsonBody.ReadAllAsync(context, UploadMaxBytes) is not { } body)
        {
            return;
        }

        var faults = new List<Fault>();
        if ((isCsv ? CodeList.ReadCsv(body, faults) : CodeList.ReadJson(body, faults)) is not { } codes)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        if (await FindAsync(context) is not { } reward)
        {
            return;
        }

        if (!reward.HasCodePool)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status409Conflict, "REWARD_HAS_NO_CODE_POOL", $"The reward '{reward.Code}' takes no codes. Publish it with \"code_pool\": true first.");
            return;
        }

        var environment = Caller.Of(context).Environment;
        var added = await store.AddRewardCodesAsync(new RewardName(environment, reward.Code), codes, context.RequestAborted);
        var stock = await ReadStockAsync(context, reward);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("reward_code", reward.Code);
        writer.WriteNumber("added", added);
        writer.WriteNumber("duplicates", codes.Count - added);
        WriteCodes(writer, stock);
        writer.WriteEndObject();
    }

    private async Task ReadStockAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } reward)
        {
            return;
        }

        var stock = await ReadStockAsync(context, reward);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteString("reward_code", reward.Code);
        RewardAvailability.WriteNumber(writer, "stock", reward.Stock);
        writer.WriteNumber("issued", stock.Issued);
        RewardAvailability.WriteNumber(writer, "available", RewardAvailability.Of(reward, stock));
        WriteCodes(writer, stock);
        writer.WriteEndObject();
    }

    private async ValueTask<CatalogueReward?> FindAsync(HttpContext context)
    {
        var book = await books.GetNewestAsync(Caller.Of(context).Environment, context.RequestAborted);
        if (book.FindReward((string)context.Request.RouteValues["code"]!) is { } reward)
        {
            return reward;
        }

        await Problem.WriteAsync(
            context, StatusCodes.Status404NotFound, "REWARD_NOT_FOUND", "The program of this key's environment has no reward of this code. Publish it, or correct the code in the path.");
        return null;
    }

    private async ValueTask<RewardStock> ReadStockAsync(HttpContext context, CatalogueReward reward) =>
        (await store.ReadRewardStocksAsync(Caller.Of(context).Environment, context.RequestAborted)).GetValueOrDefault(reward.Code) ?? RewardAvailability.Untouched;

    private static void WriteCodes(Utf8JsonWriter writer, RewardStock stock)
    {
        writer.WriteNumber("codes_total", stock.CodesTotal);
        writer.WriteNumber("codes_free", stock.CodesFree);
    }

    private static bool IsCsv(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) && JsonBody.IsUtf8(type);
}
