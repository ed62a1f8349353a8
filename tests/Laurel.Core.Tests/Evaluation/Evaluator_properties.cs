using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>What holds for every program and every run of events, however hostile their properties.</summary>
public class Evaluator_properties
{
    private sealed record Sent(string Name, string Properties, int Minute);

    private static readonly string[] EventNames = ["buy", "login", "other", FactKinds.PointsAwarded, FactKinds.BadgeUnlocked];

    // Numbers at every edge, and everything that is no number.
    private static readonly string[] HostileValues =
    [
        "0", "-0", "1", "2.50", "-7", "0.0000000000000000000000000001", "999999999999999999", "1000000000000000000", "1000000000000000001", "-1e18", "1e28", "79228162514264337593543950335",
        "1e300", "-1E308", "1e-308", "12345678901234567890123456789012345678901234567890", "null", "true", "\"\"", "\"5\"", "\"\\u0041\"", "[]", "[1,\"a\",[2]]", "{}", "{\"n\":1}",
    ];

    private static readonly string[] Conditions =
    [
        "null", """{"property":"properties.n","op":"gt","value":0}""", """{"property":"properties.s","op":"contains","value":"A"}""", """{"property":"properties.s.0","op":"exists"}""",
        """{"not":{"property":"participant.badges","op":"contains","value":"b0"}}""", """{"property":"participant.tier","op":"in","value":["t0","t1"]}""",
        """{"any":[{"property":"properties.s","op":"matches","value":"^[A-Z]*$"},{"property":"properties.n","op":"not_in","value":[1,"5",null]}]}""",
    ];

    private static readonly Gen<string> Condition = One(Conditions);
    private static readonly Gen<string> Value = Gen.Frequency((3, One(HostileValues)), (2, Gen.Int[-20, 400].Select(number => (number / 4m).ToString(CultureInfo.InvariantCulture))));
    private static readonly Gen<string> Payload = Gen.Frequency(
        (9, Gen.Select(Value, Value, (n, s) => $$"""{"n":{{n}},"s":{{s}}}""")),
        (1, Gen.Const("{}")));

    private static readonly Gen<Sent[]> Events = Gen.Select(One(EventNames), Payload, Gen.Int[0, 3000], (name, properties, minute) => new Sent(name, properties, minute)).Array[1, 25];
    private static readonly Gen<string> Heard = One("buy", "login");
    private static readonly Gen<string> Metric = One("""{"type":"count"}""", """{"type":"sum","property":"properties.n"}""");

    private static readonly Gen<string> Amount = Gen.OneOf(
        One("1", "40", "1000000"),
        Gen.Select(One("down", "nearest", "up"), One("1", "0.5", "0.01", "1000000"), One("", ",\"max\":50", ",\"min\":3"), (round, factor, bounds) =>
            $$"""{"property":"properties.n","round":"{{round}}","multiply":{{factor}}{{bounds}}}"""));

    private static readonly Gen<string> PointRule = Gen.Select(Heard, Condition, Amount, One("points", "gems"), One("", ",\"cap\":{\"period\":\"all_time\",\"amount\":90}", ",\"active_from\":\"2026-01-02T00:00:00Z\""),
        (name, where, amount, currency, rest) => $$""" "event_name":"{{name}}","where":{{where}},"amount":{{amount}},"currency":"{{currency}}"{{rest}} """);

    private static readonly Gen<string> Criteria = Gen.OneOf(
        Gen.Select(Heard, Condition, Metric, (name, where, metric) => $$""" "event_name":"{{name}}","where":{{where}},"metric":{{metric}} """),
        Gen.Const(""" "event_name":"challenge.completed","metric":{"type":"sum","property":"properties.completions"} """));

    private static readonly Gen<string> Badge = Gen.Select(Criteria, Gen.Int[1, 20], (criteria, target) =>
        $$""" "name":"B","criteria":{ {{criteria}},"target":{{target}}} """);

