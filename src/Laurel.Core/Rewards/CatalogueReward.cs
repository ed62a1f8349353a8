using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Rewards;

/// <summary>
/// Something that participants get: <paramref name="Type"/> is <c>coupon voucher physical digital points_multiplier</c>. <paramref name="Stock"/> is how many may be
/// granted, ever, to all together (null = no bound); with <paramref name="HasCodePool"/> each takes a code of its own from those uploaded. From
/// <paramref name="ExpiresAt"/> on none is granted. <paramref name="PointsCost"/> is what claiming one costs; what a rule grants costs nothing.
/// </summary>
public sealed record CatalogueReward(
    string Code,
    string Name,
    string Type,
    string Description,
    long PointsCost,
    long? Stock,
    bool HasCodePool,
    int? MaxClaimsPerParticipant,
    Timestamp? ExpiresAt,
    bool IsActive)
{
    /// <summary>What a reward may be.</summary>
    public static readonly IReadOnlyList<string> Types = ["coupon", "voucher", "physical", "digital", "points_multiplier"];

    internal GrantSource Source { get; } = new("reward", Code);
}
