using Laurel.AspNetCore.Tenants;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Puts Laurel into an ASP.NET Core application: the server does no more than any other host can.</summary>
public static class LaurelHosting
{
    /// <summary>
    /// Adds Laurel with the options of the configuration's section <c>Laurel</c>. Throws <see cref="LaurelStartException"/> when they are wrong.
    /// </summary>
    public static IHostApplicationBuilder AddLaurel(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddLaurel(LaurelOptions.Read(builder.Configuration));
        return builder;
    }

    /// <summary>Adds Laurel with these options. Throws <see cref="LaurelStartException"/> when they are wrong.</summary>
    public static IServiceCollection AddLaurel(this IServiceCollection services, LaurelOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options.Checked());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => StoreChoice.Create(options));
        services.AddSingleton<Readiness>();

        services.AddSingleton<KeyRing>();
        services.AddSingleton(provider => new Bootstrap(provider.GetRequiredService<KeyRing>(), options.BootstrapAdminKeys, options.BootstrapOperatorKeys));

        // Hosted parts start in this order and stop in the reverse one: requests end first, the store last.
        services.AddHostedService<LaurelStart>();
        services.AddHostedService<KeyRefresher>();
        return services;
    }

    /// <summary>Maps every endpoint of Laurel.</summary>
    public static IEndpointRouteBuilder MapLaurel(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var services = routes.ServiceProvider;
        var options = services.GetRequiredService<LaurelOptions>();
        routes.MapOperator(services.GetRequiredService<KeyRing>(), options.ParticipantRate);
        routes.MapHealth(services.GetRequiredService<Readiness>());
        return routes;
    }
}
