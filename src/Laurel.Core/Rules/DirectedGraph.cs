namespace Laurel.Rules;

/// <summary>A small directed graph of nodes 0, 1, 2 …, each with the nodes it leads to.</summary>
internal sealed class DirectedGraph(IReadOnlyList<IReadOnlyList<int>> successors)
{
    /// <summary>A shortest cycle of each group of nodes that reach each other, as its nodes in order; a node that leads to itself is a cycle of one.</summary>
    public List<List<int>> Cycles()
    {
        var cycles = new List<List<int>>();
        foreach (var group in new Groups(successors).Find())
        {
            if (group.Count > 1 || successors[group[0]].Contains(group[0]))
            {
                cycles.Add(PathBetween([group.Min()], group.Min(), group)!);
            }
        }

        return cycles;
    }

    /// <summary>
    /// A shortest path of at least one step from any of <paramref name="starts"/> to <paramref name="end"/>, without the end; null where there is none.
    /// It stays <paramref name="within"/> the given nodes where there are some.
    /// </summary>
    public List<int>? PathBetween(IReadOnlyList<int> starts, int end, IReadOnlyCollection<int>? within = null)
    {
        var cameFrom = new Dictionary<int, int>();
        var queue = new Queue<int>(starts);
        var begun = starts.ToHashSet();
        while (queue.TryDequeue(out var node))
        {
            foreach (var next in successors[node])
            {
                if (next == end)
                {
                    return Back(cameFrom, begun, node);
                }

                if (!begun.Contains(next) && within?.Contains(next) != false && cameFrom.TryAdd(next, node))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return null;
    }

    /// <summary>All that can be reached from <paramref name="start"/>, itself included.</summary>
    public HashSet<int> ReachableFrom(int start)
    {
        var reached = new HashSet<int> { start };
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var node))
        {
            foreach (var next in successors[node])
            {
                if (reached.Add(next))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return reached;
    }

    private static List<int> Back(Dictionary<int, int> cameFrom, HashSet<int> begun, int node)
    {
        var path = new List<int> { node };
        while (!begun.Contains(node))
        {
            node = cameFrom[node];
            path.Add(node);
        }

        path.Reverse();
        return path;
    }

    /// <summary>Tarjan's strongly connected components.</summary>
    private sealed class Groups(IReadOnlyList<IReadOnlyList<int>> successors)
    {
        private readonly int[] _order = new int[successors.Count];
        private readonly int[] _lowest = new int[successors.Count];
        private readonly bool[] _isOpen = new bool[successors.Count];
        private readonly Stack<int> _open = new();
        private readonly List<List<int>> _groups = [];
        private int _visited;

        public List<List<int>> Find()
        {
            for (var node = 0; node < successors.Count; node++)
            {
                if (_order[node] == 0)
                {
                    Visit(node);
                }
            }

            return _groups;
        }

        private void Visit(int node)
        {
            _order[node] = _lowest[node] = ++_visited;
            _open.Push(node);
            _isOpen[node] = true;
            foreach (var next in successors[node])
            {
                if (_order[next] == 0)
                {
                    Visit(next);
                    _lowest[node] = Math.Min(_lowest[node], _lowest[next]);
                }
                else if (_isOpen[next])
                {
                    _lowest[node] = Math.Min(_lowest[node], _order[next]);
                }
            }

            if (_lowest[node] == _order[node])
            {
                var group = new List<int>();
                int member;
                do
                {
                    member = _open.Pop();
                    _isOpen[member] = false;
                    group.Add(member);
                }
                while (member != node);
                _groups.Add(group);
            }
        }
    }
}
