using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

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

    public override bool IsGrant => true;

    public override void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId)
    {
        writer.WriteString("type"u8, "badge"u8);
        writer.WriteString("badge_code"u8, BadgeCode);
        writer.WriteString("badge_name"u8, BadgeName);
        writer.WriteString("rarity"u8, Rarity);
    }
}
