using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>
/// What happens to a participant because time passes: points expire, streaks use freezes and break, challenges end, tiers are checked. Each at the time it was
/// due, in that order where several were due at once. Source: semantics §7 "The clock".
/// </summary>
internal static class Clock
{
    /// <summary>The next transition; null where nothing waits.</summary>
    public static Timestamp? NextDue(RuleBook book, ParticipantState state)
    {
        Timestamp? next = null;
        foreach (var lots in state.Lots)
        {
            next = Earlier(next, lots.NextExpiry);
        }

        foreach (var held in state.Streaks)
        {
            next = book.FindActiveStreak(held.Code) is { } streak ? Earlier(next, StreakEvaluation.NextDue(book, streak, held)) : next;
        }

        foreach (var held in state.Challenges)
        {
            next = book.FindActiveChallenge(held.Code) is { } challenge ? Earlier(next, ChallengeClock.NextDue(book, challenge, held)) : next;
        }

        return Earlier(next, TierEvaluation.NextDue(book, state.Tier));
    }

    /// <summary>The state with the time of its next transition under <paramref name="book"/>.</summary>
    public static ParticipantState WithDue(RuleBook book, ParticipantState state, bool isChanged) =>
        !isChanged && state.DueVersion == book.Version ? state : state with { DueAt = NextDue(book, state), DueVersion = book.Version };

    /// <summary>Applies the next transition that is due; false where none is, or where the input has no room for its facts.</summary>
    public static bool ApplyNext(Draft draft)
    {
        var book = draft.Book;
        Timestamp? next = null;
        Action? apply = null;
        foreach (var lots in draft.Lots)
        {
            Consider(lots.NextExpiry, () => PointExpiry.ApplyDue(draft, lots));
        }

        foreach (var held in draft.Streaks)
        {
            if (book.FindActiveStreak(held.Code) is { } streak)
            {
                Consider(StreakEvaluation.NextDue(book, streak, held), () => StreakEvaluation.ApplyDue(draft, streak, held));
            }
        }

        foreach (var held in draft.Challenges)
        {
            if (book.FindActiveChallenge(held.Code) is { } challenge)
            {
                Consider(ChallengeClock.NextDue(book, challenge, held), () => ChallengeClock.ApplyDue(draft, challenge, held));
            }
        }

        Consider(TierEvaluation.NextDue(book, draft.Tier), () => TierEvaluation.ApplyDue(draft));
        if (apply is null || next > draft.Until || draft.Facts.Count >= Draft.MaxFacts / 2)
        {
            return false;
        }

        draft.MoveTo(next!.Value);
        apply();
        return true;

        void Consider(Timestamp? due, Action transition)
        {
            if (IsBefore(due, next))
            {
                (next, apply) = (due, transition);
            }
        }
    }

    private static Timestamp? Earlier(Timestamp? one, Timestamp? other) => IsBefore(other, one) ? other : one;

    // The end of time never comes: what is due then is not due, or a tier would be checked for ever.
    private static bool IsBefore(Timestamp? due, Timestamp? next) => due < Timestamp.MaxValue && !(due >= next);
}
