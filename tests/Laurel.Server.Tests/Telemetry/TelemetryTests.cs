using System.Diagnostics.Metrics;
using System.Text;
using Laurel.AspNetCore.Telemetry;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Laurel.Server.Tests.Telemetry;

/// <summary>What is measured is documented, and reaches a collector.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public void The_documentation_has_a_row_for_each_instrument_and_no_other()
    {
        var published = new HashSet<string>(StringComparer.Ordinal);
        using (var listener = new MeterListener { InstrumentPublished = (instrument, _) => Keep(instrument, published) })
        {
            listener.Start();
            using var telemetry = new LaurelTelemetry();
            telemetry.ObserveQueueDepth(() => 0);
        }

        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs/operate/telemetry.md"))
            .Where(line => line.StartsWith("| `laurel.", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);

        Assert.Equal(published.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metrics_and_traces_reach_the_collector_that_the_option_names()
    {
        await using var collector = new Collector();
        await collector.StartAsync();
        await using var server = new LaurelServer();
        server.Settings["Laurel__Telemetry__OtlpEndpoint"] = collector.Address;
        await server.StartAsync();
        Expect.Processed(await server.Test.PostEventAsync(Some.Event("p", properties: """{"amount":49.99,"currency":"USD"}""")));

        // The end of the process sends what waits.
        Assert.Equal(0, await server.TerminateAsync());

        var metrics = collector.Received("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
        Assert.Contains("laurel.events.processed", metrics, StringComparison.Ordinal);
        Assert.Contains("points.awarded", metrics, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", metrics, StringComparison.Ordinal);
        Assert.Contains("laurel.batch", collector.Received("/opentelemetry.proto.collector.trace.v1.TraceService/Export"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_backlog_is_shown_by_endpoint_with_the_age_of_the_oldest_and_wanted_only_while_somebody_listens()
    {
        using var telemetry = new LaurelTelemetry();
        Assert.False(telemetry.IsWebhookBacklogWanted);
        var shown = new List<string>();
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => shown.Add($"{instrument.Name} {tags[0].Value} {value}"));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => shown.Add($"{instrument.Name} {tags[0].Value} {value}"));
        listener.EnableMeasurementEvents(telemetry.WebhookBacklog);
        listener.EnableMeasurementEvents(telemetry.WebhookOldestAge);
        Assert.True(telemetry.IsWebhookBacklogWanted);

        telemetry.NoteWebhookBacklog(
            new WebhookBacklog(3, new Timestamp(1_000_000), [new EndpointBacklog("e", EndpointStatus.Enabled, 5, new Timestamp(2_500_000), 1)]), new Timestamp(4_000_000));
        listener.RecordObservableInstruments();

        Assert.Equal(
            ["laurel.webhooks.backlog outbox 3", "laurel.webhooks.backlog e 5", "laurel.webhooks.oldest_age outbox 3", "laurel.webhooks.oldest_age e 1.5"], shown);
    }

    private static void Keep(Instrument instrument, HashSet<string> published)
    {
        // Other tests' servers run in processes of their own, but hosts within this one publish the same names.
        if (instrument.Meter.Name == LaurelTelemetry.Name)
        {
            lock (published)
            {
                published.Add(instrument.Name);
            }
        }
    }

    /// <summary>Takes OTLP over gRPC as a collector does: HTTP/2 without TLS, one message in, an empty one out.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly Dictionary<string, StringBuilder> _received = new(StringComparer.Ordinal);
        private readonly WebApplication _app;

        public Collector()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2));
            _app = builder.Build();
            _app.MapPost("/{service}/Export", AnswerAsync);
        }

        public string Address => _app.Urls.Single();

        public Task StartAsync() => _app.StartAsync();

        public string Received(string path)
        {
            lock (_received)
            {
                return _received.GetValueOrDefault(path)?.ToString() ?? "";
            }
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_received)
            {
                if (!_received.TryGetValue(context.Request.Path, out var text))
                {
                    _received[context.Request.Path] = text = new StringBuilder();
                }

                text.Append(Encoding.Latin1.GetString(body.ToArray()));
            }

            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
