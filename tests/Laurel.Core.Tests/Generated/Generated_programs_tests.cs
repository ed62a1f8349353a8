using System.Text;
using CsCheck;
using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Generated;

/// <summary>What properties are proved with must be worth it: programs that are all accepted, and have everything in them.</summary>
public class Generated_programs_tests
{
    [Fact]
    public void Generated_programs_are_accepted_and_use_all_there_is()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        GeneratedPrograms.Whole.Sample(
            program =>
            {
                var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(program), version: 1);
                Assert.Empty(reading.Faults);
                foreach (var part in PartsOf(reading.Book!).Distinct(StringComparer.Ordinal))
                {
                    seen.AddOrUpdate(part, 1, (_, count) => count + 1);
                }
            },
            iter: 1000);

        string[] expected =
        [
            "Count", "Sum", "Max", "Min", "Distinct", "Streak", "Points", "BadgeAward", "FromCatalogue", "points that expire", "rolling", "explicit", "fixed dates", "eligibility", "freezes", "grace", "stock", "codes", "claims", "end of reward",
            .. Enum.GetNames<PeriodKind>().SelectMany(kind => (string[])[$"cap {kind}", $"recurrence {kind}"]),
            .. Enum.GetNames<Tiers.TierFall>(), .. Enum.GetNames<PropertyRoot>().Except([nameof(PropertyRoot.Properties)]).Select(root => $"path {root}"), .. FactKinds.All.Skip(1).Select(kind => $"hears {kind}"),
        ];
        Assert.All(expected, part => Assert.True(seen.GetValueOrDefault(part) > 20, $"{part} was in {seen.GetValueOrDefault(part)} of 1000 programs"));
    }

    private static IEnumerable<string> PartsOf(RuleBook book)
    {
        var criteria = book.Badges.Select(badge => badge.Criteria).OfType<Criteria>()
            .Concat(book.Challenges.SelectMany(challenge => challenge.Objectives).Select(objective => objective.Criteria)).ToList();
        var rewards = book.Challenges.SelectMany(challenge => challenge.Rewards.Concat(challenge.Objectives.SelectMany(objective => objective.Rewards)))
            .Concat(book.Streaks.SelectMany(streak => streak.Milestones).SelectMany(milestone => milestone.Rewards)).ToList();
        var conditions = criteria.Select(one => one.Where).Concat(book.PointRules.Select(rule => rule.Where)).SelectMany(PathsOf);
        return criteria.Select(one => one.Metric.GetType().Name)
            .Concat(rewards.Select(reward => reward.GetType().Name))
            .Concat(conditions.Select(root => $"path {root}"))
            .Concat(book.PointRules.Select(rule => rule.EventName).Concat(criteria.Select(one => one.EventName)).Concat(book.Streaks.Select(streak => streak.EventName)).Select(name => $"hears {name}"))
            .Concat(book.PointRules.Where(rule => rule.Cap is not null).Select(rule => $"cap {rule.Cap!.Period}"))
            .Concat(book.Challenges.Select(challenge => $"recurrence {challenge.Schedule.Recurrence}"))
            .Concat(book.Tiers.Where(tier => tier.Requalify is not null).Select(tier => tier.Requalify!.Else.ToString()))
            .Concat(
            [
                .. Named(book.PointRules.Any(rule => rule.ExpiresAfter is not null), "points that expire"),
                .. Named(book.Challenges.Any(challenge => challenge.Schedule.Rolling is not null), "rolling"), .. Named(book.Challenges.Any(challenge => challenge.IsExplicit), "explicit"),
                .. Named(book.Challenges.Any(challenge => challenge.Schedule.StartsAt is not null), "fixed dates"), .. Named(book.Challenges.Any(challenge => challenge.Eligibility is not null), "eligibility"),
                .. Named(book.Streaks.Any(streak => streak.Freezes is not null), "freezes"), .. Named(book.Streaks.Any(streak => streak.GracePeriods > 0), "grace"),
                .. Named(book.Rewards.Any(reward => reward.Stock is not null), "stock"), .. Named(book.Rewards.Any(reward => reward.HasCodePool), "codes"),
                .. Named(book.Rewards.Any(reward => reward.MaxClaimsPerParticipant is not null), "claims"), .. Named(book.Rewards.Any(reward => reward.ExpiresAt is not null), "end of reward"),
            ]);
    }

    private static IEnumerable<string> Named(bool isThere, string name) => isThere ? [name] : [];

    private static IEnumerable<PropertyRoot> PathsOf(Condition? condition) => condition switch
    {
        Condition.Compare compare => [compare.Path.Root],
        Condition.Not not => PathsOf(not.Part),
        Condition.All all => all.Parts.SelectMany(PathsOf),
        Condition.Any any => any.Parts.SelectMany(PathsOf),
        _ => [],
    };
}
