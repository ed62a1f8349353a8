using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Rules;

namespace Laurel.AspNetCore.Rewards;

/// <summary>
/// The answers to a claim and to what moves one. Source: gamification-api.md, "Rewards"; <c>reward_code</c>, <c>status</c>, <c>claimed_at</c> and <c>rewards_granted</c> are ours.
/// </summary>
internal static class ClaimAnswer
{
    /// <summary>The answer to a claim.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RuleBook book, ClaimRewardInput command, Decision decision)
    {
        // What a claim sets off may grant rewards, but only the claim itself claims one.
        var claimed = decision.Facts.OfType<RewardClaimed>().Single();
        writer.WriteStartObject();
        writer.WriteString("claim_id"u8, DerivedFact.IdOf(command.Id, claimed.Place).ToString());
        writer.WriteString("participant_id"u8, participantId);
        WriteReward(writer, claimed.RewardCode, claimed.RewardName, claimed.RewardType);
        writer.WriteString("code_value"u8, claimed.CodeValue);
        writer.WriteString("status"u8, ClaimStanding.Issued);
        writer.WriteNumber("points_deducted"u8, claimed.PointsDeducted);
        writer.WriteNumber("new_balance"u8, decision.State.BalanceOf(book.CurrencyOf(null)!).Current);
        writer.WriteString("claimed_at"u8, command.ReceivedAt.ToString());
        WriteEnd(writer, command, decision);
    }

    /// <summary>The answer to what redeems or cancels a claim. The balance is of the currency that the claim cost, of the default one where it cost none.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RuleBook book, MoveClaimInput command, Decision decision)
    {
        var claim = command.Claim;
        var refunded = decision.Facts.OfType<PointsRefunded>().FirstOrDefault();
        writer.WriteStartObject();
        writer.WriteString("claim_id"u8, claim.ClaimId.ToString());
        writer.WriteString("participant_id"u8, participantId);
        WriteReward(writer, claim.RewardCode, claim.RewardName, claim.RewardType);
        writer.WriteString("status"u8, command.Status);
        writer.WriteNumber("points_refunded"u8, refunded?.Amount ?? 0);
        writer.WriteNumber("new_balance"u8, decision.State.BalanceOf(claim.Currency ?? book.CurrencyOf(null)!).Current);
        Claim.WriteMoved(writer, command.Status, command.ReceivedAt);
        WriteEnd(writer, command, decision);
    }

    private static void WriteReward(Utf8JsonWriter writer, string code, string name, string type)
    {
        writer.WriteString("reward_code"u8, code);
        writer.WriteString("reward_name"u8, name);
        writer.WriteString("reward_type"u8, type);
    }

    private static void WriteEnd(Utf8JsonWriter writer, CommandInput command, Decision decision)
    {
        writer.WritePropertyName("rewards_granted"u8);
        FactDocument.WriteGrants(writer, command.Id, decision.Facts);
        writer.WriteEndObject();
    }
}
