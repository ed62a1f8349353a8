using System.Collections.Frozen;
using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>
/// One published version of an environment's program, typed and immutable. Inactive definitions are listed (their names still show), but none listens.
/// </summary>
public sealed class RuleBook
{
    private readonly FrozenDictionary<string, Listeners> _listeners;
    private readonly FrozenDictionary<string, Badge> _badges;
    private readonly FrozenDictionary<string, Challenge> _challenges;
    private readonly FrozenDictionary<string, Streak> _streaks;
    private readonly FrozenDictionary<string, CatalogueReward> _rewards;

    public RuleBook(
        int version,
        IReadOnlyList<Currency> currencies,
        IReadOnlyList<PointRule> pointRules,
        IReadOnlyList<Badge> badges,
        IReadOnlyList<Challenge> challenges,
        IReadOnlyList<Streak> streaks,
        IReadOnlyList<Tier> tiers,
        IReadOnlyList<CatalogueReward> rewards,
        LocalCalendar calendar)
    {
        Version = version;
        Streaks = streaks;
        Rewards = rewards;
        Calendar = calendar;
        Currencies = currencies;
        PointRules = pointRules;
        Badges = badges;
        Challenges = challenges;
        Tiers = tiers;
        _badges = badges.ToFrozenDictionary(badge => badge.Code, StringComparer.Ordinal);
        TierLadder = [.. tiers.Where(tier => tier is { IsActive: true, IsAutomatic: true }).OrderByDescending(tier => tier.Level)];
        RequalifyPeriods = [.. TierLadder.Where(tier => tier.Requalify is not null).Select(tier => tier.Requalify!.Period).Distinct()];
        _challenges = challenges.Where(challenge => challenge.IsActive).ToFrozenDictionary(challenge => challenge.Code, StringComparer.Ordinal);
        _streaks = streaks.Where(streak => streak.IsActive).ToFrozenDictionary(streak => streak.Code, StringComparer.Ordinal);
        _rewards = rewards.ToFrozenDictionary(reward => reward.Code, StringComparer.Ordinal);
        _listeners = Listeners.ByEventName(pointRules, streaks, badges, challenges);
    }

    /// <summary>The book of an environment where nothing was published.</summary>
    public static readonly RuleBook Empty = new(0, [Currency.Default], [], [], [], [], [], [], LocalCalendar.Utc);

    /// <summary>1, 2, 3 …; 0 where nothing was published.</summary>
    public int Version { get; }

    /// <summary>At least one; the first is the default.</summary>
    public IReadOnlyList<Currency> Currencies { get; }

    public IReadOnlyList<PointRule> PointRules { get; }

    public IReadOnlyList<Badge> Badges { get; }

    public IReadOnlyList<Challenge> Challenges { get; }

    public IReadOnlyList<Streak> Streaks { get; }

    public IReadOnlyList<Tier> Tiers { get; }

    /// <summary>The catalogue.</summary>
    public IReadOnlyList<CatalogueReward> Rewards { get; }

    /// <summary>The local calendar of periods.</summary>
    public LocalCalendar Calendar { get; }

    /// <summary>Active automatic tiers, highest level first.</summary>
    internal Tier[] TierLadder { get; }

    /// <summary>The periods by which active tiers must be earned again, each once.</summary>
    internal PeriodKind[] RequalifyPeriods { get; }

    /// <summary>The code of the currency named <paramref name="code"/>, of the default one for null; null where there is none of this name.</summary>
    public string? CurrencyOf(string? code) =>
        code is null ? Currencies[0].Code : Currencies.FirstOrDefault(currency => currency.Code == code)?.Code;

    /// <summary>The active challenge named <paramref name="code"/>; null where there is none.</summary>
    public Challenge? FindActiveChallenge(string code) => _challenges.GetValueOrDefault(code);

    /// <summary>The reward named <paramref name="code"/>, active or not; null where there is none.</summary>
    public CatalogueReward? FindReward(string code) => _rewards.GetValueOrDefault(code);

    /// <summary>The active streak named <paramref name="code"/>; null where there is none.</summary>
    public Streak? FindActiveStreak(string code) => _streaks.GetValueOrDefault(code);

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

    /// <summary>The largest number.</summary>
    public sealed record Max(PropertyPath Property) : Metric;

    /// <summary>The smallest number. Its target is reached from above.</summary>
    public sealed record Min(PropertyPath Property) : Metric;

    /// <summary>How many different values: texts, numbers by value, true, false. It counts as far as its target.</summary>
    public sealed record Distinct(PropertyPath Property) : Metric;

    /// <summary>The most consecutive calendar periods with a matching event.</summary>
    public sealed record Streak(PeriodKind Period) : Metric;
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
    public sealed record Points(long Amount, string Currency, CalendarDuration? ExpiresAfter) : Reward;

    /// <summary>A badge of the same book.</summary>
    public sealed record BadgeAward(Badge Badge) : Reward;

    /// <summary>A reward of the catalogue, as far as there is stock.</summary>
    public sealed record FromCatalogue(CatalogueReward Item) : Reward;
}
