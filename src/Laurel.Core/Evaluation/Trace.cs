using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Evaluation;

/// <summary>
/// Why: what each rule that looked at an input compared, and what came of it. Given to an evaluation that is to be explained; without one, nothing is gathered.
/// </summary>
public sealed class Trace
{
    private readonly List<RuleTrace> _rules = [];

    /// <summary>In the order in which the rules looked.</summary>
    public IReadOnlyList<RuleTrace> Rules => _rules;

    internal void Note(RuleTrace rule) => _rules.Add(rule);
}

/// <summary>
/// What one rule made of one fact. <paramref name="Type"/> and <paramref name="Code"/> name the definition, <paramref name="Objective"/> its objective where it has some;
/// <paramref name="LookedAt"/> is the kind of fact, <c>event</c> for the caller's. <paramref name="Before"/> and <paramref name="After"/> are the balance, the metric or the count that the rule moves.
/// </summary>
public sealed record RuleTrace(
    string Type,
    string Code,
    string? Objective,
    string LookedAt,
    bool Fired,
    string Reason,
    IReadOnlyList<ConditionTrace> Conditions,
    decimal? Before,
    decimal? After);

/// <summary>One comparison: what was expected, what stood there, and whether it held.</summary>
public sealed record ConditionTrace(string Property, string Operator, PropertyValue Expected, PropertyValue Actual, bool Result)
{
    /// <summary>Every comparison of a condition, also those that evaluation could skip.</summary>
    internal static IReadOnlyList<ConditionTrace> Of(Condition? condition, in FactView view)
    {
        var traces = new List<ConditionTrace>();
        Gather(condition, view, traces);
        return traces;
    }

    private static void Gather(Condition? condition, in FactView view, List<ConditionTrace> traces)
    {
        switch (condition)
        {
            case Condition.Compare compare:
                traces.Add(new ConditionTrace(
                    compare.Path.Text, ConditionReader.NameOf(compare.Operator), compare.Operand, view.Read(compare.Path), ConditionEvaluation.Holds(compare, view)));
                break;
            case Condition.Not not:
                Gather(not.Part, view, traces);
                break;
            case Condition.All all:
                foreach (var part in all.Parts)
                {
                    Gather(part, view, traces);
                }

                break;
            case Condition.Any any:
                foreach (var part in any.Parts)
                {
                    Gather(part, view, traces);
                }

                break;
        }
    }
}
