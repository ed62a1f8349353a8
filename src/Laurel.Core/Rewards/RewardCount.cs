namespace Laurel.Rewards;

/// <summary>How many of a reward the participant was given.</summary>
public sealed record RewardCount(string Code, int Claims);
