using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>
/// Moves a participant up to the highest automatic tier that its earned points reach. Nobody moves down by earning; only the clock takes a tier that
/// must be earned again.
/// </summary>
internal static class TierEvaluation
{
    public static void Apply(Draft draft)
    {
        var ladder = draft.Book.TierLadder;
        if (ladder.Length == 0)
        {
            return;
        }

        StartRequalification(draft);
        if (ladder[0].Level <= draft.Tier?.Level)
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

            var isReached = earned >= tier.MinPoints && draft.Tier?.Closes(tier) != true && IsRegained(draft, tier) && draft.HasRoomFor(1);
            draft.Trace?.Note(TraceOf(draft, tier, earned, isReached));
            if (isReached)
            {
                Move(draft, tier, tier.Source, closedUpTo: null);
                draft.LostTierLevel = tier.Level >= draft.LostTierLevel ? null : draft.LostTierLevel;
                return;
            }
        }
    }

    /// <summary>
    /// Gives a tier by hand, higher or lower. Points reached what they reached: of the tiers above it, only those that the points have not reached yet can
    /// be reached by points from now on.
    /// </summary>
    public static void Assign(Draft draft, Tier tier, GrantSource source)
    {
        var earned = draft.EarnedInDefaultCurrency();
        long? closedUpTo = Array.Exists(draft.Book.TierLadder, higher => higher.Level > tier.Level && higher.MinPoints <= earned) ? earned : null;
        draft.LostTierLevel = tier.Level >= draft.LostTierLevel ? null : draft.LostTierLevel;
        if (draft.Tier is { } held && held.Code == tier.Code)
        {
            draft.Tier = held with { ClosedUpTo = closedUpTo };
            return;
        }

        Move(draft, tier, source, closedUpTo);
    }

    /// <summary>When the tier held is next checked; null where it need not be earned again.</summary>
    public static Timestamp? NextDue(RuleBook book, TierHeld? held) =>
        held?.KeptThrough is { } period && Find(book, held)?.Requalify?.Period == period.Kind ? book.Calendar.EndOf(period) : null;

    /// <summary>Checks the tier at the end of a period: it is kept for another one, or lost.</summary>
    public static void ApplyDue(Draft draft)
    {
        var held = draft.Tier!;
        var period = held.KeptThrough!.Value;
        var tier = Find(draft.Book, held)!;
        var lower = draft.Book.TierLadder.Where(candidate => candidate.Level < tier.Level).ToArray();
        draft.IsClockChanged = true;
        if (lower.Length == 0 || draft.EarnedIn(period) >= tier.Requalify!.MinPoints)
        {
            draft.Tier = held with { KeptThrough = period.Next };
            return;
        }

        draft.LostTierLevel = Math.Max(tier.Level, draft.LostTierLevel ?? tier.Level);
        var fall = tier.Requalify.Else == TierFall.Lowest ? lower[^1] : lower[0];
        Move(draft, fall, fall.Source, held.ClosedUpTo);
    }

    private static Tier? Find(RuleBook book, TierHeld held) => Array.Find(book.TierLadder, tier => tier.Code == held.Code);

    private static void Move(Draft draft, Tier tier, GrantSource source, long? closedUpTo)
    {
        draft.Add(new TierChanged(draft.NextPlace, draft.Cause, source, tier.Code, tier.Name, tier.Level, draft.Tier?.Code));
        draft.Tier = new TierHeld(tier.Code, tier.Level, draft.OccurredAt, KeptThrough: null, closedUpTo);
        draft.IsClockChanged = true;
        StartRequalification(draft);
    }

    // From when it is first judged, not from when the event occurred: history that is loaded later must not cost a tier at once.
    private static void StartRequalification(Draft draft)
    {
        if (draft.Book.RequalifyPeriods.Length > 0
            && draft.Tier is { } held
            && Find(draft.Book, held)?.Requalify?.Period is { } kind
            && held.KeptThrough?.Kind != kind)
        {
            var now = draft.OccurredAt > draft.Now ? draft.OccurredAt : draft.Now;
            draft.Tier = held with { KeptThrough = draft.Book.Calendar.PeriodOf(kind, now).Next };
            draft.IsClockChanged = true;
        }
    }

    private static RuleTrace TraceOf(Draft draft, Tier tier, long earned, bool isReached) => new(
        tier.Source.Type,
        tier.Code,
        null,
        draft.LookedAt,
        isReached,
        isReached ? "reached"
            : earned < tier.MinPoints ? "the points earned do not reach it"
            : draft.Tier?.Closes(tier) == true ? "it was taken by hand"
            : "it was lost, and the points of this period do not reach it again",
        [new ConditionTrace("points_earned", "gte", PropertyValue.Of(tier.MinPoints), PropertyValue.Of(earned), earned >= tier.MinPoints)],
        null,
        null);

    // Lifetime points reached the tier once; after it was lost, those of one period must.
    private static bool IsRegained(Draft draft, Tier tier) =>
        tier.Requalify is not { } requalify
        || !(tier.Level <= draft.LostTierLevel)
        || draft.EarnedIn(draft.Book.Calendar.PeriodOf(requalify.Period, draft.OccurredAt)) >= requalify.MinPoints;
}
