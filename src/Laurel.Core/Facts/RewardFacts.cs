using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>
/// A reward of the catalogue went to the participant, with <paramref name="CodeValue"/> where it takes a code. The id of the fact is the id of the claim, whether a rule
/// granted it or the participant claimed it.
/// </summary>
public abstract record RewardIssued(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, string? CodeValue)
    : DerivedFact(Place, CausedBy, Source)
{
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

/// <summary>A rule granted a reward of the catalogue.</summary>
public sealed record RewardGranted(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, string? CodeValue)
    : RewardIssued(Place, CausedBy, Source, RewardCode, RewardName, RewardType, CodeValue)
{
    public override string Kind => FactKinds.RewardGranted;

    public override int KindIndex => 9;
}

/// <summary>
/// A reward of the catalogue was claimed, for <paramref name="PointsDeducted"/> points of <paramref name="Currency"/>; 0 where nothing was taken.
/// </summary>
public sealed record RewardClaimed(
    int Place,
    int CausedBy,
    GrantSource Source,
    string RewardCode,
    string RewardName,
    string RewardType,
    string? CodeValue,
    string Currency,
    long PointsDeducted) : RewardIssued(Place, CausedBy, Source, RewardCode, RewardName, RewardType, CodeValue)
{
    public override string Kind => FactKinds.RewardClaimed;

    public override int KindIndex => 17;

    public override void WriteData(Utf8JsonWriter writer)
    {
        base.WriteData(writer);
        writer.WriteString("currency"u8, Currency);
        writer.WriteNumber("points_deducted"u8, PointsDeducted);
    }
}

/// <summary>A claim was used: whoever honours it has done so.</summary>
public sealed record RewardRedeemed(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, FactId ClaimId)
    : ClaimMoved(Place, CausedBy, Source, RewardCode, RewardName, RewardType, ClaimId)
{
    public override string Kind => FactKinds.RewardRedeemed;

    public override int KindIndex => 18;
}

/// <summary>A claim was taken back before it was used.</summary>
public sealed record RewardCancelled(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, FactId ClaimId)
    : ClaimMoved(Place, CausedBy, Source, RewardCode, RewardName, RewardType, ClaimId)
{
    public override string Kind => FactKinds.RewardCancelled;

    public override int KindIndex => 19;
}

/// <summary>A claim is no longer just issued. Once it has moved, it never moves again.</summary>
public abstract record ClaimMoved(int Place, int CausedBy, GrantSource Source, string RewardCode, string RewardName, string RewardType, FactId ClaimId)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Code => RewardCode;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("reward_code"u8, RewardCode);
        writer.WriteString("reward_name"u8, RewardName);
        writer.WriteString("reward_type"u8, RewardType);
        writer.WriteString("claim_id"u8, ClaimId.ToString());
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
