using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>The participant takes part in a challenge from now on.</summary>
public sealed record ChallengeEnrolled(int Place, int CausedBy, GrantSource Source, string ChallengeName)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ChallengeEnrolled;

    public override int KindIndex => 7;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("challenge_code"u8, Source.Code);
        writer.WriteString("challenge_name"u8, ChallengeName);
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

    public override bool IsGrant => true;

    public override void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId)
    {
        writer.WriteString("type"u8, "challenge"u8);
        WriteData(writer);
    }
}

/// <summary>A challenge that the participant took part in is over.</summary>
public sealed record ChallengeEnded(int Place, int CausedBy, GrantSource Source, string ChallengeName, int Completions)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ChallengeEnded;

    public override int KindIndex => 8;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("challenge_code"u8, Source.Code);
        writer.WriteString("challenge_name"u8, ChallengeName);
        writer.WriteNumber("completions"u8, Completions);
    }
}
