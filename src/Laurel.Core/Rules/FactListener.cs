using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>The definitions of one document that were read without a fault, with their pointers.</summary>
internal sealed record ChainInput(
    IReadOnlyList<(PointRule Definition, string Pointer)> PointRules,
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
/// Something active that listens to facts which Laurel itself makes: a point rule, a badge, or an objective. <paramref name="Label"/> names
/// the definition for people, <paramref name="Pointer"/> is where its event name stands.
/// </summary>
internal sealed record FactListener(string Label, string Pointer, string ListensTo, Condition? Where, IReadOnlyList<FactOutline> Makes)
{
    /// <summary>All of a document, in document order.</summary>
    public static List<FactListener> AllOf(ChainInput input)
    {
        var listeners = new List<FactListener>();
        foreach (var (rule, pointer) in input.PointRules)
        {
            if (rule.IsActive && FactKinds.IsDerived(rule.EventName))
            {
                var award = new FactOutline(FactKinds.PointsAwarded, 1, (FactData.Currency, rule.Currency));
                listeners.Add(new FactListener($"point rule '{rule.Code}'", $"{pointer}/event_name", rule.EventName, rule.Where, [award]));
            }
        }

        foreach (var (badge, pointer) in input.Badges)
        {
            if (badge is { IsActive: true, Criteria: { } criteria } && FactKinds.IsDerived(criteria.EventName))
            {
                listeners.Add(new FactListener(
                    $"badge '{badge.Code}'", $"{pointer}/criteria/event_name", criteria.EventName, criteria.Where, [Unlocked(badge, 1)]));
            }
        }

        foreach (var (challenge, pointer) in input.Challenges.Where(challenge => challenge.Definition.IsActive))
        {
            for (var place = 0; place < challenge.Objectives.Count; place++)
            {
                var objective = challenge.Objectives[place];
                if (FactKinds.IsDerived(objective.Criteria.EventName))
                {
                    listeners.Add(new FactListener(
                        $"challenge '{challenge.Code}'",
                        $"{pointer}/objectives/{place}/event_name",
                        objective.Criteria.EventName,
                        objective.Criteria.Where,
                        MadeBy(challenge, objective)));
                }
            }
        }

        return listeners;
    }

    // An objective that is completed may complete its challenge at once.
    private static List<FactOutline> MadeBy(Challenge challenge, Objective objective)
    {
        var code = (FactData.ChallengeCode, challenge.Code);
        return
        [
            new FactOutline(FactKinds.ObjectiveCompleted, 1, code, (FactData.ObjectiveCode, objective.Code)),
            new FactOutline(FactKinds.ChallengeCompleted, 1, code),
            .. objective.Rewards.Concat(challenge.Rewards).Select(Granted),
        ];
    }

    private static FactOutline Granted(Reward reward) => reward switch
    {
        Reward.Points points => new FactOutline(FactKinds.PointsAwarded, 2, (FactData.Currency, points.Currency)),
        Reward.BadgeAward award => Unlocked(award.Badge, 2),
        _ => throw new InvalidOperationException($"Unknown reward {reward.GetType().Name}."),
    };

    private static FactOutline Unlocked(Badge badge, int links) =>
        new(FactKinds.BadgeUnlocked, links, (FactData.BadgeCode, badge.Code), ("rarity", badge.Rarity));
}
