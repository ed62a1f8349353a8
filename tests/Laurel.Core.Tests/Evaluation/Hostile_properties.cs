using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Laurel.Core.Tests.Generated;
using Laurel.Core.Tests.Rules;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>No document that was accepted can make an event fail, whatever the event holds and whenever it occurred.</summary>
public class Hostile_properties
{
    private static readonly Gen<(int Place, int Fragment, int Source)[]> Edits =
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, Mutated_programs_tests.WholeFragments.Length], Gen.Int[0, 10_000]).Array[0, 2];

    // The first and last hours of time among them: nothing may leave it.
    private static readonly Gen<Timestamp> Starts = Gen.OneOf(
        Gen.Const(Kept.NewYear), Gen.Const(Timestamp.MinValue), Gen.Const(new Timestamp(Timestamp.MaxValue.UnixMicroseconds - 86_400_000_000L)), Gen.Const(Timestamp.MaxValue));

    [Fact]
    public void Accepted_documents_judge_every_event_tick_and_enrolment_to_an_end()
    {
        var (mutants, refused, kinds) = (0, 0, new int[FactKinds.All.Count]);
        var refusals = new int[Enum.GetValues<Refusal>().Length];
        Gen.Select(GeneratedPrograms.Whole, Gen.Bool, Edits, GeneratedMoves.Wild, Starts).Sample(
            (program, isWhole, edits, moves, start) =>
            {
                var document = isWhole ? Mutated_programs_tests.Mutated(JsonNode.Parse(program)!, edits) : Mutated_programs_tests.Mutated(JsonNode.Parse(Mutated_programs_tests.Whole)!, edits);
                var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 1);
                if (!reading.IsValid)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                _ = edits.Length > 0 && Interlocked.Increment(ref mutants) > 0;
                var participant = new SimulatedParticipant(reading.Book)
                {
                    Stock = { ["c0"] = 1, ["coupon10"] = 2 },
                    Judged = judged =>
                    {
                        Assert.Equal(judged.Before.Seq + (judged.Decision.Refusal is null ? 1 : 0), judged.Decision.State.Seq);
                        Assert.True(judged.Decision.Facts.Count <= 1000);
                        Assert.All(judged.Decision.Facts, (fact, place) => Assert.True(fact.Place == place && fact.CausedBy < place));
                        _ = judged.Decision.Refusal is { } refusal && Interlocked.Increment(ref refusals[(int)refusal]) > 0;
                    },
                };
                var now = participant.Play(moves, start);

                // Past all that waits, and nothing is due twice.
                participant.PassTime(Kept.Later(now, TimeSpan.FromDays(365)));
                participant.Facts.ForEach(fact => Interlocked.Increment(ref kinds[fact.KindIndex]));
            },
            iter: LongRun.Times(2500));
        Assert.True(mutants > 40 && refused > 100, $"{mutants} mutants accepted, {refused} documents refused");

        // Each run draws other programs, and seldom kinds may be missing from one; each kind has its own tests.
        Assert.True(kinds.Skip(1).Count(made => made > 0) >= kinds.Length - 3 - GeneratedCommands.KindsNotMade.Count, string.Join(' ', kinds));
        Assert.True(refusals.Count(made => made > 0) >= 5, string.Join(' ', refusals));
    }
}
