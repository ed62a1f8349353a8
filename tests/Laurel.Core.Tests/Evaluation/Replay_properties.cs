using CsCheck;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>A decision depends on its inputs alone, so the log of a participant is all that need be believed.</summary>
public class Replay_properties
{
    [Fact]
    public void The_same_input_makes_the_same_decision_and_leaves_what_was_before()
    {
        var kinds = new int[FactKinds.All.Count];
        var withSupplies = 0;
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.WithLate).Sample(
            (program, moves) =>
            {
                var readAnew = Kept.Book(program);
                var participant = new SimulatedParticipant(Kept.Book(program)) { IsKeptLive = true, Stock = { ["c0"] = 1, ["c1"] = 3 }, Judged = IsJudgedTheSameAgain };
                participant.Play(moves, Kept.NewYear);
                participant.Facts.ForEach(fact => Interlocked.Increment(ref kinds[fact.KindIndex]));

                void IsJudgedTheSameAgain(Judgement judged)
                {
                    var (book, before, input, supplies, decision) = judged;
                    var told = Kept.Decision(decision);
                    var document = StateDocument.Write(before);
                    Assert.Equal(told, Kept.Decision(Evaluator.Evaluate(book, before, input, supplies)));
                    Assert.Equal(told, Kept.Decision(Evaluator.Evaluate(readAnew, StateDocument.Read(document), input, supplies)));
                    Assert.Equal(told, Kept.Decision(Evaluator.Evaluate(book, before, input, supplies, new Trace())));
                    Assert.Equal(document, StateDocument.Write(before));
                    Assert.Equal(StateDocument.Write(decision.State), StateDocument.Write(StateDocument.Read(StateDocument.Write(decision.State))));
                    withSupplies += supplies.Parts.Count > 0 || supplies.Allocations.Count > 0 ? 1 : 0;
                }
            },
            iter: LongRun.Times(200),
            threads: 1);

        // What was never made was never tested.
        Assert.All(FactKinds.All.Skip(1).Except(GeneratedCommands.KindsNotMade), kind => Assert.True(kinds[FactKinds.All.ToList().IndexOf(kind)] > 0, $"{kind}: {string.Join(' ', kinds)}"));
        Assert.True(withSupplies > 50, $"{withSupplies} decisions took supplies");
    }

    // The document is written after the next decision: an array that evaluation changed in place would show there.
    [Fact]
    public void States_that_were_decided_long_ago_are_as_they_were()
    {
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.WithLate).Sample(
            (program, moves) =>
            {
                var history = new List<(ParticipantState State, string Document)>();
                var participant = new SimulatedParticipant(Kept.Book(program)) { IsKeptLive = true, Judged = judged => history.Add((judged.Decision.State, Kept.State(judged.Decision.State))) };
                participant.Play(moves, Kept.NewYear);
                Assert.All(history, entry => Assert.Equal(entry.Document, Kept.State(entry.State)));
            },
            iter: LongRun.Times(80));
    }

    [Fact]
    public void The_log_replayed_from_nothing_is_the_live_participant_byte_for_byte()
    {
        var partsSeen = 0;
        Gen.Select(GeneratedPrograms.Whole.Array[3], GeneratedMoves.WithLate.Array[3]).Sample(
            (programs, moves) =>
            {
                var live = new SimulatedParticipant(Kept.Book(programs[0])) { Stock = { ["c0"] = 1, ["c1"] = 3 } };
                var now = Kept.NewYear;
                for (var version = 1; version <= programs.Length; version++)
                {
                    live.Book = Kept.Book(programs[version - 1], version);
                    now = live.Play(moves[version - 1], now);
                }

                var (state, facts, parts) = Replay(live.Log);
                Assert.Equal(Kept.State(live.State), Kept.State(state));
                Assert.Equal(Kept.Facts(live.Facts), Kept.Facts(facts));
                Assert.Equal(Kept.Parts(live.Parts), Kept.Parts(parts));
                Assert.Equal(live.Log.Count, state.Seq);
                Interlocked.Add(ref partsSeen, parts.Count);
            },
            iter: LongRun.Times(120));
        Assert.True(partsSeen > 100, $"{partsSeen} parts");
    }

    // Nothing but the log, and all outcomes of an input at once: a replay has no stock to ask.
    private static (ParticipantState State, List<DerivedFact> Facts, Dictionary<string, byte[]> Parts) Replay(IEnumerable<LoggedInput> log)
    {
        var state = ParticipantState.New;
        var facts = new List<DerivedFact>();
        var parts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (book, input, outcomes) in log)
        {
            var loaded = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
            var decision = Evaluator.Evaluate(book, state, input, new Supplies(loaded, outcomes));
            while (decision.MissingParts.Count > 0)
            {
                foreach (var key in decision.MissingParts)
                {
                    loaded.Add(key, parts.TryGetValue(key, out var part) ? part : (ReadOnlyMemory<byte>?)null);
                }

                decision = Evaluator.Evaluate(book, state, input, new Supplies(loaded, outcomes));
            }

            Assert.True(decision.IsFinal, $"{decision.WantedReward} is wanted, which it was not when the input was live.");
            foreach (var (key, document) in decision.Parts)
            {
                _ = document is null ? parts.Remove(key) : (parts[key] = document) is not null;
            }

            state = decision.State;
            facts.AddRange(decision.Facts);
        }

        return (state, facts, parts);
    }
}
