using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Telemetry;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Clock;

/// <summary>
/// Wakes participants when something is due to them, so that what time does happens without any event; what happens is decided by evaluation alone, and stamped
/// with the time it was due. Nodes that share a store are given different participants, each for a short time. After a publish it looks for those who are due at another time now. Source: semantics §7, "The clock".
/// </summary>
internal sealed partial class ClockWorker(
    EventPipeline pipeline, ILaurelStore store, RuleBooks books, LaurelOptions options, TimeProvider time, LaurelTelemetry telemetry, ILogger<ClockWorker> logger) : BackgroundService
{
    private const int PageSize = 500;

    // Who could not be woken is tried again after this, and meanwhile keeps nobody else waiting.
    private const int MostPostponed = 10_000;
    private static readonly TimeSpan Postponement = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QueueRetry = TimeSpan.FromMilliseconds(100);

    // So long a dead node's share waits; a page is woken in a fraction of it.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ParticipantName, Timestamp> _postponed = [];
    private readonly HashSet<(EnvironmentKey Environment, int Version)> _unsweepable = [];

    // Callers keep half of the queue.
    private readonly int _groupSize = Math.Clamp(options.PipelineQueueLimit / 2, 1, PageSize);
    private bool _failing;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var sleep = LongestSleep;
            try
            {
                await WakeDueAsync(stoppingToken);
                await SweepAsync(stoppingToken);
                sleep = await SleepAsync(stoppingToken);
                _failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // What fails here must not stop the server: events go on to be served, and the next look may succeed.
                NoteFailure(failure);
            }

            await Task.Delay(sleep, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks at all participants of the environments that have a newer program, and wakes those who are due at another time under it.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (environment, version) in await store.ReadUnsweptAsync(cancellationToken))
        {
            try
            {
                await SweepAsync(environment, version, cancellationToken);
            }
            catch (InvalidOperationException failure)
            {
                // A bug in one tenant's program; the others' are looked at all the same.
                if (_unsweepable.Add((environment, version)))
                {
                    LogBroken(logger, failure);
                }
            }
        }
    }

    private async Task SweepAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken)
    {
        if (_unsweepable.Contains((environment, version)))
        {
            return;
        }

        var book = await books.GetAsync(environment, version, cancellationToken);
        IReadOnlyList<ParticipantRow> rows;
        long after = 0;
        do
        {
            rows = await store.ReadParticipantsAsync(environment, after, PageSize, cancellationToken);
            await WakeAsync([.. rows.Where(row => Evaluator.NextDue(book, row.State) != row.DueAt).Select(row => row.Name)], cancellationToken);
            after = rows.Count > 0 ? rows[^1].Key : after;
        }
        while (rows.Count == PageSize);

        await store.NoteSweptAsync(environment, version, cancellationToken);
    }

    /// <summary>Wakes all who are due, those first who wait longest.</summary>
    private async Task WakeDueAsync(CancellationToken cancellationToken)
    {
        var woken = new Dictionary<ParticipantName, Timestamp>();
        for (var isFirst = true; ; isFirst = false)
        {
            var now = Now();
            ForgetPostponed(now);
            var due = await store.ClaimDueAsync(now, now.Plus(Lease), PageSize + _postponed.Count, cancellationToken);
            if (isFirst)
            {
                telemetry.NoteClockLag(due.Count > 0 ? TimeSpan.FromMicroseconds(now.UnixMicroseconds - due[0].DueAt.UnixMicroseconds) : TimeSpan.Zero);
            }

            // Who was woken and waits for the same instant still did not get on.
            foreach (var (name, _) in due.Where(entry => woken.TryGetValue(entry.Name, out var dueAt) && dueAt == entry.DueAt))
            {
                Postpone(name, now);
            }

            var page = due.Where(entry => !_postponed.ContainsKey(entry.Name)).Take(PageSize).ToList();
            if (page.Count == 0 || _postponed.Count >= MostPostponed)
            {
                return;
            }

            await WakeAsync([.. page.Select(entry => entry.Name)], cancellationToken);
            woken = page.ToDictionary(entry => entry.Name, entry => entry.DueAt);
        }
    }

    /// <summary>Sends participants through the pipeline and waits for them. Throws where the store keeps nothing at all.</summary>
    private async Task WakeAsync(IReadOnlyList<ParticipantName> participants, CancellationToken cancellationToken)
    {
        foreach (var names in participants.Chunk(_groupSize))
        {
            var group = new CommandGroup([.. names.Select(name => new WakeCommand(name))]);
            while (!pipeline.TrySubmit(group))
            {
                await Task.Delay(QueueRetry, time, cancellationToken);
            }

            await group.Done;
            telemetry.NoteWakes(group.Commands.Count(command => command.Outcome is CommandOutcome.Woken));
            if (group.Commands.FirstOrDefault(command => command.Outcome is CommandOutcome.StoreFailed)?.Outcome is CommandOutcome.StoreFailed failed)
            {
                throw new StoreException(failed.Fault, failed.Message);
            }
        }
    }

    /// <summary>How long nobody is due, a second at most: a publish and other nodes tell nobody.</summary>
    private async ValueTask<TimeSpan> SleepAsync(CancellationToken cancellationToken)
    {
        if (_postponed.Count > 0 || await store.ReadNextDueAsync(Now(), cancellationToken) is not { } next)
        {
            return LongestSleep;
        }

        // Timers count milliseconds: a rounded-up one more keeps the clock from waking too early and again.
        var milliseconds = Math.Clamp((next.UnixMicroseconds - Now().UnixMicroseconds + 999) / 1000, 0, (long)LongestSleep.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    private void Postpone(ParticipantName name, Timestamp now)
    {
        if (_postponed.TryAdd(name, now.Plus(Postponement)))
        {
            LogStuck(logger, name.Environment.Value, name.Id);
        }
    }

    private void ForgetPostponed(Timestamp now)
    {
        foreach (var (name, until) in _postponed)
        {
            if (until <= now)
            {
                _postponed.Remove(name);
            }
        }
    }

    private void NoteFailure(Exception failure)
    {
        if (_failing)
        {
            return;
        }

        _failing = true;
        if (failure is StoreException)
        {
            LogStoreFailed(logger, failure.Message);
        }
        else
        {
            LogBroken(logger, failure);
        }
    }

    private Timestamp Now() => Timestamp.From(time.GetUtcNow());

    [LoggerMessage(1, LogLevel.Warning, "The clock waits for the store; what is due happens as soon as it serves again, or with the participant's next event. {Reason}")]
    private static partial void LogStoreFailed(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Critical, "The clock failed. This is a bug of Laurel's; what is due still happens with a participant's next event.")]
    private static partial void LogBroken(ILogger logger, Exception failure);

    [LoggerMessage(3, LogLevel.Error, "Participant {ParticipantId} of environment {Environment} could not be woken and is tried again in a minute.")]
    private static partial void LogStuck(ILogger logger, int environment, string participantId);
}
