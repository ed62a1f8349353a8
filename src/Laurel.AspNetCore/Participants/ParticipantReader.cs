using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;
using Microsoft.AspNetCore.Http;

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
    private const int MostAttempts = 10;

    /// <summary>The participant now; null for an unknown one. Throws what the store throws, and <see cref="StoreException"/> where the participant keeps changing.</summary>
    public async ValueTask<PresentParticipant?> FindAsync(ParticipantName name, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await store.ReadParticipantAsync(name.Environment, name.Id, cancellationToken) is not { } row)
            {
                return null;
            }

            if (await PresentAsync(row, cancellationToken) is { } present)
            {
                return present;
            }
        }

        throw new StoreException(StoreFault.Conflict, "The participant kept changing while it was read.");
    }

    /// <summary>
    /// The participant that the path names, see <see cref="RawPath"/>; null where the call has been answered: 422 with these and <paramref name="faults"/>, or 404.
    /// </summary>
    public async ValueTask<PresentParticipant?> FindInPathAsync(HttpContext context, int segmentsAfter, List<Fault> faults)
    {
        var participantId = RawPath.ParticipantId(context, segmentsAfter, faults);
        if (participantId is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return null;
        }

        if (await FindAsync(new ParticipantName(Caller.Of(context).Environment, participantId), context.RequestAborted) is { } participant)
        {
            return participant;
        }

        await ParticipantStateApi.UnknownAsync(context, participantId);
        return null;
    }

    // Null where the participant changed between two reads: then what was read does not belong together.
    private async ValueTask<PresentParticipant?> PresentAsync(ParticipantRow row, CancellationToken cancellationToken)
    {
        var book = await books.GetNewestAsync(row.Name.Environment, cancellationToken);
        var now = Timestamp.From(time.GetUtcNow());
        var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        var state = row.State;
        for (var ticks = 0; ticks < MostTicks && Evaluator.HasDue(book, state, now); ticks++)
        {
            if (await JudgeAsync(row, book, state, new TickInput(default, now), parts, cancellationToken) is not { } decision)
            {
                return null;
            }

            // A reward that the clock grants is allocated when it is written down, not before.
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

    // parts grows by what had to be loaded. Not final where a reward would have to be allocated.
    private async ValueTask<Decision?> JudgeAsync(
        ParticipantRow row,
        RuleBook book,
        ParticipantState state,
        TickInput input,
        Dictionary<string, ReadOnlyMemory<byte>?> parts,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var decision = Evaluator.Evaluate(book, state, input, new Supplies(parts, []));
            if (decision.MissingParts.Count == 0)
            {
                return decision;
            }

            var found = await store.ReadPartsAsync(row.Name, decision.MissingParts, cancellationToken);
            foreach (var key in decision.MissingParts)
            {
                parts[key] = found.TryGetValue(key, out var document) ? document : null;
            }

            var after = await store.ReadParticipantAsync(row.Name.Environment, row.Name.Id, cancellationToken);
            if (after?.State.Seq != row.State.Seq)
            {
                return null;
            }
        }
    }
}
