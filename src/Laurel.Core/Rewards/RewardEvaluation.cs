using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Rewards;

/// <summary>
/// Gives a reward of the catalogue, because a rule grants it or because it was claimed. Stock and codes belong to no participant, so they are allocated by the
/// shell, and the input is judged again with the outcome. Source: semantics §7 "Stock".
/// </summary>
internal static class RewardEvaluation
{
    private static readonly GrantSource Claimed = new("api", "claim");

    /// <summary>Grants a reward, or says in a fact why not: never an error of the event.</summary>
    public static void Grant(Draft draft, CatalogueReward reward, GrantSource source, int causedBy)
    {
        if (!draft.HasRoomFor(1))
        {
            return;
        }

        var obstacle = ObstacleTo(draft, reward);
        Allocation? allocation = null;
        if (obstacle is null)
        {
            allocation = Allocate(draft, reward);
            if (allocation is null)
            {
                return;
            }

            obstacle = allocation.IsGranted ? null : Refusal.RewardOutOfStock;
        }

        if (obstacle is { } refusal)
        {
            draft.Add(new RewardRefused(draft.NextPlace, causedBy, source, reward.Code, reward.Name, reward.Type, ReasonOf(refusal)));
            return;
        }

        draft.SetClaims(reward.Code, draft.ClaimsOf(reward.Code) + 1);
        draft.Add(new RewardGranted(draft.NextPlace, causedBy, source, reward.Code, reward.Name, reward.Type, allocation!.CodeValue));
    }

    /// <summary>
    /// Gives a reward for its cost in points of the default currency, or, where <paramref name="isPaid"/> is false, for nothing; or refuses. The allocation comes
    /// last: what was allocated cannot be given back within a batch, so nothing may refuse after it.
    /// </summary>
    public static void Claim(Draft draft, string code, bool isPaid)
    {
        if (draft.Book.FindReward(code) is not { } reward)
        {
            draft.Refusal = Refusal.RewardNotFound;
            return;
        }

        draft.Refusal = ObstacleTo(draft, reward);
        if (draft.Refusal is not null)
        {
            return;
        }

        var currency = draft.Book.Currencies[0].Code;
        var cost = isPaid ? reward.PointsCost : 0;
        if (cost > 0 && !draft.DeductPoints(currency, cost, reward.Source, draft.Cause))
        {
            draft.Refusal = Refusal.InsufficientPoints;
            return;
        }

        // Lots that must be loaded first make the attempt void, and the allocation with it.
        if (draft.Parts.Missing.Count > 0 || Allocate(draft, reward) is not { } allocation)
        {
            return;
        }

        if (!allocation.IsGranted)
        {
            draft.Refusal = Refusal.RewardOutOfStock;
            return;
        }

        draft.SetClaims(reward.Code, draft.ClaimsOf(reward.Code) + 1);
        draft.Add(new RewardClaimed(
            draft.NextPlace, draft.Cause, Claimed, reward.Code, reward.Name, reward.Type, allocation.CodeValue, currency, cost));
    }

    private static Refusal? ObstacleTo(Draft draft, CatalogueReward reward) =>
        !reward.IsActive ? Refusal.RewardNotFound
        : draft.Now >= reward.ExpiresAt ? Refusal.RewardExpired
        : draft.ClaimsOf(reward.Code) >= reward.MaxClaimsPerParticipant ? Refusal.RewardClaimLimitReached
        : null;

    // Null where the shell must allocate first.
    private static Allocation? Allocate(Draft draft, CatalogueReward reward) => reward.Stock is null && !reward.HasCodePool
        ? new Allocation(reward.Code, IsGranted: true, CodeValue: null)
        : draft.TakeAllocation(reward.Code);

    private static string ReasonOf(Refusal refusal) => refusal switch
    {
        Refusal.RewardNotFound => "inactive",
        Refusal.RewardExpired => "expired",
        Refusal.RewardClaimLimitReached => "cap_reached",
        Refusal.RewardOutOfStock => "out_of_stock",
        _ => throw new InvalidOperationException($"A reward is not refused as {refusal}."),
    };
}
