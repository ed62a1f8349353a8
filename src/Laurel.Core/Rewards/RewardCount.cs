namespace Laurel.Rewards;

/// <summary>How many of a reward the participant has, granted or claimed, but for those that were cancelled: what its cap counts.</summary>
public sealed record RewardCount(string Code, int Claims);
