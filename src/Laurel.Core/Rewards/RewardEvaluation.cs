using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Rewards;

/// <summary>
/// Gives a reward of the catalogue, or says why not: never an error of the event. Stock and codes belong to no participant, so they are allocated by the
/// shell, and the input is judged again with the outcome. Source: semantics §7 "Stock".
/// </summary>
internal static class RewardEvaluation
{
    public static void Grant(Draft draft, CatalogueReward reward, GrantSource source, int causedBy)
    {
        if (!draft.HasRoomFor(1))
        {
            return;
        }

        var claims = draft.ClaimsOf(reward.Code);
        var refusal = !reward.IsActive ? "inactive"
            : draft.Now >= reward.ExpiresAt ? "expired"
            : claims >= reward.MaxClaimsPerParticipant ? "cap_reached"
            : null;
        string? code = null;
        if (refusal is null && (reward.Stock is not null || reward.HasCodePool))
        {
            if (draft.TakeAllocation(reward.Code) is not { } allocation)
            {
                return;
            }

            refusal = allocation.IsGranted ? null : "out_of_stock";
            code = allocation.CodeValue;
        }

        if (refusal is not null)
        {
            draft.Add(new RewardRefused(draft.NextPlace, causedBy, source, reward.Code, reward.Name, reward.Type, refusal));
            return;
        }

        draft.SetClaims(reward.Code, claims + 1);
        draft.Add(new RewardGranted(draft.NextPlace, causedBy, source, reward.Code, reward.Name, reward.Type, code));
    }
}
