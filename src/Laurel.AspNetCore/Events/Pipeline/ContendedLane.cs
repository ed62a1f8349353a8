using System.Threading.Channels;
using Laurel.Storage;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// Commands whose participants another node's batch held. They wait here for the lock, one participant at a time, so that nobody else waits for a hot one. As long as a
/// participant has a command here, its later ones come here too, and its order holds. Beyond <paramref name="queueLimit"/> commands are told that the queue is full.
/// Any thread adds, one at a time takes.
/// </summary>
internal sealed class ContendedLane(int queueLimit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ParticipantName, Queue<PipelineCommand>> _byParticipant = [];
    private readonly Queue<ParticipantName> _turns = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _count;

    /// <summary>Commands that wait or run.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a command of a participant that is held elsewhere.</summary>
    public void Add(PipelineCommand command)
    {
        lock (_lock)
        {
            if (_count >= queueLimit)
            {
                command.Complete(EventPipeline.QueueFull);
                return;
            }

            if (!_byParticipant.TryGetValue(command.Participant, out var queue))
            {
                queue = new Queue<PipelineCommand>();
                _byParticipant.Add(command.Participant, queue);
                _turns.Enqueue(command.Participant);
            }

            queue.Enqueue(command);
            _count++;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Adds the command, or tells it that the queue is full, if its participant has others here; false where it has none.</summary>
    public bool TryFollow(PipelineCommand command)
    {
        if (Count == 0)
        {
            return false;
        }

        lock (_lock)
        {
            if (!_byParticipant.TryGetValue(command.Participant, out var queue))
            {
                return false;
            }

            if (_count >= queueLimit)
            {
                command.Complete(EventPipeline.QueueFull);
                return true;
            }

            queue.Enqueue(command);
            _count++;
            return true;
        }
    }

    /// <summary>Waits until something may be there to take.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Count == 0)
        {
            await _signal.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Commands of the participant whose turn it is, up to <paramref name="most"/>; they stay here until <see cref="End"/>.</summary>
    public List<PipelineCommand> Take(int most)
    {
        lock (_lock)
        {
            return _turns.TryDequeue(out var participant) ? [.. _byParticipant[participant].Take(most)] : [];
        }
    }

    /// <summary>Notes that what was taken has run.</summary>
    public void End(List<PipelineCommand> taken)
    {
        lock (_lock)
        {
            var participant = taken[0].Participant;
            var queue = _byParticipant[participant];
            for (var i = 0; i < taken.Count; i++)
            {
                queue.Dequeue();
            }

            _count -= taken.Count;
            if (queue.Count > 0)
            {
                _turns.Enqueue(participant);
            }
            else
            {
                _byParticipant.Remove(participant);
            }
        }
    }
}
