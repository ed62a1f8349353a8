using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>
/// Facts that rules make set off further rules. This finds, at publish, definitions that would set each other off in a cycle, and chains deeper than
/// evaluation follows. What a <c>where</c> rules out is no link: "ten badges" that names its ten badges does not wait for itself. Nor is a tier
/// that was passed: a chain only ever climbs, so it reaches each tier once, and a bonus for reaching silver is no cycle. What the clock makes (a fall, a
/// broken streak, an end, points that expire) starts a chain of its own.
/// Source: semantics §7, "Depth ≤ 8; a cycle among definitions is refused at publish".
/// </summary>
internal sealed class FactChains
{
    private const int NoTier = -1;
    private const string Arrow = " -> ";
    private readonly List<FactListener> _listeners;
    private readonly Tier[] _ladder;
    private readonly bool _hasRewards;
    // How many links deeper each listener hears a fact than the one that set off the other, [maker, listener]; 0 where it hears none.
    private readonly int[,] _lengths;
    private readonly List<int>[] _links;
    private readonly DirectedGraph _graph;
    // Per listener: whether it awards points that can move a tier, and the tiers whose reaching it listens to, as places in the ladder.
    private readonly bool[] _movesTiers;
    private readonly int[][] _hearsTiers;

    private FactChains(ChainInput input, List<FactListener> listeners)
    {
        _listeners = listeners;
        _ladder = [.. input.Tiers.Where(tier => tier is { IsActive: true, IsAutomatic: true }).OrderBy(tier => tier.Level)];
        _hasRewards = input.Challenges.Any(challenge => challenge.Definition.IsActive)
            || input.Streaks.Any(streak => streak.Definition is { IsActive: true, Milestones.Count: > 0 });
        _lengths = new int[listeners.Count, listeners.Count];
        _links = [.. listeners.Select((_, maker) => Enumerable.Range(0, listeners.Count).Where(listener => Link(maker, listener) > 0).ToList())];
        _graph = new DirectedGraph(_links);
        _movesTiers = [.. listeners.Select(listener => listener.Makes.Any(fact =>
            fact.Kind == FactKinds.PointsAwarded && fact.Known.Contains((FactData.Currency, input.DefaultCurrency))))];
        _hearsTiers = [.. listeners.Select(TiersHeardBy)];
    }

    /// <summary>Adds a fault for each cycle, or else for the first chain that is too deep.</summary>
    public static void Check(ChainInput input, FaultList faults)
    {
        var listeners = FactListener.AllOf(input);
        if (listeners.Count > ProgramLimits.FactListeners)
        {
            faults.Add(
                "",
                $"has {listeners.Count} active rules, streaks, badges and objectives that listen to facts which Laurel makes; at most {ProgramLimits.FactListeners} may");
            return;
        }

        var chains = new FactChains(input, listeners);
        if (!chains.FindCycles(faults) && !chains.FindCyclesThroughTiers(faults))
        {
            chains.FindDeepChain(faults);
        }
    }

    private int Link(int maker, int listener)
    {
        var to = _listeners[listener];
        foreach (var fact in _listeners[maker].Makes)
        {
            if (fact.Kind == to.ListensTo && fact.Links > _lengths[maker, listener] && fact.MayMeet(to.Where))
            {
                _lengths[maker, listener] = fact.Links;
            }
        }

        return _lengths[maker, listener];
    }

    private int[] TiersHeardBy(FactListener listener) => listener.ListensTo != FactKinds.TierChanged
        ? []
        : [.. Enumerable.Range(0, _ladder.Length)
            .Where(tier => new FactOutline(FactKinds.TierChanged, 1, (FactData.TierCode, _ladder[tier].Code)).MayMeet(listener.Where))];

    private bool FindCycles(FaultList faults)
    {
        var cycles = _graph.Cycles();
        foreach (var cycle in cycles)
        {
            Refuse(cycle[0], Describe([.. cycle, cycle[0]]), faults);
        }

        return cycles.Count > 0;
    }

    // A cycle through a tier comes back to a listener by a higher tier than it set out from.
    private bool FindCyclesThroughTiers(FaultList faults)
    {
        var found = false;
        for (var start = 0; start < _listeners.Count; start++)
        {
            if (_hearsTiers[start].Length == 0)
            {
                continue;
            }

            var from = _hearsTiers[start][0];
            var reached = _graph.ReachableFrom(start);
            var mover = reached.Where(node => _movesTiers[node]).Order().Cast<int?>().FirstOrDefault();
            if (mover is null)
            {
                continue;
            }

            var heard = Enumerable.Range(0, _listeners.Count).Where(node => _hearsTiers[node].Any(tier => tier > from)).ToList();
            var back = heard.Contains(start) ? [] : _graph.PathBetween(heard, start);
            if (back is not null)
            {
                var there = mover == start ? [] : _graph.PathBetween([start], mover.Value)!;
                var tier = _hearsTiers[back.Count > 0 ? back[0] : start].First(tier => tier > from);
                Refuse(start, $"{Describe([.. there, mover.Value])}{Arrow}{ThroughTier(tier)}{Arrow}{Describe([.. back, start])}", faults);
                found = true;
            }
        }

        return found;
    }

