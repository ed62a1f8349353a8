using System.Security.Cryptography;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Audit;
using Laurel.AspNetCore.Badges;
using Laurel.AspNetCore.Challenges;
using Laurel.AspNetCore.Clock;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Erasures;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Points;
using Laurel.AspNetCore.Rewards;
using Laurel.AspNetCore.Streaks;
using Laurel.AspNetCore.Telemetry;
using Laurel.AspNetCore.Tenants;
using Laurel.AspNetCore.Tiers;
using Laurel.AspNetCore.Webhooks;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Puts Laurel into an ASP.NET Core application: the server does no more than any other host can.</summary>
public static class LaurelHosting
{
    /// <summary>Name of the meter and of the activity source that a host listens to.</summary>
    public const string TelemetryName = LaurelTelemetry.Name;

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
        services.TryAddSingleton(_ => RandomNumberGenerator.Create());
        services.AddSingleton(_ => StoreChoice.Create(options));
        services.AddSingleton<LaurelTelemetry>();
        services.AddSingleton<Readiness>();

        services.AddSingleton<KeyRing>();
        services.AddSingleton(new KeyRate(options.KeyRatePerMinute));
        services.AddSingleton(provider => new Bootstrap(provider.GetRequiredService<KeyRing>(), options.BootstrapAdminKeys, options.BootstrapOperatorKeys));

        services.AddSingleton(new AuditKept(TimeSpan.FromDays(options.AuditKeptDays)));
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<AuditApi>();

        services.AddSingleton<ProgramPublisher>();
        services.AddSingleton<RuleBooks>();

        services.AddSingleton<SubscriberSets>();
        services.AddSingleton<OutboxSignal>();

        services.AddSingleton(new EventsOptions(options.ParticipantRate, TimeSpan.FromHours(options.EventsMaxAheadHours)));
        services.AddSingleton(provider => new EventPipeline(
            provider.GetRequiredService<ILaurelStore>(),
            provider.GetRequiredService<RuleBooks>(),
            provider.GetRequiredService<SubscriberSets>(),
            provider.GetRequiredService<OutboxSignal>(),
            provider.GetRequiredService<TimeProvider>(),
            new PipelineLimits(options.PipelineQueueLimit, options.PipelineBatchLimit),
            new RandomIds(provider.GetRequiredService<RandomNumberGenerator>()).Draw,
            provider.GetRequiredService<LaurelTelemetry>(),
            provider.GetRequiredService<ILogger<EventPipeline>>()));
        services.AddSingleton<LaneWorker>();

        services.AddSlices();
        services.AddWebhooks(options);
        services.AddReference();

