using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>The definitions of one document that were read without a fault, with their pointers.</summary>
internal sealed record ChainInput(
    IReadOnlyList<(PointRule Definition, string Pointer)> PointRules,
    IReadOnlyList<(Streak Definition, string Pointer)> Streaks,
    IReadOnlyList<(Badge Definition, string Pointer)> Badges,
    IReadOnlyList<(Challenge Definition, string Pointer)> Challenges,
    IReadOnlyList<Tier> Tiers,
    string DefaultCurrency);

/// <summary>
/// A fact that a definition may make, so far as its data are known at publish. <paramref name="Links"/> is how much deeper it lies than the fact
/// that set the definition off: a reward hangs on its completion, so it lies 2 deeper.
/// </summary>
internal sealed record FactOutline(string Kind, int Links, params (string Member, string Value)[] Known)
{
    /// <summary>
    /// Whether <paramref name="condition"/> may hold for the fact: false only where the known data rule it out, whatever the rest is.
    /// </summary>
    public bool MayMeet(Condition? condition) => condition is null || Judge(condition) != false;

    // Null means that it depends on data which only the fact itself has; & and | know what to make of that.
    private bool? Judge(Condition condition) => condition switch
    {
        Condition.Not not => !Judge(not.Part),
        Condition.All all => all.Parts.Aggregate((bool?)true, (sum, part) => sum & Judge(part)),
        Condition.Any any => any.Parts.Aggregate((bool?)false, (sum, part) => sum | Judge(part)),
        Condition.Compare compare => Judge(compare),
        _ => null,
    };

    private bool? Judge(Condition.Compare compare)
    {
        foreach (var (member, value) in Known)
        {
            if (compare.Path.Root == PropertyRoot.Properties && compare.Path.Text.AsSpan("properties.".Length).SequenceEqual(member))
            {
                var actual = PropertyValue.Of(value);
                return compare.Operator switch
                {
                    ConditionOperator.Eq => actual.EqualsAsRule(compare.Operand),
                    ConditionOperator.Ne => !actual.EqualsAsRule(compare.Operand),
                    ConditionOperator.In => compare.Operand.Items!.Any(item => actual.EqualsAsRule(item)),
                    ConditionOperator.NotIn => !compare.Operand.Items!.Any(item => actual.EqualsAsRule(item)),
                    _ => null,
                };
            }
        }

        return null;
    }
}

/// <summary>
/// Something active that listens to facts which Laurel itself makes: a point rule, a streak, a badge, or an objective. <paramref name="Label"/> names
/// the definition for people, <paramref name="Pointer"/> is where its event name stands.
/// </summary>
internal sealed record FactListener(string Label, string Pointer, string ListensTo, Condition? Where, IReadOnlyList<FactOutline> Makes)
{
    /// <summary>All of a document, in document order.</summary>
    public static List<FactListener> AllOf(ChainInput input)
    {
        var listeners = new List<FactListener>();
        listeners.AddRange(input.PointRules.Where(rule => rule.Definition.IsActive).Select(rule => Of(rule.Definition, rule.Pointer)));
        listeners.AddRange(input.Streaks.Where(streak => streak.Definition.IsActive).Select(streak => Of(streak.Definition, streak.Pointer)));
        listeners.AddRange(input.Badges.Where(badge => badge.Definition is { IsActive: true, Criteria: not null })
            .Select(badge => Of(badge.Definition, badge.Definition.Criteria!, badge.Pointer)));
        listeners.AddRange(input.Challenges.Where(challenge => challenge.Definition.IsActive)
            .SelectMany(challenge => challenge.Definition.Objectives.Select((objective, place) =>
                Of(challenge.Definition, objective, $"{challenge.Pointer}/objectives/{place}"))));
        listeners.RemoveAll(listener => !FactKinds.IsDerived(listener.ListensTo));
        return listeners;
    }

