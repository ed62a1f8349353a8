using Laurel.Rules;

namespace Laurel.Badges;

/// <summary>
/// A badge. Without <paramref name="Criteria"/> it is given by hand or as a reward. <paramref name="Rarity"/>: <c>common rare epic legendary</c>.
/// </summary>
public sealed record Badge(
    string Code,
    string Name,
    string Description,
    string? IconUrl,
    string? Category,
    string Rarity,
    int DisplayOrder,
    Criteria? Criteria,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("badge", Code);

    /// <summary>What the parts of its progress are named after.</summary>
    internal string PartOwner { get; } = $"badge/{Code}";
}
