using System.Text.Json;
using Laurel.AspNetCore.Participants;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Rewards;

/// <summary>
/// A reward that a participant got, granted by a rule or claimed: what its fact says, and what became of it since; <paramref name="Standing"/> is null where it is just issued.
/// </summary>
internal sealed record Claim(string ParticipantId, IssuedClaim Issued, string? CodeValue, GrantSource Source, Timestamp ClaimedAt, ClaimStanding? Standing)
{
    /// <summary>The facts that issue rewards.</summary>
    public static readonly IReadOnlyList<string> Kinds = [FactKinds.RewardGranted, FactKinds.RewardClaimed];

    /// <summary>The claim that the fact at <paramref name="place"/> of an input issued.</summary>
    public static Claim Of(string participantId, LogRow input, int place, JsonElement fact)
    {
        var data = fact.GetProperty("data"u8);
        var source = fact.GetProperty("source"u8);
        return new Claim(
            participantId,
            IssuedClaim.Of(DerivedFact.IdOf(input.EventId, place), data),
            data.GetProperty("code_value"u8).GetString(),
            new GrantSource(source.GetProperty("type"u8).GetString()!, source.GetProperty("code"u8).GetString()!),
            FactRows.OccurredAt(input, fact),
            Standing: null);
    }

    /// <summary>Writes the claim's members, but for whose it is.</summary>
    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("claim_id", Issued.ClaimId.ToString());
        writer.WriteString("reward_code", Issued.RewardCode);
        writer.WriteString("reward_name", Issued.RewardName);
        writer.WriteString("reward_type", Issued.RewardType);
        writer.WriteString("code_value", CodeValue);
        writer.WriteString("currency", Issued.Currency);
        writer.WriteNumber("points_deducted", Issued.PointsDeducted);
        writer.WriteStartObject("source");
        writer.WriteString("type", Source.Type);
        writer.WriteString("code", Source.Code);
        writer.WriteEndObject();
        writer.WriteString("status", Standing?.Status ?? ClaimStanding.Issued);
        writer.WriteString("claimed_at", ClaimedAt.ToString());
        WriteMoved(writer, Standing?.Status, Standing?.At);
    }

    /// <summary>Writes when a claim moved, under the name of what it became.</summary>
    public static void WriteMoved(Utf8JsonWriter writer, string? status, Timestamp? at)
    {
        writer.WriteString("redeemed_at", status == ClaimStanding.Redeemed ? at?.ToString() : null);
        writer.WriteString("cancelled_at", status == ClaimStanding.Cancelled ? at?.ToString() : null);
    }

    /// <summary>Writes a list of claims.</summary>
    public static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<Claim> claims)
    {
        writer.WriteStartArray();
        foreach (var claim in claims)
        {
            writer.WriteStartObject();
            claim.WriteMembers(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
