using System.Collections.Frozen;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Points;
using Laurel.Streaks;

namespace Laurel.Rules;

/// <summary>The active definitions that listen to one event name, in document order: so a book of 10,000 rules costs an event only those that listen.</summary>
internal sealed record Listeners(PointRule[] PointRules, Streak[] Streaks, Badge[] Badges, ListeningChallenge[] Challenges)
{
    public static readonly Listeners None = new([], [], [], []);

    public static FrozenDictionary<string, Listeners> ByEventName(
        IReadOnlyList<PointRule> pointRules, IReadOnlyList<Streak> streaks, IReadOnlyList<Badge> badges, IReadOnlyList<Challenge> challenges)
    {
        var rules = pointRules.Where(rule => rule.IsActive).ToLookup(rule => rule.EventName, StringComparer.Ordinal);
        var recorded = streaks.Where(streak => streak.IsActive).ToLookup(streak => streak.EventName, StringComparer.Ordinal);
        var withCriteria = badges.Where(badge => badge is { IsActive: true, Criteria: not null })
            .ToLookup(badge => badge.Criteria!.EventName, StringComparer.Ordinal);
        var listening = challenges.Where(challenge => challenge.IsActive)
            .SelectMany(challenge => challenge.Objectives
                .Select((objective, place) => (objective.Criteria.EventName, Place: place))
                .GroupBy(pair => pair.EventName, pair => pair.Place, StringComparer.Ordinal)
                .Select(group => (EventName: group.Key, Listening: new ListeningChallenge(challenge, [.. group]))))
            .ToLookup(pair => pair.EventName, pair => pair.Listening, StringComparer.Ordinal);

        return rules.Select(group => group.Key)
            .Concat(recorded.Select(group => group.Key))
            .Concat(withCriteria.Select(group => group.Key))
            .Concat(listening.Select(group => group.Key))
            .Distinct(StringComparer.Ordinal)
            .ToFrozenDictionary(
                name => name,
                name => new Listeners([.. rules[name]], [.. recorded[name]], [.. withCriteria[name]], [.. listening[name]]),
                StringComparer.Ordinal);
    }
}

/// <summary>A challenge and the places of those of its objectives that listen to the event name at hand.</summary>
internal sealed record ListeningChallenge(Challenge Challenge, int[] Objectives);
