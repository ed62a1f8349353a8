using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>
/// One participant as the shell keeps it: the state goes through its document between inputs, parts lie in a dictionary, stock and codes are handed out in
/// order, and what is due happens first. So whatever a state forgets is found out.
/// </summary>
internal sealed class SimulatedParticipant(RuleBook book)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _parts = new(StringComparer.Ordinal);
    private ulong _ids;

    public ParticipantState State { get; private set; } = ParticipantState.New;

    public List<DerivedFact> Facts { get; } = [];

    public List<Allocation> Outcomes { get; } = [];

    public RuleBook Book { get; set; } = book;

    /// <summary>Rewards left, by code; those not named are without end.</summary>
    public Dictionary<string, int> Stock { get; } = new(StringComparer.Ordinal);

    public int PartCount => _parts.Count(pair => pair.Value is not null);

    public IReadOnlyList<DerivedFact> Emit(string name, string properties, string occurredAt, string? receivedAt = null) =>
        Emit(name, Properties.ReadTrusted(System.Text.Encoding.UTF8.GetBytes(properties)), At(occurredAt), At(receivedAt ?? occurredAt));

    public IReadOnlyList<DerivedFact> Emit(string name, Properties properties, Timestamp occurredAt, Timestamp receivedAt) =>
        Run(new EventInput(NextId(receivedAt), name, properties, occurredAt, receivedAt));

    /// <summary>Everything due up to then happens.</summary>
    public IReadOnlyList<DerivedFact> PassTime(string until) => PassTime(At(until));

    public IReadOnlyList<DerivedFact> PassTime(Timestamp until)
    {
        var from = Facts.Count;
        while (Evaluator.HasDue(Book, State, until))
        {
            Judge(new TickInput(NextId(until), until));
        }

        return Facts[from..];
    }

    public Decision Enroll(string challenge, string at)
    {
        PassTime(at);
        return Judge(new EnrollInput(NextId(At(at)), challenge, At(at)));
    }

    public static Timestamp At(string text) => TimestampText.TryParse(text.Length == 10 ? text + "T00:00:00" : text, out var at) ? at : throw new FormatException(text);

    private IReadOnlyList<DerivedFact> Run(Input input)
    {
        PassTime(input.ReceivedAt);
        return Judge(input).Facts;
    }

    private Decision Judge(Input input)
    {
        var allocations = new List<Allocation>();
        while (true)
        {
            var decision = Evaluator.Evaluate(Book, State, input, new Supplies(State.HasParts ? Loaded() : Supplies.None.Parts, [.. allocations]));
            foreach (var key in decision.MissingParts)
            {
                _asked.Add(key);
            }

            if (decision.MissingParts.Count > 0)
            {
                continue;
            }

            if (decision.WantedReward is { } wanted)
            {
                var left = Stock.GetValueOrDefault(wanted, int.MaxValue);
                Stock[wanted] = Math.Max(0, left - 1);
                allocations.Add(new Allocation(wanted, left > 0, left > 0 && Book.FindReward(wanted)!.HasCodePool ? $"{wanted}-{left}" : null));
                continue;
            }

            foreach (var (key, document) in decision.Parts)
            {
                _parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
            }

            _asked.Clear();
            State = decision.Refusal is null ? StateDocument.Read(StateDocument.Write(decision.State)) : State;
            Facts.AddRange(decision.Facts);
            Outcomes.AddRange(allocations);
            return decision;
        }
    }

    // Only what was asked for is there, as in the store.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private Dictionary<string, ReadOnlyMemory<byte>?> Loaded() =>
        _asked.ToDictionary(key => key, key => _parts.GetValueOrDefault(key), StringComparer.Ordinal);

    private FactId NextId(Timestamp at) => FactId.StartOfBlock(at, ++_ids);
}
