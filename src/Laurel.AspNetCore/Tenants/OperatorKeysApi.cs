using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// The last step of rotating an operator key: find the old one and revoke it. New ones come from the configuration alone.
/// Source: semantics §1 ("two may be valid at once, so that they can be rotated"); the endpoints are an addition of ours.
/// </summary>
internal static class OperatorKeysApi
{
    public static void MapOperatorKeys(this IEndpointRouteBuilder routes, KeyRing ring)
    {
        var keys = routes.MapGroup("/api/v1/operator/keys");
        keys.MapGet("", context => ListAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.ListOperatorKeys);
        keys.MapDelete("/{key_id}", context => RevokeAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.RevokeOperatorKey);
    }

    private static Task ListAsync(HttpContext context, KeyRing ring)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            return Problem.UnprocessableAsync(context, faults);
        }

        var now = ring.Current;
        RingKey[] all = [.. now.Tenancy.Keys
            .Where(key => key.IsOperator)
            .OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)
            .Select(key => now.FindById(key.Id)!)];
        return TenancyJson.AnswerAsync(
            context, StatusCodes.Status200OK, writer => TenancyJson.WritePage(writer, "keys", all, paging, TenancyJson.WriteOperatorKey));
    }

    private static async Task RevokeAsync(HttpContext context, KeyRing ring)
    {
        var keyId = (string)context.Request.RouteValues["key_id"]!;
        if (context.Features.Get<RingKey>()?.Key.Id == keyId)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status409Conflict, "KEY_IN_USE", "This call is made with the very key that it would revoke. Make it with another operator key.");
            return;
        }

        var revokedAt = ring.Now;
        var after = await ring.ChangeAsync(
            before => before.FindById(keyId)?.Key is { RevokedAt: null, IsOperator: true } key
                ? new Tenancy([], [key with { RevokedAt = revokedAt }])
                : Tenancy.Empty,
            context.RequestAborted);
        if (after.FindById(keyId)?.Key.IsOperator == true)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await Problem.WriteAsync(
            context, StatusCodes.Status404NotFound, "KEY_NOT_FOUND", "There is no operator key of this key_id. GET /api/v1/operator/keys lists all.");
    }
}
