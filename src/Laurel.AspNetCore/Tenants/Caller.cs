using Laurel.Tenants;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Tenants;

/// <summary>Who calls: the key's environment and tenant. The shell reads it after authentication, and puts its environment into every query.</summary>
internal sealed record Caller(EnvironmentKey Environment, Tenant Tenant, ApiKey Key)
{
    /// <summary>The caller of an authenticated request. Throws where the endpoint forgot to require a key: a bug.</summary>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The endpoint did not require a key.");
}
