using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// One event on its way through the pipeline. Everything in it was checked at the boundary.
/// </summary>
internal sealed class EventCommand(
    ParticipantName participant,
    ParticipantRate rate,
    string eventName,
    Properties properties,
    Timestamp? occurredAt,
    KeyHash? key,
    UInt128 payloadHash)
{
    public ParticipantName Participant { get; } = participant;

    public ParticipantRate Rate { get; } = rate;

    public string EventName { get; } = eventName;

    public Properties Properties { get; } = properties;

    /// <summary>Null where the caller named no time: then it is the time of receipt.</summary>
    public Timestamp? OccurredAt { get; } = occurredAt;

    public KeyHash? Key { get; } = key;

    public UInt128 PayloadHash { get; } = payloadHash;

    /// <summary>What came of it; set once, before the group is told.</summary>
    public CommandOutcome? Outcome { get; private set; }

    /// <summary>Who waits for it.</summary>
    public CommandGroup? Group { get; set; }

    /// <summary>Ends the command.</summary>
    public void Complete(CommandOutcome outcome)
    {
        Outcome = outcome;
        Group!.NoteCompleted();
    }
}

/// <summary>What came of a command.</summary>
internal abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>Kept, now or by an earlier call with the same key. <paramref name="Body"/> is the whole answer.</summary>
    public sealed record Answered(byte[] Body, bool IsReplay, bool PayloadDiffers) : CommandOutcome;

    /// <summary>Refused by the participant's cap; nothing was kept.</summary>
    public sealed record RateRefused(int RetryAfterSeconds) : CommandOutcome;

    /// <summary>The store could not keep it. Nothing was kept, but for <see cref="StoreFault.OutcomeUnknown"/>.</summary>
    public sealed record StoreFailed(StoreFault Fault, string Message) : CommandOutcome;

    /// <summary>A bug of Laurel's; nothing was kept.</summary>
    public sealed record Broken : CommandOutcome;
}

/// <summary>The commands of one call: its caller waits until all of them are done. Any thread.</summary>
internal sealed class CommandGroup
{
    // Continuations run elsewhere: the lane must not run its callers' code.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    public CommandGroup(IReadOnlyList<EventCommand> commands)
    {
        Commands = commands;
        _open = commands.Count;
        foreach (var command in commands)
        {
            command.Group = this;
        }
    }

    public IReadOnlyList<EventCommand> Commands { get; }

    /// <summary>Ends when every command has its outcome.</summary>
    public Task Done => _done.Task;

    public void NoteCompleted()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.SetResult();
        }
    }
}
