using Laurel.AspNetCore.Definitions;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Participants;

/// <summary>
/// A participant as it is at this moment: the state kept, and what has become due since, which the clock will write down soon. <paramref name="Parts"/> are the pieces
/// loaded on the way, null where there is none.
/// </summary>
internal sealed record PresentParticipant(ParticipantRow Row, ParticipantState State, RuleBook Book, IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Parts, Timestamp Now);

/// <summary>Reads participants for answers, with the clock applied and nothing written.</summary>
internal sealed class ParticipantReader(ILaurelStore store, RuleBooks books, TimeProvider time)
{
    // What is due to one participant at once; more waits for the clock.
    private const int MostTicks = 200;

    /// <summary>The participant now; null for an unknown one.</summary>
    public async ValueTask<PresentParticipant?> FindAsync(ParticipantName name, CancellationToken cancellationToken)
    {
        if (await store.ReadParticipantAsync(name.Environment, name.Id, cancellationToken) is not { } row)
        {
            return null;
        }

        var book = await books.GetNewestAsync(name.Environment, cancellationToken);
        var now = Timestamp.From(time.GetUtcNow());
        var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        var state = row.State;
        for (var ticks = 0; ticks < MostTicks && Evaluator.HasDue(book, state, now); ticks++)
        {
            // A reward that the clock grants is allocated when it is written down, not before.
            var decision = await JudgeAsync(name, book, state, new TickInput(default, now), parts, trace: null, cancellationToken);
            if (!decision.IsFinal)
            {
                break;
            }

            state = decision.State;
            foreach (var (key, document) in decision.Parts)
            {
                parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
            }
        }

        return new PresentParticipant(row, state, book, parts, now);
    }

    /// <summary>Judges an input without writing; <paramref name="parts"/> grows by what had to be loaded. Not final where a reward would have to be allocated.</summary>
    public async ValueTask<Decision> JudgeAsync(
        ParticipantName name,
        RuleBook book,
        ParticipantState state,
        Input input,
        Dictionary<string, ReadOnlyMemory<byte>?> parts,
        Trace? trace,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var decision = Evaluator.Evaluate(book, state, input, new Supplies(parts, []), trace);
            if (decision.MissingParts.Count == 0)
            {
                return decision;
            }

            var found = await store.ReadPartsAsync(name, decision.MissingParts, cancellationToken);
            foreach (var key in decision.MissingParts)
            {
                parts[key] = found.TryGetValue(key, out var document) ? document : null;
            }
        }
    }
}
