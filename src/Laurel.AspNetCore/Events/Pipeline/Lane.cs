using System.Threading.Channels;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// A bounded queue of commands. Commands of one participant always come to the same lane and leave it in order; tenants take turns, so that one tenant's
/// backlog delays no other. Any thread adds, one at a time takes.
/// </summary>
internal sealed class Lane(int limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Queue<PipelineCommand>> _byTenant = [];
    private readonly Queue<int> _turns = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _count;

    /// <summary>Commands that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds <paramref name="commands"/>, all or none; false where they would pass the limit.</summary>
    public bool TryAdd(IReadOnlyList<PipelineCommand> commands)
    {
        lock (_lock)
        {
            if (_count + commands.Count > limit)
            {
                return false;
            }

            for (var i = 0; i < commands.Count; i++)
            {
                var tenant = commands[i].Participant.Environment.TenantKey;
                if (!_byTenant.TryGetValue(tenant, out var queue))
                {
                    queue = new Queue<PipelineCommand>();
                    _byTenant.Add(tenant, queue);
                }

                if (queue.Count == 0)
                {
                    _turns.Enqueue(tenant);
                }

                queue.Enqueue(commands[i]);
            }

            _count += commands.Count;
        }

        _signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Waits until something may be there to take.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Count == 0)
        {
            await _signal.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>What waits, up to <paramref name="most"/>, one command a tenant and turn.</summary>
    public List<PipelineCommand> Take(int most)
    {
        lock (_lock)
        {
            var taken = new List<PipelineCommand>(Math.Min(most, _count));
            while (taken.Count < most && _turns.TryDequeue(out var tenant))
            {
                var queue = _byTenant[tenant];

                // A tenant alone needs no turns.
                do
                {
                    taken.Add(queue.Dequeue());
                }
                while (_turns.Count == 0 && queue.Count > 0 && taken.Count < most);

                if (queue.Count > 0)
                {
                    _turns.Enqueue(tenant);
                }
            }

            _count -= taken.Count;
            return taken;
        }
    }
}
