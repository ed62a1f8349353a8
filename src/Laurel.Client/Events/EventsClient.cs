using System.Globalization;

namespace Laurel.Client;

/// <summary>Events: emit them, try them, read them back, and why they earned what they did.</summary>
public sealed class EventsClient
{
    private readonly Wire _wire;

    internal EventsClient(Wire wire) => _wire = wire;

    /// <summary>
    /// Emits an event and returns what it earned, once all of it is durable. It counts once however often it is tried: its key, or one that is drawn, goes along.
    /// </summary>
    public Task<EventEmitted> EmitAsync(EmitEvent happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return _wire.PostOnceAsync(
            Paths.Root + "events", happened, LaurelJson.Default.EmitEvent, happened.IdempotencyKey, LaurelJson.Default.EventEmitted, cancellationToken);
    }

    /// <summary>Emits up to 100 events, each on its own: one that fails fails alone. Those without a key get one.</summary>
    public Task<EventBatchEmitted> EmitBatchAsync(IEnumerable<EmitEvent> happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var keyed = happened.Select(one => one.IdempotencyKey is null ? one with { IdempotencyKey = Wire.DrawKey() } : one).ToArray();
        return _wire.SendAsync(
            HttpMethod.Post, Paths.Root + "events/batch", new EventBatch(keyed), LaurelJson.Default.EventBatch, LaurelJson.Default.EventBatchEmitted, cancellationToken);
    }

    /// <summary>What an event would earn now, and what each rule compared. Nothing is kept.</summary>
    public Task<EventTried> TryAsync(EmitEvent happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return _wire.SendAsync(
            HttpMethod.Post, Paths.Root + "events?dry_run=true", happened, LaurelJson.Default.EmitEvent, LaurelJson.Default.EventTried, cancellationToken);
    }

    /// <summary>What each rule made of an event that was kept, also of those that did not fire.</summary>
    public Task<EventTrace> TraceAsync(string eventId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Below("events/", eventId, "/trace"), LaurelJson.Default.EventTrace, cancellationToken);

    /// <summary>A page of a participant's events, newest first; <paramref name="from"/> and <paramref name="to"/> are UTC days, both inclusive.</summary>
    public Task<EventHistory> ListAsync(
        string participantId,
        string? eventName = null,
        DateOnly? from = null,
        DateOnly? to = null,
        int page = 1,
        int pageSize = 50,
        CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(
                Paths.Participant(participantId, "/events"),
                ("event_name", eventName),
                ("from_date", Day(from)),
                ("to_date", Day(to)),
                ("page", Paths.Number(page)),
                ("page_size", Paths.Number(pageSize))),
            LaurelJson.Default.EventHistory,
            cancellationToken);

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
