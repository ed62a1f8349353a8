using Laurel.AspNetCore.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Laurel.Server;

/// <summary>Sends metrics and traces by OTLP where the options name an endpoint. What there is: docs/operate/telemetry.md.</summary>
internal static class ServerTelemetry
{
    private static readonly string[] Meters =
        [LaurelHosting.TelemetryName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static IServiceCollection AddServerTelemetry(this IServiceCollection services, LaurelOptions options)
    {
        if (options.TelemetryOtlpEndpoint is not { } endpoint)
        {
            return services;
        }

        var address = new Uri(endpoint);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("laurel", serviceVersion: typeof(LaurelOptions).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter(exporter => exporter.Endpoint = address))
            .WithTracing(traces => traces.AddSource(LaurelHosting.TelemetryName).AddAspNetCoreInstrumentation().AddOtlpExporter(exporter => exporter.Endpoint = address));
        return services;
    }
}
