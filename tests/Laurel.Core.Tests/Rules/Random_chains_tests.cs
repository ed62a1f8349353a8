using System.Text;
using System.Text.Json;
using CsCheck;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>
/// Small programs in which anything may listen to anything. What publish accepts, evaluation follows to its end: no fact that somebody
/// would hear lies deeper than is followed, and no input runs into the limit of facts.
/// </summary>
public class Random_chains_tests
{
    private static readonly string[] Names =
    [
        "e", "e", FactKinds.PointsAwarded, FactKinds.BadgeUnlocked, FactKinds.ChallengeCompleted, FactKinds.ObjectiveCompleted, FactKinds.TierChanged, FactKinds.StreakExtended, FactKinds.StreakMilestoneReached,
        FactKinds.StreakBroken,
    ];

    [Fact]
    public void What_is_accepted_is_followed_to_its_end()
    {
        var (accepted, refused, deepest) = (0, 0, 0);
        Gen.Int[0, 999].Array[60].Sample(
            choices =>
            {
                var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(new Author(choices).Program()), version: 1);
                if (!reading.IsValid)
                {
                    Interlocked.Increment(ref refused);
                    Assert.All(reading.Faults, fault => Assert.Matches("^(makes a cycle|would hear a fact)", fault.Message));
                    return;
                }

                Interlocked.Increment(ref accepted);
                var depth = Play(reading.Book);
                InterlockedMax(ref deepest, depth);
            },
            iter: 3000);

        Assert.True(accepted > 100 && refused > 100 && deepest > 3, $"{accepted} accepted, {refused} refused, deepest fact {deepest}");
    }

    private static int Play(RuleBook book)
    {
        // A day each, so that streaks grow.
        const long Day = 86_400_000_000;
        var (state, now, deepest) = (ParticipantState.New, new Timestamp(1_767_225_600_000_000), 0);
        for (var i = 0; i < 6; i++)
        {
            var decision = Evaluator.Evaluate(book, state, new EventInput(FactId.StartOfBlock(now, (ulong)i), "e", Properties.Empty, now, now));
            Assert.False(decision.LimitReached);
            foreach (var fact in decision.Facts)
            {
                var depth = DepthOf(decision.Facts, fact);
                deepest = Math.Max(deepest, depth);
                Assert.False(depth > Evaluator.MaxDepth && IsHeard(book, fact), $"{fact.Kind} {fact.Code} lies {depth} deep, and would be heard");
            }

            state = decision.State;
            now = new Timestamp(now.UnixMicroseconds + Day);
        }

        return deepest;
    }

    private static int DepthOf(IReadOnlyList<DerivedFact> facts, DerivedFact fact)
    {
        var depth = 1;
        for (; fact.CausedBy >= 0; fact = facts[fact.CausedBy])
        {
            depth++;
        }

        return depth;
    }

    private static bool IsHeard(RuleBook book, DerivedFact fact)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            fact.WriteData(writer);
            writer.WriteEndObject();
        }

        var properties = Properties.ReadTrusted(stream.ToArray());
        var listeners = book.ListenersOf(fact.Kind);
        var conditions = listeners.PointRules.Select(rule => rule.Where)
            .Concat(listeners.Streaks.Select(streak => streak.Where))
            .Concat(listeners.Badges.Select(badge => badge.Criteria!.Where))
            .Concat(listeners.Challenges.SelectMany(listening => listening.Objectives.Select(place => listening.Challenge.Objectives[place].Criteria.Where)));
        return conditions.Any(where => ConditionEvaluation.Holds(where, new FactView(properties, null, Array.Empty<BadgeHeld>(), null, book.Calendar, default)));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    /// <summary>Writes a program by the choices it is given.</summary>
    private sealed class Author(int[] choices)
    {
        private int _next;

        public string Program()
        {
            var rules = List(3, i => $$"""{"code":"r{{i}}",{{Listens()}},"amount":{{1 + Pick(100)}},"currency":"{{Currency()}}"}""");
            var badges = List(4, i => Pick(4) == 0 ? $$"""{"code":"b{{i}}"}""" : $$"""{"code":"b{{i}}","criteria":{{{Listens()}},"target":{{1 + Pick(2)}} } }""");
            var challenges = List(3, i => $$"""
                {"code":"c{{i}}","max_completions":{{1 + Pick(3)}},"objectives":[{"code":"o",{{Listens()}},"target":{{1 + Pick(2)}},"rewards":[{{Reward()}}]},{"code":"p","event_name":"e","target":1}],
                 "completion":{"any":{{1 + Pick(2)}} },"rewards":[{{Reward()}}]}
                """);
            var streaks = List(2, i => $$"""
                {"code":"s{{i}}",{{Listens()}},"period":"daily","milestones":[{"count":{{1 + Pick(3)}},"rewards":[{{Reward()}}]}]}
                """);
            return $$"""
                {"currencies":[{"code":"points"},{"code":"gems"}],"point_rules":[{{rules}}],"badges":[{{badges}}],"challenges":[{{challenges}}],"streaks":[{{streaks}}],
                 "tiers":[{{List(3, i => $$"""{"code":"t{{i}}","level":{{i}},"criteria_config":{"min_points":{{i * 50}} } }""")}}]}
                """;
        }

        private int Pick(int count) => choices[_next++ % choices.Length] % count;

        private string Currency() => Pick(3) == 0 ? "gems" : "points";

        private string Reward() => Pick(2) == 0
            ? $$"""{"type":"points","amount":{{1 + Pick(100)}},"currency":"{{Currency()}}"}"""
            : $$"""{"type":"badge","code":"b{{Pick(4)}}"}""";

        private string Listens()
        {
            var name = Names[Pick(Names.Length)];
            var (property, codes) = name switch
            {
                FactKinds.PointsAwarded => ("currency", (string[])["points", "gems"]),
                FactKinds.BadgeUnlocked => ("badge_code", ["b0", "b1", "b2", "b3"]),
                FactKinds.ChallengeCompleted or FactKinds.ObjectiveCompleted => ("challenge_code", ["c0", "c1", "c2"]),
                FactKinds.TierChanged => ("tier_code", ["t0", "t1", "t2"]),
                FactKinds.StreakExtended or FactKinds.StreakMilestoneReached or FactKinds.StreakBroken => ("streak_code", ["s0", "s1"]),
                _ => ("", []),
            };
            if (codes.Length == 0)
            {
                return $"\"event_name\":\"{name}\"";
            }

            var code = codes[Pick(codes.Length)];
            var where = Pick(5) switch
            {
                0 => $$"""{"property":"properties.{{property}}","op":"exists"}""",
                1 => $$"""{"property":"properties.{{property}}","op":"ne","value":"{{code}}"}""",
                2 => $$"""{"property":"properties.{{property}}","op":"in","value":["{{code}}","{{codes[0]}}"]}""",
                _ => $$"""{"property":"properties.{{property}}","op":"eq","value":"{{code}}"}""",
            };
            return $"\"event_name\":\"{name}\",\"where\":{where}";
        }

        private static string List(int count, Func<int, string> definition) => string.Join(',', Enumerable.Range(0, count).Select(definition));
    }
}
