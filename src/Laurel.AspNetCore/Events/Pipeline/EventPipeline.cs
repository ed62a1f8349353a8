using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Telemetry;
using Laurel.AspNetCore.Webhooks;
using Laurel.Storage;
using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// The one stairway: every write of a participant goes through here. Prefetch, decide, commit; one fsync is shared by all who wait, without a timer.
/// It starts no thread: <see cref="RunOnceAsync"/> takes one step of one lane, and <see cref="LaneWorker"/>, or a test, calls it.
/// </summary>
internal sealed class EventPipeline
{
    private readonly ILaurelStore _store;
    private readonly PipelineLimits _limits;
    private readonly Lane[] _lanes;
    private readonly ContendedLane[] _contended;
    private readonly BatchRun _run;
    private readonly LaurelTelemetry _telemetry;
    private readonly ILogger<EventPipeline> _log;

    public EventPipeline(
        ILaurelStore store, RuleBooks books, SubscriberSets subscribers, OutboxSignal outbox, TimeProvider time, PipelineLimits limits, Func<ulong> drawId, LaurelTelemetry telemetry, ILogger<EventPipeline> log)
    {
        _store = store;
        _limits = limits;
        _telemetry = telemetry;
        _log = log;
        _lanes = new Lane[store.WriteLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new Lane(limits.QueueLimit);
        }

        // With one lane nobody else writes, so that nothing is ever held elsewhere.
        _contended = [.. Enumerable.Range(0, store.WriteLanes > 1 ? store.WriteLanes : 0).Select(_ => new ContendedLane(limits.QueueLimit))];
        _run = new BatchRun(store, books, subscribers, outbox, time, drawId, telemetry);
        telemetry.ObserveQueueDepth(() => _lanes.Sum(lane => (long)lane.Count) + _contended.Sum(lane => (long)lane.Count));
    }

    /// <summary>How many lanes calls are queued in. They come first.</summary>
    public int LaneCount => _lanes.Length;

    /// <summary>How many lanes stand behind those, for participants whom another node holds. They get their commands from the lanes before them.</summary>
    public int ContendedLaneCount => _contended.Length;

    /// <summary>Queues a call's commands, all or none; false where the queue is full.</summary>
    public bool TrySubmit(CommandGroup group)
    {
        // A key that stands twice in a call is the first one's, so such a call keeps its order in one lane; participants who have their own are safe by their rows.
        if (_lanes.Length == 1 || HasRepeatedKey(group))
        {
            return _lanes[LaneOf(group.Commands[0])].TryAdd(group.Commands);
        }

        // All lanes must take their part: the group is refused before any has.
        if (_lanes.Any(lane => lane.Count + group.Commands.Count > _limits.QueueLimit))
        {
            return false;
        }

        foreach (var part in group.Commands.GroupBy(LaneOf))
        {
            List<PipelineCommand> commands = [.. part];
            if (!_lanes[part.Key].TryAdd(commands))
            {
                commands.ForEach(command => command.Complete(QueueFull));
            }
        }

        return true;
    }

    private uint LaneOf(PipelineCommand command) => unchecked((uint)command.Participant.GetHashCode()) % (uint)_lanes.Length;

    private static bool HasRepeatedKey(CommandGroup group)
    {
        var seen = new HashSet<KeyHash>(group.Commands.Count);
        return group.Commands.Count > 1 && group.Commands.Any(command => command.Key is { } key && !seen.Add(key));
    }

    /// <summary>Waits until a lane may have work.</summary>
    public ValueTask WaitAsync(int lane, CancellationToken cancellationToken) =>
        lane < _lanes.Length ? _lanes[lane].WaitAsync(cancellationToken) : _contended[lane - _lanes.Length].WaitAsync(cancellationToken);

    /// <summary>Takes what waits in a lane, decides it, commits it and answers. False where nothing waited. Never throws.</summary>
    public async ValueTask<bool> RunOnceAsync(int lane)
    {
        if (lane >= _lanes.Length)
        {
            return await RunContendedOnceAsync(_contended[lane - _lanes.Length]);
        }

        var commands = _lanes[lane].Take(_limits.BatchLimit);
        if (commands.Count == 0)
        {
            return false;
        }

        await RunAsync(commands, attempt: 1, contended: _contended.Length > 0 ? _contended[lane] : null);
        return true;
    }

