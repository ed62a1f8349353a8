using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// Tenants and their keys, for the operator of the server. A change holds on this node when the call has returned, on the others
/// within a second. Source: contract/laurel-api.md "Operator".
/// </summary>
internal static class OperatorApi
{
    public static void MapOperator(this IEndpointRouteBuilder routes, KeyRing ring, ParticipantRate defaultRate)
    {
        var tenants = routes.MapGroup("/api/v1/operator/tenants");
        tenants.MapPost("", context => CreateTenantAsync(context, ring, defaultRate)).RequireOperatorKey().Describe(OperatorReference.CreateTenant);
        tenants.MapGet("", context => ListTenantsAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.ListTenants);
        tenants.MapGet("/{tenant_id}", context => ReadTenantAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.ReadTenant);
        tenants.MapPatch("/{tenant_id}", context => ChangeTenantAsync(context, ring, defaultRate)).RequireOperatorKey().Describe(OperatorReference.ChangeTenant);
        tenants.MapPost("/{tenant_id}/keys", context => CreateKeyAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.CreateKey);
        tenants.MapGet("/{tenant_id}/keys", context => ListKeysAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.ListKeys);
        tenants.MapDelete("/{tenant_id}/keys/{key_id}", context => RevokeKeyAsync(context, ring)).RequireOperatorKey().Describe(OperatorReference.RevokeKey);
    }

    private static async Task CreateTenantAsync(HttpContext context, KeyRing ring, ParticipantRate defaultRate)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var faults = new List<Fault>();
        var now = ring.Now;
        var blank = new Tenant(0, NewId(now), "", true, "UTC", null, now);
        var tenant = TenancyRequests.ReadTenant(body.RootElement, blank, defaultRate, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var after = await ring.ChangeAsync(_ => new Tenancy([tenant], []), context.RequestAborted);
        context.Response.Headers.Location = $"/api/v1/operator/tenants/{tenant.Id}";
        await AnswerAsync(context, StatusCodes.Status201Created, after.FindTenant(tenant.Id)!);
    }

    private static Task ListTenantsAsync(HttpContext context, KeyRing ring)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            return Problem.UnprocessableAsync(context, faults);
        }

        Tenant[] all = [.. ring.Current.Tenancy.Tenants.OrderBy(tenant => tenant.Key)];
        return TenancyJson.AnswerAsync(
            context, StatusCodes.Status200OK, writer => TenancyJson.WritePage(writer, "tenants", all, paging, TenancyJson.Write));
    }

    private static Task ReadTenantAsync(HttpContext context, KeyRing ring) =>
        ring.Current.FindTenant(TenantId(context)) is { } tenant
            ? AnswerAsync(context, StatusCodes.Status200OK, tenant)
            : NoTenantAsync(context);

    private static async Task ChangeTenantAsync(HttpContext context, KeyRing ring, ParticipantRate defaultRate)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        // Decided on what the store holds now, so that two changes of different members both stay.
        var faults = new List<Fault>();
        var after = await ring.ChangeAsync(
            before =>
            {
                if (before.FindTenant(TenantId(context)) is not { } tenant)
                {
                    return Tenancy.Empty;
                }

                var changed = TenancyRequests.ReadTenant(body.RootElement, tenant, defaultRate, faults);
                return faults.Count > 0 || changed == tenant ? Tenancy.Empty : new Tenancy([changed], []);
            },
            context.RequestAborted);
        var answer = after.FindTenant(TenantId(context)) is not { } now ? NoTenantAsync(context)
            : faults.Count > 0 ? Problem.UnprocessableAsync(context, faults)
            : AnswerAsync(context, StatusCodes.Status200OK, now);
        await answer;
    }

    private static async Task CreateKeyAsync(HttpContext context, KeyRing ring)
    {
        if (ring.Current.FindTenant(TenantId(context)) is not { } tenant)
        {
            await NoTenantAsync(context);
            return;
        }

        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var faults = new List<Fault>();
        var now = ring.Now;
        var asked = TenancyRequests.ReadKey(body.RootElement, tenant.Id, now, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var text = KeyText.Draw(asked.IsLive ? KeyText.Live : KeyText.Test);
        var key = Keep(asked, text, now);
        var after = await ring.ChangeAsync(_ => new Tenancy([], [key]), context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await TenancyJson.AnswerAsync(
            context, StatusCodes.Status201Created, writer => TenancyJson.Write(writer, after.FindById(key.Id)!, text));
    }

    private static Task ListKeysAsync(HttpContext context, KeyRing ring)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        if (ring.Current is var now && now.FindTenant(TenantId(context)) is not { } tenant)
        {
            return NoTenantAsync(context);
        }

        if (faults.Count > 0)
        {
            return Problem.UnprocessableAsync(context, faults);
        }

        RingKey[] all = [.. now.Tenancy.Keys
            .Where(key => key.TenantId == tenant.Id)
            .OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)
            .Select(key => now.FindById(key.Id)!)];
        return TenancyJson.AnswerAsync(
            context,
            StatusCodes.Status200OK,
            writer => TenancyJson.WritePage(writer, "keys", all, paging, (to, key) => TenancyJson.Write(to, key)));
    }

    private static async Task RevokeKeyAsync(HttpContext context, KeyRing ring)
    {
        var tenantId = TenantId(context);
        var keyId = (string)context.Request.RouteValues["key_id"]!;
        var revokedAt = ring.Now;

        // Revoking twice keeps the first moment.
        var after = await ring.ChangeAsync(
            before => before.FindById(keyId)?.Key is { RevokedAt: null } key && key.TenantId == tenantId
                ? new Tenancy([], [key with { RevokedAt = revokedAt }])
                : Tenancy.Empty,
            context.RequestAborted);
        if (after.FindTenant(tenantId) is null)
        {
            await NoTenantAsync(context);
        }
        else if (after.FindById(keyId)?.Key.TenantId != tenantId)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status404NotFound, "KEY_NOT_FOUND", "The tenant has no key of this key_id. GET …/keys lists what it has.");
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    /// <summary>The row of a key whose text is <paramref name="text"/>.</summary>
    public static ApiKey Keep(ApiKey asked, string text, Timestamp now) =>
        asked with { Id = NewId(now), Hash = KeyText.Hash(text), Prefix = text[..KeyText.PrefixLength], CreatedAt = now };

    /// <summary>A new id for a tenant or a key.</summary>
    public static string NewId(Timestamp now) => Ulid.NewUlid(new DateTimeOffset(now.ToDateTime())).ToString();

    private static string TenantId(HttpContext context) => (string)context.Request.RouteValues["tenant_id"]!;

    private static Task AnswerAsync(HttpContext context, int status, Tenant tenant) =>
        TenancyJson.AnswerAsync(context, status, (Utf8JsonWriter writer) => TenancyJson.Write(writer, tenant));

    private static Task NoTenantAsync(HttpContext context) =>
        Problem.WriteAsync(
            context, StatusCodes.Status404NotFound, "TENANT_NOT_FOUND", "There is no tenant of this tenant_id. GET /api/v1/operator/tenants lists all.");
}
