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
}
