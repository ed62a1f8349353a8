using System.Text.RegularExpressions;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>A condition of a rule, typed at publish; evaluation never parses. Source: semantics §8, program.md "where".</summary>
public abstract record Condition
{
    private Condition()
    {
    }

    /// <summary>Every part holds; true where there is none.</summary>
    public sealed record All(IReadOnlyList<Condition> Parts) : Condition;

    /// <summary>At least one part holds; false where there is none.</summary>
    public sealed record Any(IReadOnlyList<Condition> Parts) : Condition;

    /// <summary>The part does not hold.</summary>
    public sealed record Not(Condition Part) : Condition;

    /// <summary>
    /// What stands at <paramref name="Path"/> compares so with <paramref name="Operand"/>. <paramref name="Pattern"/> is set for
    /// <see cref="ConditionOperator.Matches"/> alone, and runs in linear time.
    /// </summary>
    public sealed record Compare(PropertyPath Path, ConditionOperator Operator, PropertyValue Operand, Regex? Pattern) : Condition;
}

/// <summary>How a property is compared. Names in documents are snake_case: <c>eq ne gt gte lt lte in not_in contains starts_with ends_with exists not_exists matches</c>.</summary>
public enum ConditionOperator
{
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Exists,
    NotExists,
    Matches,
}
