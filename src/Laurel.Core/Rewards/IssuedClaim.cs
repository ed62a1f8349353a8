using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Rewards;

/// <summary>
/// What the fact that issued a reward says of it, so far as it matters when the claim moves. It travels in the command, since a fact of the past is no part of a
/// state; and it can, since facts never change. <paramref name="Currency"/> is null where a rule granted the reward.
/// </summary>
public sealed record IssuedClaim(FactId ClaimId, string RewardCode, string RewardName, string RewardType, string? Currency, long PointsDeducted)
{
    /// <summary>The claim that a kept fact of the kind <c>reward.granted</c> or <c>reward.claimed</c> issued, by its <c>data</c>.</summary>
    public static IssuedClaim Of(FactId claimId, JsonElement data)
    {
        var isClaimed = data.TryGetProperty("currency"u8, out var currency);
        return new IssuedClaim(
            claimId,
            data.GetProperty("reward_code"u8).GetString()!,
            data.GetProperty("reward_name"u8).GetString()!,
            data.GetProperty("reward_type"u8).GetString()!,
            isClaimed ? currency.GetString() : null,
            isClaimed ? data.GetProperty("points_deducted"u8).GetInt64() : 0);
    }

    internal static IssuedClaim Read(JsonElement payload) => Of(
        FactId.TryParse(payload.GetProperty("claim_id"u8).GetString(), out var id) ? id : throw new JsonException("A claim_id is no id."), payload);

    internal void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("claim_id"u8, ClaimId.ToString());
        writer.WriteString("reward_code"u8, RewardCode);
        writer.WriteString("reward_name"u8, RewardName);
        writer.WriteString("reward_type"u8, RewardType);
        if (Currency is not null)
        {
            writer.WriteString("currency"u8, Currency);
            writer.WriteNumber("points_deducted"u8, PointsDeducted);
        }
    }
}
