using System.Diagnostics;
using Laurel.Benchmarks.Reports;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Benchmarks.Evaluation;

/// <summary>
/// The pure core alone: <c>Evaluate</c> on states in memory and parsed properties, beside a hand-coded loop over the same rules. Own harness (a
/// stopwatch around a million calls, median of rounds), since a process a benchmark would take longer than the whole run.
/// </summary>
internal static class EvaluateLayer
{
    private const string Layer = "evaluate";

    public static void Run(BenchOptions options, Report report)
    {
        var book = PurchaseEvent.ReadBook(options);
        var input = PurchaseEvent.Read(Timestamp.From(DateTime.UtcNow));
        PurchaseEvent.Verify(book, input);
        var calls = options.Count(1_000_000);
        var rounds = options.IsQuick ? 3 : 7;

        var states = new ParticipantState[1024];
        var evaluated = Measure(rounds, calls, Reset, i =>
        {
            ref var state = ref states[i & 1023];
            state = Evaluator.Evaluate(book, state, input).State;
        });
        Require(states.Sum(state => state.BalanceOf("points").Current), calls);

        var purchase = new Purchase(49.99m, "USD", "prod_abc", null, null);
        var accounts = new Account[1024];
        var handCoded = Measure(rounds, calls, () => Array.Fill(accounts, new Account(0, 0)), i =>
        {
            ref var account = ref accounts[i & 1023];
            account = HandCodedRules.Apply(account, purchase).After;
        });
        Require(accounts.Sum(account => account.Balance), calls);

        report.Add(Layer, "Evaluate, ten rules, three fire", evaluated.Nanoseconds, "ns/event", Target.AtMost(2000));
        report.Add(Layer, "Evaluate, allocated", evaluated.Bytes, "B/event");
        AddLargeBook(report, rounds, calls, rules: 100, Target.AtMost(5000));
        AddLargeBook(report, rounds, calls, rules: 10_000, Target.AtMost(8000));
        AddTraced(report, book, input, rounds, calls / 10);
        report.Add(Layer, "hand-coded loop, same rules", handCoded.Nanoseconds, "ns/event");
        report.Add(Layer, "hand-coded loop, allocated", handCoded.Bytes, "B/event");

        void Reset() => Array.Fill(states, ParticipantState.New);
    }

    private static void AddLargeBook(Report report, int rounds, int calls, int rules, Target target)
    {
        // Eight events a day and participant, for at most a month: the first of a day opens its periods, and all of it fits into the state's document.
        var (book, days) = LargeBook.Make(rules, (calls >> 15) + 1);
        var states = new ParticipantState[4096];
        var evaluated = Measure(rounds, calls, () => Array.Fill(states, ParticipantState.New), i =>
        {
            ref var state = ref states[i & 4095];
            state = Evaluator.Evaluate(book, state, days[i >> 15]).State;
        });
        LargeBook.Require(states, calls);
        report.Add(Layer, $"Evaluate, {rules:N0} active rules, five listen", evaluated.Nanoseconds, "ns/event", target);
        report.Add(Layer, $"Evaluate, {rules:N0} active rules, allocated", evaluated.Bytes, "B/event");
    }

    // What an explanation costs those who ask for one; nobody else pays for it.
    private static void AddTraced(Report report, RuleBook book, EventInput input, int rounds, int calls)
    {
        var states = new ParticipantState[1024];
        var traced = Measure(rounds, calls, () => Array.Fill(states, ParticipantState.New), i =>
        {
            ref var state = ref states[i & 1023];
            state = Evaluator.Evaluate(book, state, input, Supplies.None, new Laurel.Evaluation.Trace()).State;
        });
        report.Add(Layer, "Evaluate, ten rules, with a trace", traced.Nanoseconds, "ns/event");
    }

    private static (double Nanoseconds, double Bytes) Measure(int rounds, int calls, Action reset, Action<int> call)
    {
        var times = new List<double>();
        var bytes = 0.0;

        // The first two rounds warm the code up: tiered compilation needs calls and a little time.
        for (var round = -2; round < rounds; round++)
        {
            reset();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++)
            {
                call(i);
            }

            if (round >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls);
                bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)calls;
            }
        }

        return (Median.Of(times), bytes);
    }

    private static void Require(long points, int calls)
    {
        if (points != calls * PurchaseEvent.Points)
        {
            throw new BenchFailedException($"{calls} events earned {points} points; {calls * PurchaseEvent.Points} were expected.");
        }
    }
}
