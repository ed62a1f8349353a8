using System.Globalization;
using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Benchmarks.Evaluation;

/// <summary>
/// A program of many rules of which five listen to the event that is sent, one of each kind: a capped point rule whose points expire, a streak, a badge, a challenge
/// that counts and sums anew each week, and a point rule with a condition.
/// </summary>
internal static class LargeBook
{
    private const int Listening = 5;

    /// <summary>The book, and one event for each of so many days.</summary>
    public static (RuleBook Book, EventInput[] Days) Make(int rules, int days)
    {
        var others = Enumerable.Range(0, rules - Listening).Select(place =>
            string.Create(CultureInfo.InvariantCulture, $$"""{"code":"other_{{place}}","event_name":"other_{{place}}","amount":1}"""));
        var document = $$$"""
            {
              "time_zone": "Europe/Berlin",
              "point_rules": [
                {"code":"capped","event_name":"{{{PurchaseEvent.Name}}}","amount":{"property":"properties.amount"},"cap":{"period":"day","amount":1000000000000},"expires_after":"P365D"},
                {"code":"dollars","event_name":"{{{PurchaseEvent.Name}}}","where":{"property":"properties.currency","op":"eq","value":"USD"},"amount":5},
                {{{string.Join(',', others)}}}
              ],
              "badges": [{"code":"many","name":"Many","criteria":{"event_name":"{{{PurchaseEvent.Name}}}","metric":{"type":"distinct","property":"local_day"},"target":1000}}],
              "streaks": [{"code":"daily","name":"Daily","event_name":"{{{PurchaseEvent.Name}}}","period":"daily"}],
              "challenges": [{"code":"week","name":"Week","schedule":{"recurrence":"weekly"},"objectives":[
                {"code":"five","event_name":"{{{PurchaseEvent.Name}}}","target":1000000000},
                {"code":"spend","event_name":"{{{PurchaseEvent.Name}}}","metric":{"type":"sum","property":"properties.amount"},"target":1000000000000}]}]
            }
            """;
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 1);
        if (reading.Book is not { } book)
        {
            throw new BenchFailedException($"The large program has a fault at {reading.Faults[0].Pointer}: {reading.Faults[0].Message}");
        }

        var start = Timestamp.From(new DateTime(2026, 3, 2, 12, 0, 0, DateTimeKind.Utc));
        return (book, [.. Enumerable.Range(0, days).Select(day => PurchaseEvent.Read(start.Plus(TimeSpan.FromDays(day))))]);
    }

    /// <summary>Fails the run where an event was not judged as meant.</summary>
    public static void Require(ParticipantState[] states, int calls)
    {
        var points = states.Sum(state => state.BalanceOf("points").Current);
        if (points != calls * 54L || states[0].Streaks is not [{ Longest: > 0 }])
        {
            throw new BenchFailedException($"{calls} events earned {points} points under the large program; {calls * 54L} were expected.");
        }
    }
}
