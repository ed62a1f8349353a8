using System.Diagnostics;
using System.Diagnostics.Metrics;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Telemetry;

/// <summary>Metrics and traces of Laurel, by the .NET meter and activity source <c>Laurel</c>. They cost next to nothing while nobody listens. Names: docs/operate/telemetry.md.</summary>
internal sealed class LaurelTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Laurel";

    /// <summary>Traces: <c>laurel.batch</c> spans one commit of the pipeline.</summary>
    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _events;
    private readonly Counter<long> _replays;
    private readonly Counter<long> _payloadMismatches;
    private readonly Counter<long> _rateRefusals;
    private readonly Counter<long> _grants;
    private readonly Counter<long> _storeFailures;
    private readonly Histogram<int> _batchCommands;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _clockWakes;
    private readonly Gauge<double> _clockLag;
    private readonly Counter<long> _webhookAttempts;
    private readonly Histogram<double> _webhookDuration;
    private readonly Counter<long> _webhooksDisabled;
    private readonly Lock _waitingLock = new();
    private (Storage.WebhookBacklog Backlog, Timestamp At)? _waiting;

    public LaurelTelemetry()
    {
        _events = _meter.CreateCounter<long>("laurel.events.processed", "{event}", "Events kept for the first time.");
        _replays = _meter.CreateCounter<long>("laurel.events.replayed", "{event}", "Events answered from an earlier call with the same key.");
        _payloadMismatches = _meter.CreateCounter<long>("laurel.events.payload_mismatches", "{event}", "Replays whose payload differed from the first one.");
        _rateRefusals = _meter.CreateCounter<long>("laurel.events.rate_refused", "{event}", "Events refused by a participant's cap.");
        _grants = _meter.CreateCounter<long>("laurel.grants", "{fact}", "Derived facts, by kind.");
        _storeFailures = _meter.CreateCounter<long>("laurel.store.failures", "{failure}", "Batches that the store could not keep, by fault.");
        _batchCommands = _meter.CreateHistogram<int>("laurel.batch.commands", "{command}", "Commands that shared a commit.");
        _batchDuration = _meter.CreateHistogram<double>("laurel.batch.duration", "s", "Time of a batch from prefetch to durable commit.");
        _clockWakes = _meter.CreateCounter<long>("laurel.clock.wakes", "{participant}", "Participants woken by the clock.");
        _clockLag = _meter.CreateGauge<double>("laurel.clock.lag", "s", "How long the participant that waits longest for the clock is due.");
        _webhookAttempts = _meter.CreateCounter<long>("laurel.webhooks.attempts", "{attempt}", "Attempts to deliver a webhook, by endpoint and outcome.");
        _webhookDuration = _meter.CreateHistogram<double>("laurel.webhooks.attempt.duration", "s", "Time until a receiver answered, or the attempt failed.");
        _webhooksDisabled = _meter.CreateCounter<long>("laurel.webhooks.disabled", "{endpoint}", "Endpoints that Laurel disabled, by reason.");
        WebhookBacklog = _meter.CreateObservableGauge("laurel.webhooks.backlog", ReadBacklog, "{message}", "Messages that wait, by endpoint; and inputs that are not spread yet.");
        WebhookOldestAge = _meter.CreateObservableGauge("laurel.webhooks.oldest_age", ReadAge, "s", "Since when the oldest of them waits.");
    }

    /// <summary>Shows what was last noted as waiting.</summary>
    public ObservableGauge<long> WebhookBacklog { get; }

    /// <summary>Shows since when, of what was last noted as waiting.</summary>
    public ObservableGauge<double> WebhookOldestAge { get; }

    /// <summary>Counts what came of a command.</summary>
    public void NoteOutcome(CommandOutcome outcome)
    {
        switch (outcome)
        {
            case CommandOutcome.Answered { IsReplay: false }:
                _events.Add(1);
                break;
            case CommandOutcome.Answered answered:
                _replays.Add(1);
                _payloadMismatches.Add(answered.PayloadDiffers ? 1 : 0);
                break;
            case CommandOutcome.RateRefused:
                _rateRefusals.Add(1);
                break;
            default:
                break;
        }
    }

    /// <summary>Counts derived facts by kind.</summary>
    public void NoteGrants(IReadOnlyList<DerivedFact> facts)
    {
        if (!_grants.Enabled)
        {
            return;
        }

        foreach (var fact in facts)
        {
            _grants.Add(1, new KeyValuePair<string, object?>("kind", fact.Kind));
        }
    }

    /// <summary>Records a batch that was committed.</summary>
    public void NoteBatch(int commands, TimeSpan duration)
    {
        _batchCommands.Record(commands);
        _batchDuration.Record(duration.TotalSeconds);
    }

    /// <summary>Counts participants that the clock woke.</summary>
    public void NoteWakes(int participants) => _clockWakes.Add(participants);

    /// <summary>Records how far the clock is behind; zero where nothing waits.</summary>
    public void NoteClockLag(TimeSpan lag) => _clockLag.Record(lag.TotalSeconds);

    /// <summary>Counts an attempt at a delivery.</summary>
    public void NoteWebhookAttempt(string endpointId, string outcome, TimeSpan duration)
    {
        _webhookAttempts.Add(1, new KeyValuePair<string, object?>("endpoint", endpointId), new KeyValuePair<string, object?>("outcome", outcome));
        _webhookDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>Counts an endpoint that was disabled.</summary>
    public void NoteWebhookDisabled(string reason) => _webhooksDisabled.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Whether somebody listens to what waits: it costs a look at the store.</summary>
    public bool IsWebhookBacklogWanted => WebhookBacklog.Enabled || WebhookOldestAge.Enabled;

    /// <summary>Shows what waits from now on.</summary>
    public void NoteWebhookBacklog(Storage.WebhookBacklog backlog, Timestamp at)
    {
        lock (_waitingLock)
        {
            _waiting = (backlog, at);
        }
    }

    /// <summary>Counts a batch that the store could not keep.</summary>
    public void NoteStoreFailure(StoreFault fault) => _storeFailures.Add(1, new KeyValuePair<string, object?>("fault", fault.ToString()));

    /// <summary>Shows <paramref name="depth"/> as <c>laurel.queue.commands</c>.</summary>
    public void ObserveQueueDepth(Func<long> depth) =>
        _meter.CreateObservableGauge("laurel.queue.commands", depth, "{command}", "Commands that wait for a commit.");

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private List<Measurement<long>> ReadBacklog() => Read(
        waiting => waiting.Backlog.Outbox, (endpoint, _) => endpoint.Waiting);

    private List<Measurement<double>> ReadAge() => Read(
        waiting => AgeOf(waiting.Backlog.OldestOutbox, waiting.At), (endpoint, at) => AgeOf(endpoint.OldestQueuedAt, at));

    private List<Measurement<T>> Read<T>(Func<(Storage.WebhookBacklog Backlog, Timestamp At), T> ofOutbox, Func<EndpointBacklog, Timestamp, T> ofEndpoint)
        where T : struct
    {
        lock (_waitingLock)
        {
            return _waiting is not { } waiting ? []
                : [
                    new(ofOutbox(waiting), new KeyValuePair<string, object?>("endpoint", "outbox")),
                    .. waiting.Backlog.Endpoints.Select(endpoint => new Measurement<T>(
                        ofEndpoint(endpoint, waiting.At), new KeyValuePair<string, object?>("endpoint", endpoint.EndpointId))),
                ];
        }
    }

    private static double AgeOf(Timestamp? since, Timestamp at) => since is { } then ? Math.Max(0, (at.UnixMicroseconds - then.UnixMicroseconds) / 1e6) : 0;
}
