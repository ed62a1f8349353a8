using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>The participant moved to another tier: by its points, by the clock, or by hand.</summary>
public sealed record TierChanged(int Place, int CausedBy, GrantSource Source, string TierCode, string TierName, int Level, string? PreviousCode)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.TierChanged;

    public override int KindIndex => 5;

    public override string Code => TierCode;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("tier_code"u8, TierCode);
        writer.WriteString("tier_name"u8, TierName);
        writer.WriteNumber("level"u8, Level);
        writer.WriteString("previous_code"u8, PreviousCode);
    }

    public override bool IsGrant => true;

    public override void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId)
    {
        writer.WriteString("type"u8, "tier"u8);
        WriteData(writer);
    }
}
