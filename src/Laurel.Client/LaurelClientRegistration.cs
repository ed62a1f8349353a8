using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Laurel.Client;

/// <summary>Puts <see cref="LaurelClient"/> among an application's services.</summary>
public static class LaurelClientRegistration
{
    /// <summary>The name of the client's <see cref="HttpClient"/> at the factory.</summary>
    public const string HttpClientName = "Laurel";

    // Connections are renewed, so that a client that is kept for long finds a server that has moved.
    private static readonly TimeSpan _connectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Adds <see cref="LaurelClient"/>, which retries by itself. Wrong options are told when the host starts, all at once. The builder that comes back takes
    /// handlers of your own: they see each try.
    /// </summary>
    public static IHttpClientBuilder AddLaurelClient(this IServiceCollection services, Action<LaurelClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LaurelClientOptions>, LaurelClientOptionsCheck>());
        services.AddOptions<LaurelClientOptions>().Configure(configure).ValidateOnStart();

        var builder = services.AddHttpClient(HttpClientName, Configure)
            .AddTypedClient((http, provider) => new LaurelClient(http, provider.GetRequiredService<TimeProvider>()))
            // A redirect would carry the key to whoever it names.
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.PooledConnectionLifetime = _connectionLifetime;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.AddResilienceHandler("retries", (pipeline, context) =>
            Retries.Add(pipeline, context.ServiceProvider.GetRequiredService<IOptions<LaurelClientOptions>>().Value, context.ServiceProvider.GetRequiredService<TimeProvider>()));
        return builder.AddHttpMessageHandler(() => new WholeAnswers());
    }

    private static void Configure(IServiceProvider provider, HttpClient http)
    {
        var options = provider.GetRequiredService<IOptions<LaurelClientOptions>>().Value;
        var address = options.Address!.AbsoluteUri;
        http.BaseAddress = new Uri(address.EndsWith('/') ? address : address + "/");
        http.DefaultRequestHeaders.Add("X-API-Key", options.ApiKey);
        // The retries keep the time, tries and waits together.
        http.Timeout = Timeout.InfiniteTimeSpan;
    }
}
