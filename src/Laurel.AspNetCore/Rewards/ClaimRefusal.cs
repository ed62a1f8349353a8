using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Points;
using Laurel.Evaluation;
using Laurel.Rewards;

namespace Laurel.AspNetCore.Rewards;

/// <summary>Why a reward was not given, or a claim not moved, for people. Nothing was kept.</summary>
internal static class ClaimRefusal
{
    /// <summary>Why a reward could not be claimed.</summary>
    public static (int Status, string Code, string Detail) Of(ClaimRewardInput input, CommandOutcome.Refused refused)
    {
        var reward = refused.Book.FindReward(input.RewardCode);
        return refused.Reason switch
        {
            Refusal.RewardNotFound => (
                404, "REWARD_NOT_FOUND", "The program of this key's environment has no active reward of this code. Publish it, or correct the code in the path."),
            Refusal.RewardExpired => (409, "REWARD_EXPIRED", $"The reward '{input.RewardCode}' could be had until {reward!.ExpiresAt}. Publish it with a later expires_at to offer it again."),
            Refusal.RewardClaimLimitReached => (
                409,
                "REWARD_CLAIM_LIMIT_REACHED",
                $"The participant has had the reward '{input.RewardCode}' as often as one may: its max_claims_per_participant is {reward!.MaxClaimsPerParticipant}."),
            Refusal.RewardOutOfStock => (409, "REWARD_OUT_OF_STOCK", $"Nothing is left of the reward '{input.RewardCode}'. Upload codes, or publish a larger stock, to offer it again."),
            Refusal.InsufficientPoints => PointsRefusal.Insufficient(refused.State.BalanceOf(refused.Book.CurrencyOf(null)!).Current, reward!.PointsCost),
            _ => throw new InvalidOperationException($"A claim was refused as {refused.Reason}."),
        };
    }

    /// <summary>Why a claim could not move.</summary>
    public static (int Status, string Code, string Detail) Of(MoveClaimInput input, Refusal reason) => reason switch
    {
        Refusal.ClaimRedeemed => (409, "CLAIM_REDEEMED", $"The claim '{input.Claim.ClaimId}' was redeemed, and a claim moves only once. GET it to see when."),
        Refusal.ClaimCancelled => (409, "CLAIM_CANCELLED", $"The claim '{input.Claim.ClaimId}' was cancelled, and a claim moves only once. GET it to see when."),
        _ => throw new InvalidOperationException($"{input.Name} was refused as {reason}."),
    };
}
