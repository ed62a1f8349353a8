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

    /// <summary>Writes the members of <c>data</c>, which rules that listen to the fact read as its properties.</summary>
    public abstract void WriteData(Utf8JsonWriter writer);

    /// <summary>Whether the fact stands in <c>rewards_granted</c>.</summary>
    public virtual bool IsGrant => true;

    /// <summary>Writes the entry's own members in <c>rewards_granted</c>. Source: laurel-api.md.</summary>
    public abstract void WriteGrant(Utf8JsonWriter writer);
}

/// <summary>Points were added to a balance.</summary>
public sealed record PointsAwarded(int Place, int CausedBy, GrantSource Source, string Currency, long Amount, long NewBalance)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.PointsAwarded;

    public override int KindIndex => 1;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("currency"u8, Currency);
        writer.WriteNumber("amount"u8, Amount);
        writer.WriteNumber("new_balance"u8, NewBalance);
    }

    public override void WriteGrant(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "points"u8);
        WriteData(writer);
    }
}

/// <summary>A badge was earned, for the first and only time.</summary>
public sealed record BadgeUnlocked(int Place, int CausedBy, GrantSource Source, string BadgeCode, string BadgeName, string Rarity, string? Icon)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.BadgeUnlocked;

    public override int KindIndex => 2;

    public override string Code => BadgeCode;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("badge_code"u8, BadgeCode);
        writer.WriteString("badge_name"u8, BadgeName);
        writer.WriteString("rarity"u8, Rarity);
        writer.WriteString("icon"u8, Icon);
    }

    public override void WriteGrant(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "badge"u8);
        writer.WriteString("badge_code"u8, BadgeCode);
        writer.WriteString("badge_name"u8, BadgeName);
        writer.WriteString("rarity"u8, Rarity);
    }
}

/// <summary>An objective of a challenge reached its target in the round that runs.</summary>
public sealed record ObjectiveCompleted(int Place, int CausedBy, GrantSource Source, string ObjectiveCode) : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ObjectiveCompleted;

    public override int KindIndex => 3;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("challenge_code"u8, Source.Code);
        writer.WriteString("objective_code"u8, ObjectiveCode);
    }

    public override bool IsGrant => false;

    public override void WriteGrant(Utf8JsonWriter writer) => throw new InvalidOperationException("An objective completed is no grant.");
}

/// <summary>A challenge was completed for the <paramref name="Completions"/>th time.</summary>
public sealed record ChallengeCompleted(int Place, int CausedBy, GrantSource Source, string ChallengeName, int Completions)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ChallengeCompleted;

    public override int KindIndex => 4;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("challenge_code"u8, Source.Code);
        writer.WriteString("challenge_name"u8, ChallengeName);
        writer.WriteNumber("completions"u8, Completions);
    }

    public override void WriteGrant(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "challenge"u8);
        WriteData(writer);
    }
}

/// <summary>The participant moved to another tier.</summary>
public sealed record TierChanged(int Place, int CausedBy, GrantSource Source, string TierName, int Level, string? PreviousCode)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.TierChanged;

    public override int KindIndex => 5;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("tier_code"u8, Source.Code);
        writer.WriteString("tier_name"u8, TierName);
        writer.WriteNumber("level"u8, Level);
        writer.WriteString("previous_code"u8, PreviousCode);
    }

    public override void WriteGrant(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "tier"u8);
        WriteData(writer);
    }
}