        // Hosted parts start in this order and stop in the reverse one: first the requests, then the webhooks, then the clock, then the lanes, and the store last.
        services.AddHostedService<LaurelStart>();
        services.AddHostedService<KeyRefresher>();
        services.AddHostedService(provider => provider.GetRequiredService<LaneWorker>());
        services.AddHostedService<ClockWorker>();
        services.AddHostedService<AuditUpkeep>();
        services.AddHostedService<WebhookUpkeep>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
        return services;
    }

    /// <summary>Gives <c>test</c> of the oldest tenant a program, a JSON document as <c>PUT program</c> takes it, at every start that finds none there.</summary>
    public static IServiceCollection AddLaurelDemo(this IServiceCollection services, ReadOnlyMemory<byte> document)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(new DemoProgram(document));
    }

    /// <summary>Maps every endpoint of Laurel.</summary>
    public static IEndpointRouteBuilder MapLaurel(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var services = routes.ServiceProvider;
        services.GetRequiredService<EventsApi>().Map(routes);
        services.GetRequiredService<EventTraceApi>().Map(routes);
        services.GetRequiredService<EventHistoryApi>().Map(routes);
        services.GetRequiredService<ParticipantStateApi>().Map(routes);
        services.GetRequiredService<ParticipantFactsApi>().Map(routes);
        services.GetRequiredService<ErasureApi>().Map(routes);
        services.GetRequiredService<ParticipantExportApi>().Map(routes);
        services.GetRequiredService<EnvironmentApi>().Map(routes);
        services.GetRequiredService<ProgramApi>().Map(routes);
        services.GetRequiredService<ParticipantChallengesApi>().Map(routes);
        services.GetRequiredService<EnrollmentApi>().Map(routes);
        services.GetRequiredService<PointsApi>().Map(routes);
        services.GetRequiredService<LedgerApi>().Map(routes);
        services.GetRequiredService<ProfileApi>().Map(routes);
        services.GetRequiredService<ParticipantListApi>().Map(routes);
        services.GetRequiredService<BadgesApi>().Map(routes);
        services.GetRequiredService<TiersApi>().Map(routes);
        services.GetRequiredService<StreaksApi>().Map(routes);
        services.GetRequiredService<RewardCodesApi>().Map(routes);
        services.GetRequiredService<ShopApi>().Map(routes);
        services.GetRequiredService<ClaimsApi>().Map(routes);
        services.GetRequiredService<DefinitionsApi>().Map(routes);
        services.GetRequiredService<WebhooksApi>().Map(routes);
        services.GetRequiredService<WebhookMessagesApi>().Map(routes);
        services.GetRequiredService<AuditApi>().Map(routes);
        routes.MapOperator(services.GetRequiredService<KeyRing>(), services.GetRequiredService<LaurelOptions>().ParticipantRate);
        routes.MapOperatorKeys(services.GetRequiredService<KeyRing>());
        routes.MapHealth(services.GetRequiredService<Readiness>());
        routes.MapReference();
        return routes;
    }

    // What answers requests of participants and administrators, a line a slice.
    private static void AddSlices(this IServiceCollection services)
    {
        services.AddSingleton<DryRun>();
        services.AddSingleton<LogReplay>();
        services.AddSingleton<ParticipantWrites>();
        services.AddSingleton<EventsApi>();
        services.AddSingleton<EventTraceApi>();
        services.AddSingleton<EventHistoryApi>();
        services.AddSingleton<ParticipantReader>();
        services.AddSingleton<ParticipantStateApi>();
        services.AddSingleton<ParticipantFactsApi>();
        services.AddSingleton<ErasureApi>();
        services.AddSingleton<ParticipantExportApi>();
        services.AddSingleton<EnvironmentApi>();
        services.AddSingleton<ProgramApi>();
        services.AddSingleton<ChallengeStandings>();
        services.AddSingleton<ParticipantChallengesApi>();
        services.AddSingleton<EnrollmentApi>();
        services.AddSingleton<PointsApi>();
        services.AddSingleton<LedgerApi>();
        services.AddSingleton<ProfileApi>();
        services.AddSingleton<ParticipantListApi>();
        services.AddSingleton<BadgesApi>();
        services.AddSingleton<TiersApi>();
        services.AddSingleton<StreaksApi>();
        services.AddSingleton<RewardCodesApi>();
        services.AddSingleton<ClaimReader>();
        services.AddSingleton<ShopApi>();
        services.AddSingleton<ClaimsApi>();
        services.AddSingleton<DefinitionsApi>();
    }

    private static void AddWebhooks(this IServiceCollection services, LaurelOptions options)
    {
        services.AddSingleton(new AddressGuard(options.WebhooksAllowedNetworks));
        services.AddSingleton<HostLookup>(SystemLookup.FindAsync);
        services.AddSingleton<WebhookSender>();
        services.AddSingleton(provider => new SecretKeys(
            options.WebhooksEncryptionKeys, StoreChoice.WebhookKeyPath(options), provider.GetRequiredService<ILogger<SecretKeys>>()));
        services.AddSingleton<SecretSeal>();
        services.AddSingleton<WebhookTest>();
        services.AddSingleton<WebhooksApi>();
        services.AddSingleton<WebhookMessagesApi>();
        services.AddSingleton(WebhooksOptions.From(options));
        services.AddSingleton<EndpointLanes>();
        services.AddSingleton<DeliveryAttempts>();
        services.AddSingleton<DeliveryJournal>();
        services.AddSingleton<EndpointDisabling>();
        services.AddSingleton<WebhookDispatcher>();
    }
}
