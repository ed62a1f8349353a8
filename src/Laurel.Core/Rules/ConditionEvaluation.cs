using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Participants;

namespace Laurel.Rules;

/// <summary>
/// Whether conditions hold for a fact. Total: a value that cannot be compared makes the comparison false, never an error; <c>not</c> turns that into true.
/// </summary>
internal static class ConditionEvaluation
{
    /// <summary>True for a null condition.</summary>
    public static bool Holds(Condition? condition, in FactView view)
    {
        switch (condition)
        {
            case null:
                return true;
            case Condition.Compare compare:
                return Holds(compare, view);
            case Condition.Not not:
                return !Holds(not.Part, view);
            case Condition.All all:
                for (var i = 0; i < all.Parts.Count; i++)
                {
                    if (!Holds(all.Parts[i], view))
                    {
                        return false;
                    }
                }

                return true;
            case Condition.Any any:
                for (var i = 0; i < any.Parts.Count; i++)
                {
                    if (Holds(any.Parts[i], view))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}.");
        }
    }

    /// <summary>Whether one comparison holds.</summary>
    public static bool Holds(Condition.Compare compare, in FactView view) => Compares(compare, view.Read(compare.Path));

    // ne and not_in ask about a value that is there: "currency ne USD" does not match an event without a currency.
    private static bool Compares(Condition.Compare compare, in PropertyValue actual) => compare.Operator switch
    {
        ConditionOperator.Eq => actual.EqualsAsRule(compare.Operand),
        ConditionOperator.Ne => actual.IsScalar && !actual.EqualsAsRule(compare.Operand),
        ConditionOperator.Gt => BothNumbers(actual, compare) && actual.Number > compare.Operand.Number,
        ConditionOperator.Gte => BothNumbers(actual, compare) && actual.Number >= compare.Operand.Number,
        ConditionOperator.Lt => BothNumbers(actual, compare) && actual.Number < compare.Operand.Number,
        ConditionOperator.Lte => BothNumbers(actual, compare) && actual.Number <= compare.Operand.Number,
        ConditionOperator.In => Has(compare.Operand.Items, actual),
        ConditionOperator.NotIn => actual.IsScalar && !Has(compare.Operand.Items, actual),
        ConditionOperator.Contains => actual.Kind switch
        {
            PropertyKind.List => Has(actual.Items, compare.Operand),
            PropertyKind.Text => compare.Operand.Text is { } part && actual.Text!.Contains(part, StringComparison.Ordinal),
            _ => false,
        },
        ConditionOperator.StartsWith => actual.Text is { } text && text.StartsWith(compare.Operand.Text!, StringComparison.Ordinal),
        ConditionOperator.EndsWith => actual.Text is { } text && text.EndsWith(compare.Operand.Text!, StringComparison.Ordinal),
        ConditionOperator.Exists => actual.Kind != PropertyKind.Missing,
        ConditionOperator.NotExists => actual.Kind == PropertyKind.Missing,
        ConditionOperator.Matches => actual.Text is { Length: <= ProgramLimits.MatchedLength } text && compare.Pattern!.IsMatch(text),
        _ => throw new InvalidOperationException($"Unknown operator {compare.Operator}."),
    };

    private static bool BothNumbers(in PropertyValue actual, Condition.Compare compare) =>
        actual.Kind == PropertyKind.Number && compare.Operand.Kind == PropertyKind.Number;

    private static bool Has(IReadOnlyList<PropertyValue>? items, in PropertyValue value)
    {
        for (var i = 0; items is not null && i < items.Count; i++)
        {
            if (items[i].EqualsAsRule(value))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What rules may read of one fact: its properties, and the participant as it was before the fact.</summary>
internal readonly ref struct FactView(
    Properties properties, string? tier, Badges.BadgeHeld[] badges, Profile? profile, LocalCalendar calendar, Timestamp occurredAt)
{
    private readonly Properties _properties = properties;
    private readonly string? _tier = tier;
    private readonly Badges.BadgeHeld[] _badges = badges;
    private readonly Profile? _profile = profile;
    private readonly LocalCalendar _calendar = calendar;
    private readonly Timestamp _occurredAt = occurredAt;

    public PropertyValue Read(PropertyPath path) => path.Root switch
    {
        PropertyRoot.Properties => _properties.Find(path.Segments),
        PropertyRoot.ParticipantTier => _tier is null ? PropertyValue.Missing : PropertyValue.Of(_tier),
        PropertyRoot.ParticipantBadges => PropertyValue.Of(Array.ConvertAll(_badges, badge => PropertyValue.Of(badge.Code))),
        PropertyRoot.ParticipantAttributes => _profile is null ? PropertyValue.Missing : _profile.Attributes.Find(path.Segments),
        PropertyRoot.LocalDay => PeriodText(PeriodKind.Day),
        PropertyRoot.LocalWeek => PeriodText(PeriodKind.Week),
        PropertyRoot.LocalMonth => PeriodText(PeriodKind.Month),
        _ => throw new InvalidOperationException($"Unknown root {path.Root}."),
    };

    /// <summary>
    /// The number at a path; null where there is none, or one so large that arithmetic with it could overflow. A total takes
    /// ten thousand million of the largest before it reaches the end of a decimal.
    /// </summary>
    public decimal? ReadCountable(PropertyPath path)
    {
        var value = Read(path);
        return value.Kind == PropertyKind.Number && Math.Abs(value.Number) <= LargestCountable ? value.Number : null;
    }

    private PropertyValue PeriodText(PeriodKind kind) => PropertyValue.Of(_calendar.PeriodOf(kind, _occurredAt).ToString());

    private const decimal LargestCountable = 1e18m;
}
