using System.Globalization;
using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>
/// Drives the evaluator for cases and for real data: the one place that knows how inputs go in. Its clock is the latest time that it was given, so an event
/// with an earlier one comes late.
/// </summary>
internal sealed class CaseEngine(RuleBook book)
{
    private readonly Dictionary<string, ParticipantState> _states = new(StringComparer.Ordinal);
    private Timestamp _now = Timestamp.MinValue;
    private ulong _inputs;

    public Timestamp Now => _now;

    public ParticipantState StateOf(string participant) => _states.GetValueOrDefault(participant, ParticipantState.New);

    /// <summary>An event: what the clock did before it, and what it set off.</summary>
    public IReadOnlyList<DerivedFact> Send(string participant, string name, Properties properties, Timestamp occurredAt)
    {
        _now = occurredAt > _now ? occurredAt : _now;
        var decision = Evaluator.Evaluate(book, StateOf(participant), new InputEvent(FactId.StartOfBlock(_now, ++_inputs << 16), name, properties, occurredAt, _now));
        _states[participant] = decision.State;
        return decision.Facts;
    }

    /// <summary>Runs one row; answers a line for each fact.</summary>
    public string[] Run(CaseRow row)
    {
        if (row.What == "(state)")
        {
            return [.. row.Expected.Select(line => Read(row.Participant, line))];
        }

        if (row.What.StartsWith('('))
        {
            return [$"{row.What} is not driven yet"];
        }

        return [.. Send(row.Participant, row.What, Properties.ReadTrusted(Encoding.UTF8.GetBytes(row.Properties)), row.When).Select(fact => FactLine.Of(fact, row.When))];
    }

    // The statement that is asked for, with what is true in place of what was expected.
    private string Read(string participant, string expected)
    {
        var state = StateOf(participant);
        var words = expected.Split(' ');
        return words switch
        {
            ["balance", var currency, _] => $"balance {currency} {state.BalanceOf(currency).Current}",
            ["earned", var currency, _] => $"earned {currency} {state.BalanceOf(currency).Earned}",
            ["tier", _] => $"tier {state.Tier?.Code ?? "none"}",
            ["badges", ..] => $"badges {string.Join(' ', state.Badges.Select(badge => badge.Code).DefaultIfEmpty("none"))}",
            ["completions", var challenge, _] => $"completions {challenge} {state.Challenges.FirstOrDefault(progress => progress.Code == challenge)?.Completions ?? 0}",
            ["progress", var challenge, var objective, _] =>
                $"progress {challenge} {objective} {(state.Challenges.FirstOrDefault(progress => progress.Code == challenge)?.Of(objective).Current ?? 0).ToString("0.####", CultureInfo.InvariantCulture)}",
            _ => $"'{expected}' is not read yet",
        };
    }
}
