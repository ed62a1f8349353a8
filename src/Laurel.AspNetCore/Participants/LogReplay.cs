using System.Runtime.CompilerServices;
using System.Text.Json;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Participants;

/// <summary>
/// One input judged again from the log: its row, and the decision with the state after it. <paramref name="Trace"/> is null for inputs that were not to be explained.
/// </summary>
internal sealed record ReplayedInput(LogRow Row, Input Input, Decision Decision, Trace? Trace)
{
    /// <summary>Whether the facts are those that were kept, byte for byte. Anything else is a bug: evaluation is pure.</summary>
    public bool AgreesWithLog()
    {
        using var answers = new EventAnswers();
        return Row.Seq == Decision.State.Seq && answers.WriteFacts(Decision.Facts).AsSpan().SequenceEqual(Row.Facts.Span);
    }
}

/// <summary>
/// Judges a participant's log again, from nothing, input by input: each under the program version that judged it, with what was allocated then. State is the
/// fold of the log, so that this is how it was reached. Source: semantics §7.
/// </summary>
internal sealed class LogReplay(ILaurelStore store, RuleBooks books)
{
    // Each page may walk the participant's whole index.
    private const int PageSize = 5_000;

    /// <summary>
    /// The inputs up to number <paramref name="lastSeq"/>, in order; none for an unknown participant. <paramref name="parts"/>, empty at first, becomes the pieces of the
    /// state outside its document, null for those that are not there. The input number <paramref name="tracedSeq"/> is explained.
    /// </summary>
    public async IAsyncEnumerable<ReplayedInput> ReadAsync(
        ParticipantName participant,
        long lastSeq,
        long? tracedSeq,
        Dictionary<string, ReadOnlyMemory<byte>?> parts,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = ParticipantState.New;
        while (state.Seq < lastSeq)
        {
            var rows = await store.ReadLogAsync(participant, state.Seq, (int)Math.Min(PageSize, lastSeq - state.Seq), cancellationToken);
            foreach (var row in rows)
            {
                var book = await books.GetAsync(participant.Environment, row.ProgramVersion, cancellationToken);
                var replayed = Judge(book, state, row, parts, row.Seq == tracedSeq);
                state = replayed.Decision.State;
                yield return replayed;
            }

            if (rows.Count == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>
    /// Judges one input after <paramref name="state"/> and <paramref name="parts"/>, which become those after it. Throws where the log does not say enough, or not
    /// what it said before.
    /// </summary>
    public static ReplayedInput Judge(RuleBook book, ParticipantState state, LogRow row, Dictionary<string, ReadOnlyMemory<byte>?> parts, bool isTraced)
    {
        var input = InputOf(row);
        var supplies = new Supplies(parts, EventAnswers.ReadOutcomes(row.Outcomes));
        while (true)
        {
            // A trace of its own for each attempt: what an unfinished one noted was not what happened.
            var trace = isTraced ? new Trace() : null;
            var decision = Evaluator.Evaluate(book, state, input, supplies, trace);
            if (decision.MissingParts.Count > 0)
            {
                // All that was ever put there is there: what is missing never was.
                foreach (var key in decision.MissingParts)
                {
                    parts[key] = null;
                }

                continue;
            }

            if (decision.WantedReward is { } reward)
            {
                throw new InvalidOperationException($"Input {row.EventId} wants reward '{reward}' once more than the log says: it was judged otherwise before.");
            }

            foreach (var (key, document) in decision.Parts)
            {
                parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
            }

            return new ReplayedInput(row, input, decision, trace);
        }
    }

    private static Input InputOf(LogRow row) => row.Kind switch
    {
        InputKind.Event => new EventInput(row.EventId, row.EventName, Properties.ReadTrusted(row.Properties.Span), row.OccurredAt, row.ReceivedAt),
        InputKind.Tick => new TickInput(row.EventId, row.ReceivedAt),
        InputKind.Command => CommandOf(row),
        _ => throw new InvalidOperationException($"Input {row.EventId} is a {row.Kind}, which this version of Laurel cannot judge."),
    };

    private static CommandInput CommandOf(LogRow row)
    {
        using var payload = JsonDocument.Parse(row.Properties);
        return CommandNames.Read(row.EventName, payload.RootElement, row.EventId, row.ReceivedAt)
            ?? throw new InvalidOperationException($"Input {row.EventId} is a command named '{row.EventName}', which this version of Laurel cannot judge.");
    }
}
