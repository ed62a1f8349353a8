using Laurel.Rewards;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// What evaluation asked for beyond the prefetched states, loaded within the batch's transaction: parts of states, and stock and codes of rewards. A batch
/// is decided again from its start once something was loaded; evaluation is pure, so that costs time alone.
/// </summary>
internal sealed class BatchSupply
{
    private const int FewestCodes = 16;
    private readonly Dictionary<PartName, ReadOnlyMemory<byte>?> _parts = [];
    private readonly Dictionary<RewardName, Pool> _rewards = [];
    private readonly HashSet<PartName> _wantedParts = [];
    private readonly Dictionary<RewardName, int> _wantedRewards = [];

    /// <summary>Whether a decision waits for <see cref="LoadAsync"/>.</summary>
    public bool IsWanted => _wantedParts.Count > 0 || _wantedRewards.Count > 0;

    /// <summary>Forgets what the last attempt allocated.</summary>
    public void Restart()
    {
        foreach (var pool in _rewards.Values)
        {
            pool.Granted = 0;
            pool.CodesTaken = 0;
        }
    }

    /// <summary>The parts loaded for a participant.</summary>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>?>> PartsOf(long participantKey) =>
        _parts.Where(pair => pair.Key.ParticipantKey == participantKey).Select(pair => KeyValuePair.Create(pair.Key.Key, pair.Value));

    public void Want(long participantKey, IEnumerable<string> parts)
    {
        foreach (var part in parts)
        {
            _wantedParts.Add(new PartName(participantKey, part));
        }
    }

    /// <summary>Allocates one of a reward, in order of processing; null where its stock must be loaded first.</summary>
    public RewardAllocation? Allocate(EnvironmentKey environment, CatalogueReward reward)
    {
        var name = new RewardName(environment, reward.Code);
        if (!_rewards.TryGetValue(name, out var pool))
        {
            _wantedRewards[name] = _wantedRewards.GetValueOrDefault(name) + 1;
            return null;
        }

        if (pool.Supply.Issued + pool.Granted >= reward.Stock)
        {
            return RewardAllocation.OutOfStock(reward.Code);
        }

        if (!reward.HasCodePool)
        {
            pool.Granted++;
            return RewardAllocation.Granted(reward.Code, code: null);
        }

        if (pool.CodesTaken < pool.Supply.Codes.Count)
        {
            pool.Granted++;
            return RewardAllocation.Granted(reward.Code, pool.Supply.Codes[pool.CodesTaken++]);
        }

        // Fewer than asked for means that there are no more.
        if (pool.Supply.Codes.Count < pool.CodesAsked)
        {
            return RewardAllocation.OutOfStock(reward.Code);
        }

        _wantedRewards[name] = Math.Max(_wantedRewards.GetValueOrDefault(name), pool.CodesAsked * 2);
        return null;
    }

    /// <summary>Loads what was wanted. Throws what the store throws.</summary>
    public async ValueTask LoadAsync(ILaurelStore store, StoreBatch batch)
    {
        if (_wantedParts.Count > 0)
        {
            var found = await store.LoadPartsAsync(batch, [.. _wantedParts], CancellationToken.None);
            foreach (var name in _wantedParts)
            {
                _parts[name] = found.TryGetValue(name, out var document) ? document : null;
            }

            _wantedParts.Clear();
        }

        if (_wantedRewards.Count > 0)
        {
            // In order, those held already among them, so that two batches cannot wait for each other.
            RewardDemand[] demands =
            [
                .. _wantedRewards.Select(pair => new RewardDemand(pair.Key, Math.Max(FewestCodes, pair.Value)))
                    .OrderBy(demand => demand.Reward.Environment.Value).ThenBy(demand => demand.Reward.Code, StringComparer.Ordinal),
            ];
            var supplies = await store.LockRewardsAsync(batch, demands, CancellationToken.None);
            for (var i = 0; i < demands.Length; i++)
            {
                _rewards[demands[i].Reward] = new Pool(supplies[i], demands[i].Codes);
            }

            _wantedRewards.Clear();
        }
    }

    private sealed class Pool(RewardSupply supply, int codesAsked)
    {
        public RewardSupply Supply => supply;

        public int CodesAsked => codesAsked;

        public long Granted { get; set; }

        public int CodesTaken { get; set; }
    }
}

/// <summary>What evaluation is told of an allocation, and the code behind it.</summary>
internal sealed record RewardAllocation(Evaluation.Allocation Told, RewardCode? Code)
{
    public static RewardAllocation Granted(string reward, RewardCode? code) => new(new Evaluation.Allocation(reward, IsGranted: true, code?.Value), code);

    public static RewardAllocation OutOfStock(string reward) => new(new Evaluation.Allocation(reward, IsGranted: false, null), null);
}
