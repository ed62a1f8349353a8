using System.Text;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>A participant whose clock runs with what is sent: whatever is due happens first, and parts are kept as a store would.</summary>
internal sealed class Timeline(string program)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _parts = new(StringComparer.Ordinal);
    private ulong _inputs;

    public RuleBook Book { get; } = Participant.Book(program);

    public ParticipantState State { get; private set; } = ParticipantState.New;

    public ReadOnlyMemory<byte> PartOf(string? key) => key is not null && _parts.GetValueOrDefault(key) is { } part ? part : default;

    public static Timestamp At(string text) => TimestampText.TryParse(text, out var at) ? at : throw new FormatException(text);

    /// <summary>An event that is received at <paramref name="at"/> and occurred then, or at <paramref name="occurred"/>.</summary>
    public Timeline Event(string name, string at, string properties = "{}", string? occurred = null) =>
        Put(new EventInput(NextId(at), name, Properties.ReadTrusted(Encoding.UTF8.GetBytes(properties)), At(occurred ?? at), At(at)));

    public Timeline Enroll(string challenge, string at) => Put(new EnrollInput(NextId(at), challenge, At(at)));

    /// <summary>Time passes, and no input comes.</summary>
    public Timeline Until(string at)
    {
        while (Evaluator.HasDue(Book, State, At(at)))
        {
            Judge(new TickInput(NextId(at), At(at)));
        }

        return this;
    }

    private Timeline Put(Input input)
    {
        Until(input.ReceivedAt.ToString());
        Judge(input);
        return this;
    }

    private void Judge(Input input)
    {
        while (true)
        {
            var decision = Evaluator.Evaluate(Book, State, input, new Supplies(_parts, []));
            if (decision.IsFinal)
            {
                Assert.Null(decision.Refusal);
                State = decision.State;
                foreach (var (key, document) in decision.Parts)
                {
                    _parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
                }

                return;
            }

            foreach (var key in decision.MissingParts)
            {
                _parts.TryAdd(key, null);
            }
        }
    }

    private FactId NextId(string at) => FactId.StartOfBlock(At(at), ++_inputs);
}
