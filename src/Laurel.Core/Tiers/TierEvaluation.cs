using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Tiers;

/// <summary>Moves a participant up to the highest automatic tier that its earned points reach. Nobody moves down by earning.</summary>
internal static class TierEvaluation
{
    public static void Apply(Draft draft)
    {
        var ladder = draft.Book.TierLadder;
        if (ladder.Length == 0 || ladder[0].Level <= draft.Tier?.Level)
        {
            return;
        }

        var earned = draft.EarnedInDefaultCurrency();
        foreach (var tier in ladder)
        {
            if (tier.Level <= draft.Tier?.Level)
            {
                return;
            }

            if (earned >= tier.MinPoints && draft.HasRoomFor(1))
            {
                draft.Add(new TierChanged(draft.NextPlace, draft.Cause, tier.Source, tier.Name, tier.Level, draft.Tier?.Code));
                draft.Tier = new TierHeld(tier.Code, tier.Level, draft.OccurredAt);
                return;
            }
        }
    }
}