    private static readonly Gen<string> Challenge = Gen.Select(Condition, Gen.Int[1, 50], Gen.Select(Heard, Metric, Gen.Int[1, 60], Condition).Array[1, 3], One("\"all\"", "{\"any\":1}"), Gen.Bool,
        (eligibility, most, objectives, completion, chained) =>
        {
            var texts = objectives.Select((one, place) =>
                $$"""{"code":"o{{place}}","event_name":"{{one.Item1}}","metric":{{one.Item2}},"target":{{one.Item3}},"where":{{one.Item4}},"requires":[{{(chained && place > 0 ? "\"o0\"" : "")}}],"rewards":[{"type":"points","amount":3}]}""");
            return $$""" "name":"C","eligibility":{{eligibility}},"max_completions":{{most}},"completion":{{completion}},"objectives":[{{string.Join(',', texts)}}],"rewards":[{"type":"points","amount":10,"currency":"gems"}] """;
        });

    private static readonly Gen<int[]> TierSteps = Gen.Int[1, 90].Array[2, 3];

    private static readonly Gen<string> Program = Gen.Select(PointRule.Array[0, 3], Badge.Array[1, 3], Challenge.Array[0, 3], TierSteps, (rules, badges, challenges, steps) =>
        $$"""
        {"currencies":[{"code":"points","name":"Points"},{"code":"gems","name":"Gems"}],
         "point_rules":[{{Coded("r", rules)}}],"badges":[{{Coded("b", badges)}}],"challenges":[{{Coded("c", challenges)}}],
         "tiers":[{{Coded("t", steps.Select((_, place) => $$""" "name":"T","level":{{place + 1}},"criteria_config":{"min_points":{{steps[..(place + 1)].Sum() - 1}}} """))}}]}
        """);