    private static FactListener Of(PointRule rule, string pointer) => new(
        $"point rule '{rule.Code}'",
        $"{pointer}/event_name",
        rule.EventName,
        rule.Where,
        Awarded(rule.Currency, rule.ExpiresAfter, 1));

    private static FactListener Of(Streak streak, string pointer) =>
        new($"streak '{streak.Code}'", $"{pointer}/event_name", streak.EventName, streak.Where, MadeBy(streak));

    private static FactListener Of(Badge badge, Criteria criteria, string pointer) =>
        new($"badge '{badge.Code}'", $"{pointer}/criteria/event_name", criteria.EventName, criteria.Where, [Unlocked(badge, 1)]);

    private static FactListener Of(Challenge challenge, Objective objective, string pointer) => new(
        $"challenge '{challenge.Code}'", $"{pointer}/event_name", objective.Criteria.EventName, objective.Criteria.Where, MadeBy(challenge, objective));

    // An event may use up freezes for the periods before it. What it cannot do is break the streak: the clock does.
    private static List<FactOutline> MadeBy(Streak streak)
    {
        var code = (FactData.StreakCode, streak.Code);
        List<FactOutline> made = [new FactOutline(FactKinds.StreakExtended, 1, code)];
        if (streak.Milestones.Count > 0)
        {
            made.Add(new FactOutline(FactKinds.StreakMilestoneReached, 1, code));
            made.AddRange(streak.Milestones.SelectMany(milestone => milestone.Rewards).SelectMany(Granted));
        }

        if (streak.Freezes is not null)
        {
            made.Add(new FactOutline(FactKinds.StreakFreezeUsed, 1, code));
        }

        return made;
    }

    // An objective that is completed may complete its challenge at once. The first event enrols where time rolls; enrolment that is asked for starts a chain of its own.
    private static List<FactOutline> MadeBy(Challenge challenge, Objective objective)
    {
        var code = (FactData.ChallengeCode, challenge.Code);
        List<FactOutline> made =
        [
            new FactOutline(FactKinds.ObjectiveCompleted, 1, code, (FactData.ObjectiveCode, objective.Code)),
            new FactOutline(FactKinds.ChallengeCompleted, 1, code),
            .. objective.Rewards.Concat(challenge.Rewards).SelectMany(Granted),
        ];
        if (!challenge.IsExplicit && challenge.Schedule.Rolling is not null)
        {
            made.Add(new FactOutline(FactKinds.ChallengeEnrolled, 1, code));
        }

        return made;
    }

    // Whether a reward of the catalogue is to be had is known only when it is granted.
    private static FactOutline[] Granted(Reward reward) => reward switch
    {
        Reward.Points points => Awarded(points.Currency, points.ExpiresAfter, 2),
        Reward.BadgeAward award => [Unlocked(award.Badge, 2)],
        Reward.FromCatalogue taken => [Answered(FactKinds.RewardGranted, taken), Answered(FactKinds.RewardRefused, taken)],
        _ => throw new InvalidOperationException($"Unknown reward {reward.GetType().Name}."),
    };

    // Points that expire will say so, and whoever pays for that with points that expire would pay for ever, each time their duration is over.
    private static FactOutline[] Awarded(string currency, CalendarDuration? expiresAfter, int links)
    {
        var code = (FactData.Currency, currency);
        var awarded = new FactOutline(FactKinds.PointsAwarded, links, code);
        return expiresAfter is null ? [awarded] : [awarded, new FactOutline(FactKinds.PointsExpired, links, code)];
    }

    private static FactOutline Answered(string kind, Reward.FromCatalogue reward) =>
        new(kind, 2, (FactData.RewardCode, reward.Item.Code), ("reward_type", reward.Item.Type));

    private static FactOutline Unlocked(Badge badge, int links) =>
        new(FactKinds.BadgeUnlocked, links, (FactData.BadgeCode, badge.Code), ("rarity", badge.Rarity));
}
