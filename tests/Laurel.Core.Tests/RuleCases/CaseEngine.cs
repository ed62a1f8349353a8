using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>
/// Drives the evaluator as the shell does, for cases and for real data: what is due first, then the input, again until its supplies are complete. Its clock is
/// the latest time that it was given, so an event with an earlier one comes late. States go through their documents between inputs, as in a store.
/// </summary>
internal sealed class CaseEngine(RuleBook book)
{
    private const int MostRounds = 100;
    private readonly Dictionary<string, byte[]> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Participant, string Key), byte[]> _parts = [];
    private readonly Dictionary<string, Queue<string>> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private Timestamp _now = Timestamp.MinValue;
    private ulong _inputs;

    /// <summary>An event: what the clock did before it, and what it set off.</summary>
    public List<DerivedFact> Send(string participant, string name, Properties properties, Timestamp occurredAt)
    {
        var facts = Pass(participant, occurredAt);
        facts.AddRange(Evaluate(participant, new EventInput(NewId(), name, properties, occurredAt, _now)).Facts);
        return facts;
    }

    /// <summary>Time passes: what the clock did.</summary>
    public List<DerivedFact> Pass(string participant, Timestamp now)
    {
        _now = now > _now ? now : _now;
        var facts = new List<DerivedFact>();
        for (var round = 0; Evaluator.HasDue(book, StateOf(participant), _now); round++)
        {
            Assert.True(round < MostRounds, $"The clock of {participant} does not come to rest at {_now}.");
            facts.AddRange(Evaluate(participant, new TickInput(NewId(), _now)).Facts);
        }

        return facts;
    }

    /// <summary>A command to enrol; the refusal is null where it was carried out.</summary>
    public (List<DerivedFact> Facts, Refusal? Refusal) Enroll(string participant, string challenge, Timestamp now)
    {
        var facts = Pass(participant, now);
        var decision = Evaluate(participant, new EnrollInput(NewId(), challenge, _now));
        facts.AddRange(decision.Facts);
        return (facts, decision.Refusal);
    }

    /// <summary>Adds codes to the pool of a reward.</summary>
    public void Upload(string reward, IEnumerable<string> codes)
    {
        _codes.TryAdd(reward, new Queue<string>());
        foreach (var code in codes)
        {
            _codes[reward].Enqueue(code);
        }
    }

    /// <summary>The state as it is kept.</summary>
    public ParticipantState StateOf(string participant) =>
        _states.TryGetValue(participant, out var document) ? StateDocument.Read(document) : ParticipantState.New;

    private FactId NewId() => FactId.StartOfBlock(_now, ++_inputs << 16);

    private Decision Evaluate(string participant, Input input)
    {
        var state = StateOf(participant);
        var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        var allocations = new List<Allocation>();
        for (var round = 0; round < MostRounds; round++)
        {
            var decision = Evaluator.Evaluate(book, state, input, new Supplies(parts, allocations));
            if (decision.IsFinal)
            {
                Keep(participant, decision);
                return decision;
            }

            foreach (var key in decision.MissingParts)
            {
                parts[key] = _parts.TryGetValue((participant, key), out var part) ? part : null;
            }

            if (decision.MissingParts.Count == 0)
            {
                allocations.Add(Allocate(decision.WantedReward!));
            }
        }

        throw new InvalidOperationException($"{input} of {participant} asks for supplies without end.");
    }

    private void Keep(string participant, Decision decision)
    {
        _states[participant] = StateDocument.Write(decision.State);
        foreach (var (key, document) in decision.Parts)
        {
            if (document is null)
            {
                _parts.Remove((participant, key));
            }
            else
            {
                _parts[(participant, key)] = document;
            }
        }
    }

    private Allocation Allocate(string code)
    {
        var reward = book.FindReward(code)!;
        var taken = _taken.GetValueOrDefault(code);
        var pool = _codes.GetValueOrDefault(code);
        if (taken >= reward.Stock || (reward.HasCodePool && pool is null or { Count: 0 }))
        {
            return new Allocation(code, IsGranted: false, CodeValue: null);
        }

        _taken[code] = taken + 1;
        return new Allocation(code, IsGranted: true, reward.HasCodePool ? pool!.Dequeue() : null);
    }
}
