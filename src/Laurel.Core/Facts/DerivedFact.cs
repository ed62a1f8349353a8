using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>
/// What rules concluded from an input. <see cref="Place"/> is its place among the input's derived facts; its id is the input's plus 2 plus that place.
/// <see cref="CausedBy"/> is the place of the fact that caused it, -1 for the event's own. Source: semantics §7.
/// </summary>
public abstract record DerivedFact(int Place, int CausedBy, GrantSource Source)
{
    /// <summary>One of <see cref="FactKinds"/>.</summary>
    public abstract string Kind { get; }

    /// <summary>What the fact is about: the code of the rule, badge, challenge or tier.</summary>
    public abstract string Code { get; }

    /// <summary>The place of <see cref="Kind"/> in <see cref="FactKinds.All"/>.</summary>
    public abstract int KindIndex { get; }

    /// <summary>Offset of a derived fact's id from its event's id.</summary>
    public static int IdOffset(int place) => place + 2;

    /// <summary>The id of the fact at <paramref name="place"/> of an input; -1 for an event's own.</summary>
    public static FactId IdOf(FactId inputId, int place) => inputId.Plus(IdOffset(place));

    /// <summary>Writes the members of <c>data</c>, which rules that listen to the fact read as its properties.</summary>
    public abstract void WriteData(Utf8JsonWriter writer);

    /// <summary>When it came true, where that is not when its input occurred: what the clock does is stamped with the time it was due.</summary>
    public Timestamp? DueAt { get; init; }

    /// <summary>Whether the fact stands in <c>rewards_granted</c>.</summary>
    public virtual bool IsGrant => false;

    /// <summary>Writes the entry's own members in <c>rewards_granted</c>; <paramref name="factId"/> is the fact's id. Source: laurel-api.md.</summary>
    public virtual void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId) => throw new InvalidOperationException($"{Kind} is no grant.");
}