    private static Gen<string> One(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(place => choices[place]);

    private static string Coded(string letter, IEnumerable<string> definitions) =>
        string.Join(',', definitions.Select((definition, place) => $$"""{"code":"{{letter}}{{place}}",{{definition}}}"""));

    [Fact]
    public void Any_program_judges_any_events_the_same_way_each_time_and_leaves_what_was_before()
    {
        var kinds = new int[FactKinds.All.Count];
        Gen.Select(Program, Events).Sample(
            (program, events) =>
            {
                var book = ReadBook(program);
                var (state, all) = (ParticipantState.New, new List<DerivedFact>());
                for (var i = 0; i < events.Length; i++)
                {
                    var before = StateDocument.Write(state);
                    var decision = Evaluator.Evaluate(book, state, Input(events[i], i));
                    var stored = StateDocument.Read(before);
                    var again = Evaluator.Evaluate(ReadBook(program), stored, Input(events[i], i));

                    Assert.Equal(before, StateDocument.Write(state));
                    Assert.Equal(before, StateDocument.Write(stored));
                    Assert.Equal(StateDocument.Write(decision.State), StateDocument.Write(again.State));
                    Assert.Equal(Text(decision.Facts), Text(again.Facts));
                    Assert.Equal(i + 1, decision.State.Seq);
                    state = decision.State;
                    all.AddRange(decision.Facts);
                }

                Assert.Equal(StateDocument.Write(state), StateDocument.Write(events.Select(Input).Aggregate(ParticipantState.New, (folded, input) => Evaluator.Evaluate(book, folded, input).State)));
                FactsAddUpTo(state, all, events.Length);
                all.ForEach(fact => Interlocked.Increment(ref kinds[fact.KindIndex]));
            },
            iter: 1000);

        // What was never made was never tested.
        Assert.All(kinds.Skip(1).Take(5), made => Assert.True(made > 100, string.Join(' ', kinds)));
    }

    private static void FactsAddUpTo(ParticipantState state, List<DerivedFact> facts, int events)
    {
        var earned = facts.OfType<PointsAwarded>().GroupBy(fact => fact.Currency).ToDictionary(group => group.Key, group => group.Sum(fact => fact.Amount));
        Assert.Equal(earned.OrderBy(pair => pair.Key), state.Balances.ToDictionary(balance => balance.Currency, balance => balance.Current).OrderBy(pair => pair.Key));
        Assert.All(state.Balances, balance => Assert.Equal(balance.Earned - balance.Spent, balance.Current));
        Assert.Equal(facts.OfType<BadgeUnlocked>().Select(fact => fact.BadgeCode), state.Badges.Select(badge => badge.Code));
        Assert.Equal(state.Badges.Length, state.Badges.Select(badge => badge.Code).Distinct().Count());
        Assert.Equal(facts.OfType<TierChanged>().LastOrDefault()?.Code, state.Tier?.Code);
        Assert.Equal(facts.OfType<ChallengeCompleted>().Count(), state.Challenges.Sum(progress => progress.Completions));
        Assert.Equal([events, .. Enumerable.Range(1, FactKinds.All.Count - 1).Select(kind => (long)facts.Count(fact => fact.KindIndex == kind))], state.FactCounts);
    }

    // The model: water poured into buckets of one size. Dips below zero and back do not matter to it, since it looks after each event.
    [Fact]
    public void A_sum_fills_rounds_of_a_challenge_one_after_the_other()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 12], Gen.Int[-40, 400].Array[1, 30]).Sample((target, most, quarters) =>
        {
            var participant = new Participant($$$"""{"challenges":[{"code":"c","name":"C","max_completions":{{{most}}},"objectives":[{"code":"o","event_name":"e","metric":{"type":"sum","property":"properties.n"},"target":{{{target}}}}]}]}""");
            var (level, filled) = (0m, 0);
            foreach (var quarter in quarters)
            {
                participant.Send("e", $$"""{"n":{{(quarter / 4m).ToString(CultureInfo.InvariantCulture)}}}""");
                level += filled < most ? quarter / 4m : 0;
                var full = (int)Math.Clamp(decimal.Floor(level / target), 0, most - filled);
                filled += full;
                level -= full * target;

                var progress = participant.State.Challenges[0];
                Assert.Equal(filled, progress.Completions);
                Assert.Equal(filled == most, progress.Objectives[0].IsCompleted);
                if (filled < most)
                {
                    Assert.Equal(level, progress.Objectives[0].Current);
                }
            }

            Assert.Equal(Enumerable.Range(1, filled), participant.AllFacts.OfType<ChallengeCompleted>().Select(fact => fact.Completions));
            Assert.Equal(filled, participant.AllFacts.OfType<ObjectiveCompleted>().Count());
        });
    }

    [Fact]
    public void The_order_of_events_changes_no_count_and_no_sum()
    {
        const string Open =
            """
            {"currencies":[{"code":"points","name":"P"}],"point_rules":[{"code":"r","event_name":"buy","amount":{"property":"properties.n"}},{"code":"s","event_name":"login","amount":3}],
             "badges":[{"code":"b","name":"B","criteria":{"event_name":"buy","metric":{"type":"count"},"target":8}}],
             "challenges":[{"code":"c","name":"C","max_completions":100000,"objectives":[{"code":"o","event_name":"buy","metric":{"type":"sum","property":"properties.n"},"target":30}]},
                           {"code":"d","name":"D","max_completions":100000,"objectives":[{"code":"o","event_name":"login","metric":{"type":"count"},"target":3}]}]}
            """;
        var events = Gen.Select(Heard, Gen.Int[0, 80], (name, n) => new Sent(name, $$"""{"n":{{n}}}""", 0)).Array[1, 40];
        events.SelectMany(sent => Gen.Shuffle(sent.ToArray()).Select(shuffled => (sent, shuffled))).Sample((sent, shuffled) => Assert.Equal(Counts(Open, sent), Counts(Open, shuffled)));
    }

    private static string Counts(string program, IReadOnlyList<Sent> events)
    {
        var book = ReadBook(program);
        var state = events.Select(Input).Aggregate(ParticipantState.New, (folded, input) => Evaluator.Evaluate(book, folded, input).State);
        return string.Join(
            ' ',
            state.Balances.Select(balance => $"{balance.Currency} {balance.Current}")
                .Concat(state.Challenges.OrderBy(progress => progress.Code).Select(progress => $"{progress.Code} {progress.Completions} {progress.Objectives[0].Current}"))
                .Concat(state.BadgeProgress.Select(progress => $"{progress.Code} {progress.Measured.Current}"))
                .Concat(state.Badges.Select(badge => badge.Code))
                .Append(string.Join(',', state.FactCounts)));
    }

    private static RuleBook ReadBook(string program) => Participant.Book(program);

    private static EventInput Input(Sent sent, int place)
    {
        var time = new Timestamp(1_767_225_600_000_000 + (sent.Minute * 60_000_000L));
        return new EventInput(FactId.StartOfBlock(time, (ulong)place << 16), sent.Name, Properties.ReadTrusted(Encoding.UTF8.GetBytes(sent.Properties)), time, time);
    }

    private static string Text(IReadOnlyList<DerivedFact> facts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            FactDocument.Write(writer, facts);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