    private void Refuse(int node, string cycle, FaultList faults) => faults.Add(
        _listeners[node].Pointer,
        $"makes a cycle: {cycle}; narrow it with 'where' (for instance to certain badge codes), or listen to another event");

    /// <summary>
    /// Walks all chains at once, link by link: per depth, the listeners that hear a fact of that depth, with the lowest tier they can have come
    /// through, since from there most is still ahead.
    /// </summary>
    private void FindDeepChain(FaultList faults)
    {
        var depths = new Dictionary<int, Step>[Evaluator.MaxDepth + 3];
        for (var depth = 0; depth < depths.Length; depth++)
        {
            depths[depth] = [];
        }

        for (var node = 0; node < _listeners.Count; node++)
        {
            Reach(depths, FirstDepthOf(_listeners[node]), node, new Step(_hearsTiers[node].FirstOrDefault(NoTier), 0, NoTier));
        }

        for (var depth = 1; depth <= Evaluator.MaxDepth; depth++)
        {
            foreach (var (node, step) in depths[depth])
            {
                foreach (var next in _links[node])
                {
                    Reach(depths, depth + _lengths[node, next], next, new Step(step.Tier, depth, node));
                }

                for (var next = 0; _movesTiers[node] && next < _listeners.Count; next++)
                {
                    if (_hearsTiers[next].Any(tier => tier > step.Tier))
                    {
                        Reach(depths, depth + 1, next, new Step(_hearsTiers[next].First(tier => tier > step.Tier), depth, node));
                    }
                }
            }
        }

        for (var depth = Evaluator.MaxDepth + 1; depth < depths.Length; depth++)
        {
            if (depths[depth].Count > 0)
            {
                var node = depths[depth].Keys.Min();
                faults.Add(
                    _listeners[node].Pointer,
                    $"would hear a fact {depth} links after its event, but at most {Evaluator.MaxDepth} are followed: {DescribeChain(depths, depth, node)}");
                return;
            }
        }
    }

    private static void Reach(Dictionary<int, Step>[] depths, int depth, int node, Step step)
    {
        if (!depths[depth].TryGetValue(node, out var known) || step.Tier < known.Tier)
        {
            depths[depth][node] = step;
        }
    }

    // Rewards of a challenge or a streak that waits for callers' events already lie two deep. All else may come first, made by an event or by the clock.
    private int FirstDepthOf(FactListener listener) =>
        listener.ListensTo is FactKinds.PointsAwarded or FactKinds.BadgeUnlocked or FactKinds.RewardGranted or FactKinds.RewardRefused && _hasRewards ? 2 : 1;

    private string DescribeChain(Dictionary<int, Step>[] depths, int depth, int node)
    {
        var nodes = new List<(int Node, int Tier)>();
        for (var step = depths[depth][node]; ; step = depths[depth][node])
        {
            nodes.Insert(0, (node, step.Tier));
            if (step.From == NoTier)
            {
                break;
            }

            (depth, node) = (step.FromDepth, step.From);
        }

        var text = $"{_listeners[nodes[0].Node].ListensTo}{Arrow}{_listeners[nodes[0].Node].Label}";
        for (var i = 1; i < nodes.Count; i++)
        {
            text += _links[nodes[i - 1].Node].Contains(nodes[i].Node)
                ? Describe([nodes[i - 1].Node, nodes[i].Node])[_listeners[nodes[i - 1].Node].Label.Length..]
                : $"{Arrow}{ThroughTier(nodes[i].Tier)}{Arrow}{_listeners[nodes[i].Node].Label}";
        }

        return text;
    }

    private string ThroughTier(int tier) => $"{FactKinds.PointsAwarded}{Arrow}tier '{_ladder[tier].Code}'{Arrow}{FactKinds.TierChanged}";

    private string Describe(IReadOnlyList<int> nodes)
    {
        var text = _listeners[nodes[0]].Label;
        for (var i = 1; i < nodes.Count; i++)
        {
            text += $"{Arrow}{_listeners[nodes[i]].ListensTo}{Arrow}{_listeners[nodes[i]].Label}";
        }

        return text;
    }

    /// <summary>How a listener was reached: the highest tier passed, and from which listener (<see cref="NoTier"/> for none) at which depth.</summary>
    private readonly record struct Step(int Tier, int FromDepth, int From);
}
