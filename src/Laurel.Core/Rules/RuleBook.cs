using System.Collections.Frozen;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Points;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>
/// One published version of an environment's program, typed and immutable. Inactive definitions are listed (their names still show), but none listens.
/// </summary>
public sealed class RuleBook
{
    private readonly FrozenDictionary<string, Listeners> _listeners;
    private readonly FrozenDictionary<string, Badge> _badges;

    public RuleBook(
        int version,
        IReadOnlyList<Currency> currencies,
        IReadOnlyList<PointRule> pointRules,
        IReadOnlyList<Badge> badges,
        IReadOnlyList<Challenge> challenges,
        IReadOnlyList<Tier> tiers)
    {
        Version = version;
        Currencies = currencies;
        PointRules = pointRules;
        Badges = badges;
        Challenges = challenges;
        Tiers = tiers;
        _badges = badges.ToFrozenDictionary(badge => badge.Code, StringComparer.Ordinal);
        TierLadder = [.. tiers.Where(tier => tier is { IsActive: true, IsAutomatic: true }).OrderByDescending(tier => tier.Level)];
        _listeners = Listeners.ByEventName(pointRules, badges, challenges);
    }

    /// <summary>The book of an environment where nothing was published.</summary>
    public static readonly RuleBook Empty = new(0, [Currency.Default], [], [], [], []);

    /// <summary>1, 2, 3 …; 0 where nothing was published.</summary>
    public int Version { get; }

    /// <summary>At least one; the first is the default.</summary>
    public IReadOnlyList<Currency> Currencies { get; }

    public IReadOnlyList<PointRule> PointRules { get; }

    public IReadOnlyList<Badge> Badges { get; }

    public IReadOnlyList<Challenge> Challenges { get; }

    public IReadOnlyList<Tier> Tiers { get; }

    /// <summary>Active automatic tiers, highest level first.</summary>
    internal Tier[] TierLadder { get; }

    /// <summary>The badge named <paramref name="code"/>, active or not; null where there is none.</summary>
    public Badge? FindBadge(string code) => _badges.GetValueOrDefault(code);

    /// <summary>Who listens to events, or derived facts, of this name.</summary>
    internal Listeners ListenersOf(string eventName) => _listeners.GetValueOrDefault(eventName, Listeners.None);
}

/// <summary>A kind of points. Code: <c>^[a-z0-9_]{1,50}$</c>.</summary>
public sealed record Currency(string Code, string Name)
{
    /// <summary>What a program that lists none has.</summary>
    public static readonly Currency Default = new("points", "Points");
}

/// <summary>The definition behind a grant, as <c>source</c> in answers: a type such as <c>point_rule</c> and a code.</summary>
public sealed record GrantSource(string Type, string Code);

/// <summary>What a badge's criteria, or a challenge's objective, counts.</summary>
public abstract record Metric
{
    private Metric()
    {
    }

    /// <summary>Matching events.</summary>
    public sealed record Count : Metric;

    /// <summary>Total of a number of the matching events; an event in which it is no number does not count.</summary>
    public sealed record Sum(PropertyPath Property) : Metric;
}

/// <summary>
/// What must happen how often: events named <paramref name="EventName"/> that meet <paramref name="Where"/>, measured until <paramref name="Target"/> (above 0) is reached.
/// </summary>
public sealed record Criteria(string EventName, Condition? Where, Metric Metric, decimal Target);

/// <summary>What completing something earns.</summary>
public abstract record Reward
{
    private Reward()
    {
    }

    /// <summary>Points, a whole number from 1.</summary>
    public sealed record Points(long Amount, string Currency) : Reward;

    /// <summary>A badge of the same book.</summary>
    public sealed record BadgeAward(Badge Badge) : Reward;
}