    private async ValueTask<bool> RunContendedOnceAsync(ContendedLane lane)
    {
        var commands = lane.Take(_limits.BatchLimit);
        if (commands.Count == 0)
        {
            return false;
        }

        await RunAsync([.. commands], attempt: 1, contended: null);
        lane.End(commands);
        return true;
    }

    /// <summary>What the caller of a full queue hears.</summary>
    public static readonly CommandOutcome QueueFull =
        new CommandOutcome.StoreFailed(StoreFault.Unavailable, "More writes wait than Laurel may hold. Nothing was kept; send it again.");

    // Where there is a lane for them, commands whose participants are held elsewhere go there; else they are waited for.
    private async ValueTask RunAsync(List<PipelineCommand> commands, int attempt, ContendedLane? contended)
    {
        // Whoever comes behind an erasure meets another participant, whom only a later batch can load.
        if (FirstBehindErasure(commands) is > 0 and var later)
        {
            await RunAsync(commands[..later], attempt: 1, contended);
            await RunAsync(commands[later..], attempt: 1, contended);
            return;
        }

        // Who already waits there keeps its order.
        if (contended is not null && commands.RemoveAll(contended.TryFollow) > 0 && commands.Count == 0)
        {
            return;
        }

        try
        {
            (await _run.RunAsync(commands, skipsContended: contended is not null)).ForEach(command => contended!.Add(command));
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Conflict && attempt < _limits.ConflictAttempts)
        {
            await RunAsync(commands, attempt + 1, contended);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.OutcomeUnknown)
        {
            await LearnOutcomeAsync(commands, failure, attempt, contended);
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.Unavailable or StoreFault.Misconfigured or StoreFault.Conflict)
        {
            _telemetry.NoteStoreFailure(failure.Fault);
            EventLog.StoreFailed(_log, _store.Location, failure.Message);
            commands.ForEach(command => command.Complete(new CommandOutcome.StoreFailed(StoreFault.Unavailable, failure.Message)));
        }
        catch (Exception failure)
        {
            await IsolateAsync(commands, failure, contended);
        }
    }

    private static int FirstBehindErasure(List<PipelineCommand> commands)
    {
        HashSet<ParticipantName>? erased = null;
        for (var i = 0; i < commands.Count; i++)
        {
            if (erased?.Contains(commands[i].Participant) == true)
            {
                return i;
            }

            if (commands[i].IsErasure)
            {
                (erased ??= []).Add(commands[i].Participant);
            }
        }

        return 0;
    }

    // Keys tell whether the commit took place: those commands simply run again, as replays if it did. What has no key cannot be told.
    private async ValueTask LearnOutcomeAsync(List<PipelineCommand> commands, StoreException failure, int attempt, ContendedLane? contended)
    {
        _telemetry.NoteStoreFailure(failure.Fault);
        EventLog.StoreFailed(_log, _store.Location, failure.Message);
        var again = attempt < _limits.ConflictAttempts ? commands.FindAll(command => command.Key is not null) : [];
        foreach (var command in commands.Except(again))
        {
            command.Complete(new CommandOutcome.StoreFailed(StoreFault.OutcomeUnknown, "The store failed while it committed, so it is not known whether the event was kept."));
        }

        if (again.Count > 0)
        {
            await RunAsync(again, attempt + 1, contended);
        }
    }

    // Nothing of a failed batch was kept, so its halves may run by themselves until the one that fails is alone.
    private async ValueTask IsolateAsync(List<PipelineCommand> commands, Exception failure, ContendedLane? contended)
    {
        if (commands.Count > 1)
        {
            var half = commands.Count / 2;
            await RunAsync(commands[..half], attempt: 1, contended);
            await RunAsync(commands[half..], attempt: 1, contended);
            return;
        }

        EventLog.CommandFailed(_log, commands[0].Name, failure);
        commands[0].Complete(new CommandOutcome.Broken());
    }
}

/// <summary>Bounds of the pipeline: commands that may wait in a lane, commands a commit takes, and tries of a batch that loses a race.</summary>
internal sealed record PipelineLimits(int QueueLimit, int BatchLimit, int ConflictAttempts = 5);
