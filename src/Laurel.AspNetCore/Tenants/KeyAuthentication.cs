using Laurel.AspNetCore.Audit;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.AspNetCore.Tenants;

/// <summary>Whose key an endpoint asks for.</summary>
internal enum KeyKind
{
    /// <summary>Any valid <c>X-API-Key</c>.</summary>
    Any,

    /// <summary>An <c>X-API-Key</c> with the scope <c>admin</c> or <c>gamify:admin</c>.</summary>
    Admin,

    /// <summary>An <c>X-Operator-Key</c>.</summary>
    Operator,
}

/// <summary>Says in an endpoint's metadata which key it asks for; the endpoint's delegate enforces it.</summary>
internal sealed record KeyRequirement(KeyKind Kind);

/// <summary>
/// Lets in who holds a key. It wraps the endpoint itself, so that no host can map the endpoint and leave the check out, and so that routing's
/// 404 and 405 come first. On the way in it allocates no more than a header's text: it stands before every event. Source: semantics §1, §2.
/// </summary>
internal static class KeyAuthentication
{
    public const string ApiKeyHeader = "X-API-Key";
    public const string OperatorKeyHeader = "X-Operator-Key";

    /// <summary>Any valid key of an active tenant; <see cref="Caller.Of"/> then tells whose.</summary>
    public static TBuilder RequireKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => Require(builder, KeyKind.Any);

    /// <summary>A key with the scope <c>admin</c> or <c>gamify:admin</c>.</summary>
    public static TBuilder RequireAdminKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => Require(builder, KeyKind.Admin);

    /// <summary>An operator's key. There is no <see cref="Caller"/>: operators belong to no tenant.</summary>
    public static TBuilder RequireOperatorKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => Require(builder, KeyKind.Operator);

    private static TBuilder Require<TBuilder>(TBuilder builder, KeyKind kind)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint =>
        {
            endpoint.Metadata.Add(new KeyRequirement(kind));
            var ring = endpoint.ApplicationServices.GetRequiredService<KeyRing>();
            var rate = endpoint.ApplicationServices.GetRequiredService<KeyRate>();
            var audit = endpoint.ApplicationServices.GetRequiredService<AuditTrail>();
            var next = endpoint.RequestDelegate ?? throw new InvalidOperationException($"{endpoint.DisplayName} has nothing to guard.");
            endpoint.RequestDelegate = kind switch
            {
                KeyKind.Operator => context => AdmitOperator(context, ring, key => audit.RunAsync(context, next, environment: null, key)),
                KeyKind.Admin => context => AdmitCaller(
                    context, ring, rate, admitted => audit.RunAsync(admitted, next, Caller.Of(admitted).Environment, Caller.Of(admitted).Key), admin: true),
                _ => context => AdmitCaller(context, ring, rate, next, admin: false),
            };
        });
        return builder;
    }

    private static Task AdmitCaller(HttpContext context, KeyRing ring, KeyRate rate, RequestDelegate next, bool admin)
    {
        var now = ring.Now;
        if (Find(context, ring, ApiKeyHeader, isOperator: false, now) is not { Caller: { } caller } key)
        {
            return RefuseAsync(
                context, ApiKeyHeader, "The header X-API-Key must hold a valid API key (bq_live_ or bq_test_ and 32 hex characters) that is neither expired nor revoked.");
        }

        // Counted as soon as it is known whose call it is, so that every answer says what remains; refused for it last.
        var isWithinRate = rate.Admit(context.Response, key.Use.Calls, now);
        if (!caller.Tenant.IsActive)
        {
            return Problem.WriteAsync(
                context, StatusCodes.Status403Forbidden, "forbidden", "The tenant of this key is disabled. The operator of this server can enable it again.");
        }

        if (admin && !key.IsAdmin)
        {
            return Problem.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "forbidden",
                $"This key has the scopes [{string.Join(", ", key.Key.Scopes)}], but the call needs 'admin' or 'gamify:admin'. Use a key that has one of them.");
        }

        if (!isWithinRate)
        {
            return rate.RefuseAsync(context, now);
        }

        context.Features.Set(caller);
        return next(context);
    }

    private static Task AdmitOperator(HttpContext context, KeyRing ring, Func<ApiKey, Task> next)
    {
        if (Find(context, ring, OperatorKeyHeader, isOperator: true, ring.Now) is not { } key)
        {
            return RefuseAsync(
                context, OperatorKeyHeader, "The header X-Operator-Key must hold a valid operator key (bq_op_ and 32 hex characters) that is neither expired nor revoked.");
        }

        context.Features.Set(key);
        return next(key.Key);
    }

    private static RingKey? Find(HttpContext context, KeyRing ring, string header, bool isOperator, Timestamp now)
    {
        var values = context.Request.Headers[header];
        if (values.Count != 1 || values[0] is not { } text || !(isOperator ? KeyText.IsOperatorKey(text) : KeyText.IsApiKey(text)))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[KeyText.HashBytes];
        KeyText.Hash(text, hash);
        if (ring.Current.Find(hash) is not { } key || key.Key.IsOperator != isOperator || !key.IsValidAt(now))
        {
            return null;
        }

        key.Use.Note(now);
        return key;
    }

    // One and the same answer whatever was wrong with the key: nobody learns from it which keys once existed.
    private static Task RefuseAsync(HttpContext context, string header, string detail)
    {
        context.Response.Headers.WWWAuthenticate = $"ApiKey header=\"{header}\"";
        return Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", detail);
    }
}
