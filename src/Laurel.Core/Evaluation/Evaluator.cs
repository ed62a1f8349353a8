using System.Buffers;
using System.Text.Json;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;
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
    /// Judges <paramref name="input"/> by <paramref name="book"/>: point rules, badges, challenges and tiers, each in document order;
    /// then what those facts set off, first in, first out.
    /// </summary>
    public static Decision Evaluate(RuleBook book, ParticipantState state, InputEvent input)
    {
        var draft = new Draft(book, state, input);

        // A caller may not pose as Laurel: an event named like a derived fact moves nothing.
        var listeners = FactKinds.IsDerived(input.Name) ? Listeners.None : book.ListenersOf(input.Name);
        Pass(draft, listeners, input.Properties);

        for (var place = 0; place < draft.Facts.Count; place++)
        {
            var fact = draft.Facts[place];
            var derivedListeners = book.ListenersOf(fact.Kind);
            if (derivedListeners != Listeners.None && DepthOf(draft.Facts, place) <= MaxDepth)
            {
                draft.Cause = place;
                Pass(draft, derivedListeners, PropertiesOf(fact));
            }
        }

        return draft.ToDecision();
    }

    private static void Pass(Draft draft, Listeners listeners, Properties properties)
    {
        // Conditions read the participant as it was before the fact, so that the order of definitions changes no outcome.
        var view = new FactView(properties, draft.Tier?.Code, draft.Badges);
        foreach (var rule in listeners.PointRules)
        {
            PointRuleEvaluation.Apply(draft, rule, view);
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
