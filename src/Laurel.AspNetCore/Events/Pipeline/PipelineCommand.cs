using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// One write of a participant on its way through the pipeline. Everything in it was checked at the boundary.
/// </summary>
internal abstract class PipelineCommand(ParticipantName participant, ParticipantRate rate, KeyHash? key, UInt128 payloadHash)
{
    /// <summary>The cap of what Laurel does by itself: none.</summary>
    protected static readonly ParticipantRate Uncapped = new(0, 1);

    public ParticipantName Participant { get; } = participant;

    public ParticipantRate Rate { get; } = rate;

    public KeyHash? Key { get; } = key;

    public UInt128 PayloadHash { get; } = payloadHash;

    /// <summary>Whether it erases its participant: whatever comes behind it meets another one, and so comes in a later batch.</summary>
    public virtual bool IsErasure => false;

    /// <summary>What it is, for the log of the server.</summary>
    public abstract string Name { get; }

    /// <summary>What came of it; set once, before the group is told.</summary>
    public CommandOutcome? Outcome { get; private set; }

    /// <summary>Who waits for it.</summary>
    public CommandGroup? Group { get; set; }

    /// <summary>The command as evaluation sees it; null where only what is due is to happen.</summary>
    public abstract Input? ToInput(FactId id, Timestamp now);

    /// <summary>Ends the command.</summary>
    public void Complete(CommandOutcome outcome)
    {
        Outcome = outcome;
        Group!.NoteCompleted();
    }
}

/// <summary>The commands of one call: its caller waits until all of them are done. Any thread.</summary>
internal sealed class CommandGroup
{
    // Continuations run elsewhere: the lane must not run its callers' code.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    public CommandGroup(IReadOnlyList<PipelineCommand> commands)
    {
        Commands = commands;
        _open = commands.Count;
        foreach (var command in commands)
        {
            command.Group = this;
        }
    }

    public IReadOnlyList<PipelineCommand> Commands { get; }

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
