using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>
/// A step of the ladder, compared by <paramref name="Level"/>. An automatic tier is reached at <paramref name="MinPoints"/> points earned over the
/// lifetime in the default currency, so spending never demotes.
/// </summary>
public sealed record Tier(
    string Code,
    string Name,
    int Level,
    string? Color,
    bool IsAutomatic,
    long MinPoints,
    bool IsActive)
{
    internal GrantSource Source { get; } = new("tier", Code);
}
