using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>A reward of the catalogue was given. The id of the fact is the id of the claim.</summary>
public sealed record RewardGranted(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, string? CodeValue)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.RewardGranted;

    public override int KindIndex => 9;

    public override string Code => RewardCode;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("reward_code"u8, RewardCode);
        writer.WriteString("reward_name"u8, RewardName);
        writer.WriteString("reward_type"u8, RewardType);
        writer.WriteString("code_value"u8, CodeValue);
    }

    public override bool IsGrant => true;

    public override void WriteGrant(Utf8JsonWriter writer, ReadOnlySpan<char> factId)
    {
        writer.WriteString("type"u8, "reward"u8);
        WriteData(writer);
        writer.WriteString("claim_id"u8, factId);
    }
}

/// <summary>A reward could not be given. <paramref name="Reason"/>: <c>out_of_stock cap_reached expired inactive</c>.</summary>
public sealed record RewardRefused(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, string Reason)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.RewardRefused;

    public override int KindIndex => 10;

    public override string Code => RewardCode;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("reward_code"u8, RewardCode);
        writer.WriteString("reward_name"u8, RewardName);
        writer.WriteString("reward_type"u8, RewardType);
        writer.WriteString("reason"u8, Reason);
    }
}
