using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

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

    public override bool IsGrant => true;

    public override void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId)
    {
        writer.WriteString("type"u8, "points"u8);
        WriteData(writer);
    }
}

/// <summary>Points were taken from a balance. <paramref name="Amount"/> is positive.</summary>
public sealed record PointsDeducted(int Place, int CausedBy, GrantSource Source, string Currency, long Amount, long NewBalance)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.PointsDeducted;

    public override int KindIndex => 15;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("currency"u8, Currency);
        writer.WriteNumber("amount"u8, Amount);
        writer.WriteNumber("new_balance"u8, NewBalance);
    }
}

/// <summary>Points that were spent came back. They were earned before, so they are not earned again; and they never expire.</summary>
public sealed record PointsRefunded(int Place, int CausedBy, GrantSource Source, string Currency, long Amount, long NewBalance)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.PointsRefunded;

    public override int KindIndex => 16;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("currency"u8, Currency);
        writer.WriteNumber("amount"u8, Amount);
        writer.WriteNumber("new_balance"u8, NewBalance);
    }
}

/// <summary>Points were not spent in time.</summary>
public sealed record PointsExpired(int Place, int CausedBy, GrantSource Source, string Currency, long Amount, long NewBalance)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.PointsExpired;

    public override int KindIndex => 6;

    public override string Code => Currency;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("currency"u8, Currency);
        writer.WriteNumber("amount"u8, Amount);
        writer.WriteNumber("new_balance"u8, NewBalance);
    }
}
