using System.Globalization;
using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>Runs the rows of one case, and tells what came of each in the words of the table.</summary>
internal sealed class CaseRun(RuleBook book)
{
    private readonly CaseEngine _engine = new(book);

    /// <summary>A line for each fact; of a state, a line for each statement asked for.</summary>
    public string[] Run(CaseRow row)
    {
        var (command, argument) = row.What.Split(") ") is [var first, var second] ? (first + ")", second) : (row.What, "");
        switch (command)
        {
            case "(state)":
                return [.. row.Expected.Select(line => Read(_engine.StateOf(row.Participant), line))];
            case "(time passes)":
                return Lines(_engine.Pass(row.Participant, row.When), row);
            case "(upload codes)":
                _engine.Upload(argument, JsonSerializer.Deserialize<string[]>(row.Properties)!);
                return [];
            case "(enroll)":
                var (facts, refusal) = _engine.Enroll(row.Participant, argument, row.When);
                return refusal is null ? Lines(facts, row) : [.. Lines(facts, row), $"refused {JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.Value.ToString())}"];
            default:
                return Lines(_engine.Send(row.Participant, row.What, Properties.ReadTrusted(Encoding.UTF8.GetBytes(row.Properties)), row.When), row);
        }
    }

    private static string[] Lines(List<DerivedFact> facts, CaseRow row) => [.. facts.Select(fact => FactLine.Of(fact, row.When))];

    // The statement that is asked for, with what is true in place of what was expected.
    private static string Read(ParticipantState state, string expected)
    {
        switch (expected.Split(' '))
        {
            case ["balance", var currency, _]:
                return $"balance {currency} {state.BalanceOf(currency).Current}";
            case ["earned", var currency, _]:
                return $"earned {currency} {state.BalanceOf(currency).Earned}";
            case ["tier", _]:
                return $"tier {state.Tier?.Code ?? "none"}";
            case ["badges", ..]:
                return $"badges {string.Join(' ', state.Badges.Select(badge => badge.Code).DefaultIfEmpty("none"))}";
            case ["completions", var challenge, _]:
                return $"completions {challenge} {Array.Find(state.Challenges, progress => progress.Code == challenge)?.Completions ?? 0}";
            case ["progress", var challenge, var objective, _]:
                var current = Array.Find(state.Challenges, progress => progress.Code == challenge)?.Of(objective).Current ?? 0;
                return $"progress {challenge} {objective} {current.ToString("0.####", CultureInfo.InvariantCulture)}";
            case ["streak", var code, "current", _, "longest", _]:
                var streak = Array.Find(state.Streaks, streak => streak.Code == code);
                return $"streak {code} current {streak?.CurrentCount ?? 0} longest {streak?.Longest ?? 0}";
            default:
                throw new InvalidOperationException($"'{expected}' says nothing about a state.");
        }
    }
}
