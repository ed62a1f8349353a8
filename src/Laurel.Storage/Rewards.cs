using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>A reward by the code of its definition.</summary>
public readonly record struct RewardName(EnvironmentKey Environment, string Code);

/// <summary>Asks for a reward within a batch: at most <paramref name="Codes"/> free codes are wanted.</summary>
public sealed record RewardDemand(RewardName Reward, int Codes);

/// <summary>What a batch may grant of a reward: <paramref name="Issued"/> were granted so far, ever; <paramref name="Codes"/> are free, oldest first.</summary>
public sealed record RewardSupply(RewardName Reward, long Issued, IReadOnlyList<RewardCode> Codes);

/// <summary>A code of a reward's pool; <paramref name="Id"/> is the store's own number for it.</summary>
public readonly record struct RewardCode(long Id, string Value);

/// <summary>One reward granted, with the code it took, if it takes one, and the fact that says so.</summary>
public sealed record RewardIssue(RewardName Reward, RewardCode? Code, long ParticipantKey, FactId FactId, Timestamp At);

/// <summary>How many of a reward were granted, ever, and the size of its pool of codes.</summary>
public sealed record RewardStock(long Issued, long CodesTotal, long CodesFree);
