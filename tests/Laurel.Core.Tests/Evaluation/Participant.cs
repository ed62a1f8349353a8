using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>A participant under test: events go in, facts come out.</summary>
internal sealed class Participant(string program)
{
    private readonly RuleBook _book = Book(program);
    private ulong _inputs;

    public ParticipantState State { get; private set; } = ParticipantState.New;

    public List<DerivedFact> AllFacts { get; } = [];

    public static RuleBook Book(string program)
    {
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(program), 1);
        Assert.Empty(reading.Faults);
        return reading.Book!;
    }

    /// <summary>Sends an event and tells its facts, each as one line.</summary>
    public string[] Send(string name, string properties = "{}", string at = "2026-01-01T00:00:00Z")
    {
        Assert.True(TimestampText.TryParse(at, out var occurredAt));
        var input = new EventInput(FactId.StartOfBlock(occurredAt, ++_inputs), name, Properties.ReadTrusted(Encoding.UTF8.GetBytes(properties)), occurredAt, occurredAt);
        var decision = Evaluator.Evaluate(_book, State, input);
        State = decision.State;
        AllFacts.AddRange(decision.Facts);
        return [.. decision.Facts.Select(Tell)];
    }

    public static string Tell(DerivedFact fact) => fact switch
    {
        PointsAwarded points => $"{points.Amount} {points.Currency} from {points.Source.Type} {points.Source.Code} make {points.NewBalance}",
        BadgeUnlocked badge => $"badge {badge.BadgeCode} from {badge.Source.Type} {badge.Source.Code}",
        ObjectiveCompleted objective => $"objective {objective.Source.Code}/{objective.ObjectiveCode}",
        ChallengeCompleted challenge => $"challenge {challenge.Code} x{challenge.Completions}",
        TierChanged tier => $"tier {tier.Code} after {tier.PreviousCode ?? "none"}",
        _ => throw new InvalidOperationException(fact.Kind),
    };
}
