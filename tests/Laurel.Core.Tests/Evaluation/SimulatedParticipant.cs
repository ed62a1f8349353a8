using Laurel.Challenges;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>One row of a participant's log: all that a replay needs.</summary>
internal sealed record LoggedInput(RuleBook Book, Input Input, IReadOnlyList<Allocation> Outcomes);

/// <summary>A final decision, and what it was made of.</summary>
internal sealed record Judgement(RuleBook Book, ParticipantState Before, Input Input, Supplies Supplies, Decision Decision);

/// <summary>
/// One participant as the shell keeps it: the state goes through its document between inputs, parts lie in a dictionary, stock and codes are handed out in
/// order, and what is due happens first. So whatever a state forgets is found out.
/// </summary>
internal sealed class SimulatedParticipant(RuleBook book)
{
    private const int MostRounds = 5000;
    private const int MostTicks = 1000;
    private readonly SortedDictionary<string, byte[]> _parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private ulong _ids;

    public ParticipantState State { get; private set; } = ParticipantState.New;

    public List<DerivedFact> Facts { get; } = [];

    /// <summary>When the input that made the fact at the same place was received.</summary>
    public List<Timestamp> FactsReceivedAt { get; } = [];

    public List<LoggedInput> Log { get; } = [];

    public RuleBook Book { get; set; } = book;

    /// <summary>Rewards left, by code; those not named are without end. May be shared.</summary>
    public Dictionary<string, int> Stock { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Whether the state lives on as it is, without going through its document.</summary>
    public bool IsKeptLive { get; init; }

    /// <summary>Told of each final decision before it is applied.</summary>
    public Action<Judgement>? Judged { get; init; }

    public IReadOnlyDictionary<string, byte[]> Parts => _parts;

    public int PartCount => _parts.Count;

    public IReadOnlyList<DerivedFact> Emit(string name, string properties, string occurredAt, string? receivedAt = null) =>
        Emit(name, Properties.ReadTrusted(System.Text.Encoding.UTF8.GetBytes(properties)), At(occurredAt), At(receivedAt ?? occurredAt));

    public IReadOnlyList<DerivedFact> Emit(string name, Properties properties, Timestamp occurredAt, Timestamp receivedAt)
    {
        PassTime(receivedAt);
        return Judge(new EventInput(NextId(receivedAt), name, properties, occurredAt, receivedAt)).Facts;
    }

    /// <summary>Everything due up to then happens.</summary>
    public IReadOnlyList<DerivedFact> PassTime(string until) => PassTime(At(until));

    public IReadOnlyList<DerivedFact> PassTime(Timestamp until)
    {
        var from = Facts.Count;
        for (var ticks = 0; Evaluator.HasDue(Book, State, until); ticks++)
        {
            Assert.True(ticks < MostTicks, $"The clock does not come to rest: {Evaluator.NextDue(Book, State)} is due at {until} still.");
            Judge(new TickInput(NextId(until), until));
        }

        return Facts[from..];
    }

    public Decision Enroll(string challenge, string at) => Enroll(challenge, At(at));

    public Decision Enroll(string challenge, Timestamp at)
    {
        PassTime(at);
        return Judge(new EnrollInput(NextId(at), challenge, at));
    }

    /// <summary>Runs a command, whatever its id and time.</summary>
    public Decision Run(CommandInput command, string at) => Run(command, At(at));

    public Decision Run(CommandInput command, Timestamp at)
    {
        PassTime(at);
        return Judge(command with { Id = NextId(at), ReceivedAt = at });
    }

    /// <summary>Does one move at <paramref name="now"/>.</summary>
    public void Do(Move move, Timestamp now)
    {
        switch (move)
        {
            case Move.Emit emit:
                Emit(emit.Name, emit.Properties, emit.OccurredAt(now), now);
                break;
            case Move.Enroll enroll:
                Enroll(enroll.Challenge, now);
                break;
            case Move.Run run:
                Run(run.Command, now);
                break;
            default:
                PassTime(now);
                break;
        }
    }

    public static Timestamp At(string text) => TimestampText.TryParse(text.Length == 10 ? text + "T00:00:00" : text, out var at) ? at : throw new FormatException(text);

    private Decision Judge(Input input)
    {
        var allocations = new List<Allocation>();
        for (var round = 0; ; round++)
        {
            Assert.True(round < MostRounds, $"{input} asks for supplies without end.");
            var supplies = new Supplies(_asked.Count > 0 ? Loaded() : Supplies.None.Parts, [.. allocations]);
            var decision = Evaluator.Evaluate(Book, State, input, supplies);
            if (decision.MissingParts.Count > 0)
            {
                Assert.All(decision.MissingParts, key => Assert.True(_asked.Add(key), $"{key} was given and is asked for again."));
            }
            else if (decision.WantedReward is { } wanted)
            {
                var left = Stock.GetValueOrDefault(wanted, int.MaxValue);
                Stock[wanted] = Math.Max(0, left - 1);
                allocations.Add(new Allocation(wanted, left > 0, left > 0 && Book.FindReward(wanted)!.HasCodePool ? $"{wanted}-{left}" : null));
            }
            else
            {
                Judged?.Invoke(new Judgement(Book, State, input, supplies, decision));
                Keep(input, allocations, decision);
                return decision;
            }
        }
    }

    private void Keep(Input input, IReadOnlyList<Allocation> outcomes, Decision decision)
    {
        _asked.Clear();
        if (decision.Refusal is not null)
        {
            return;
        }

        foreach (var (key, document) in decision.Parts)
        {
            _ = document is null ? _parts.Remove(key) : (_parts[key] = document) is not null;
        }

        State = IsKeptLive ? decision.State : StateDocument.Read(StateDocument.Write(decision.State));
        Log.Add(new LoggedInput(Book, input, outcomes));
        Facts.AddRange(decision.Facts);
        FactsReceivedAt.AddRange(decision.Facts.Select(_ => input.ReceivedAt));
    }

    // Only what was asked for is there, as in the store.
    private Dictionary<string, ReadOnlyMemory<byte>?> Loaded() =>
        _asked.ToDictionary(key => key, key => _parts.TryGetValue(key, out var part) ? new ReadOnlyMemory<byte>(part) : (ReadOnlyMemory<byte>?)null, StringComparer.Ordinal);

    private FactId NextId(Timestamp at) => FactId.StartOfBlock(at, ++_ids << 16);
}
