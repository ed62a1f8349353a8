using System.Buffers;
using System.Text.Json;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>
/// The one function through which everything that happens to a participant goes. Pure, deterministic and total: whatever is in an event's
/// properties, it ends, never throws, and never fails the event. Source: semantics §7, §8.
/// </summary>
public static class Evaluator
{
    /// <summary>Rises when the meaning of a rule changes; stands in each row of the log.</summary>
    public const int EngineVersion = 1;

    /// <summary>How far derived facts feed back; programs that need more are refused at publish.</summary>
    public const int MaxDepth = 8;

    /// <summary>
    /// Whether the clock has something to do before another input received at <paramref name="now"/>: then a <see cref="TickInput"/> comes first, again and
    /// again until nothing is due.
    /// </summary>
    public static bool HasDue(RuleBook book, ParticipantState state, Timestamp now) => NextDue(book, state) <= now;

    /// <summary>When the clock next changes something under <paramref name="book"/>; null = never.</summary>
    public static Timestamp? NextDue(RuleBook book, ParticipantState state) =>
        state.DueVersion == book.Version ? state.DueAt : Clock.NextDue(book, state);

    /// <summary>Judges an input that needs no supplies, without a trace.</summary>
    public static Decision Evaluate(RuleBook book, ParticipantState state, Input input) => Evaluate(book, state, input, Supplies.None);

    /// <summary>
    /// Judges <paramref name="input"/> by <paramref name="book"/>: point rules, streaks, badges, challenges and tiers, each in document order;
    /// then what those facts set off, first in, first out. Where the decision is not final, the shell supplies what it asks for and calls again.
    /// </summary>
    public static Decision Evaluate(RuleBook book, ParticipantState state, Input input, Supplies supplies, Trace? trace = null)
    {
        var draft = new Draft(book, state, input, supplies, trace);
        switch (input)
        {
            case EventInput happened:
                // A caller may not pose as Laurel: an event named like a derived fact moves nothing.
                var listeners = FactKinds.IsDerived(happened.Name) ? Listeners.None : book.ListenersOf(happened.Name);
                Pass(draft, listeners, happened.Properties);
                FeedBack(draft, 0);
                break;
            case TickInput:
                // Always computed anew, so that no tick can be asked for twice.
                draft.IsClockChanged = true;
                for (var place = 0; Clock.ApplyNext(draft) && draft.Parts.Missing.Count == 0; place = draft.NextPlace)
                {
                    FeedBack(draft, place);
                    draft.Cause = -1;
                }

                break;
            case CommandInput command:
                command.Apply(draft);

                // What was refused sets nothing off: a reward that it led to would be allocated, and given to nobody.
                if (draft.Refusal is null && !draft.IsErased)
                {
                    // Points by hand reach tiers as points by rules do. What awards none leaves them alone.
                    if (draft.Facts.Any(fact => fact is PointsAwarded))
                    {
                        TierEvaluation.Apply(draft);
                    }

                    FeedBack(draft, 0);
                }

                break;
            default:
                throw new InvalidOperationException($"Unknown input {input.GetType().Name}.");
        }

        return draft.ToDecision();
    }

    private static void FeedBack(Draft draft, int from)
    {
        for (var place = from; place < draft.Facts.Count; place++)
        {
            var fact = draft.Facts[place];
            var listeners = draft.Book.ListenersOf(fact.Kind);
            if (listeners != Listeners.None && DepthOf(draft.Facts, place) <= MaxDepth)
            {
                draft.Cause = place;
                Pass(draft, listeners, PropertiesOf(fact));
            }
        }
    }

    private static void Pass(Draft draft, Listeners listeners, Properties properties)
    {
        // Conditions read the participant as it was before the fact, so that the order of definitions changes no outcome.
        var view = new FactView(properties, draft.Tier?.Code, draft.Badges, draft.Profile, draft.Book.Calendar, draft.OccurredAt);
        foreach (var rule in listeners.PointRules)
        {
            PointRuleEvaluation.Apply(draft, rule, view);
        }

        foreach (var streak in listeners.Streaks)
        {
            StreakEvaluation.Apply(draft, streak, view);
        }

        foreach (var badge in listeners.Badges)
        {
            BadgeEvaluation.Apply(draft, badge, view);
        }

        foreach (var challenge in listeners.Challenges)
        {
            ChallengeEvaluation.Apply(draft, challenge, view);
        }

        TierEvaluation.Apply(draft);
    }

    private static int DepthOf(IReadOnlyList<DerivedFact> facts, int place)
    {
        var depth = 0;
        for (; place >= 0; place = facts[place].CausedBy)
        {
            depth++;
        }

        return depth;
    }

    private static Properties PropertiesOf(DerivedFact fact)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        fact.WriteData(writer);
        writer.WriteEndObject();
        writer.Flush();
        return Properties.ReadTrusted(buffer.WrittenSpan);
    }
}
