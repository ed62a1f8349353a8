using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>Points that were not spent in time leave the balance, a fact for each instant at which some expire.</summary>
internal static class PointExpiry
{
    /// <summary>Expires the first lot of a currency.</summary>
    public static void ApplyDue(Draft draft, LotBook book)
    {
        var lots = LotEvaluation.WithHead(book, draft.Parts);
        if (lots.Head.Length == 0)
        {
            // To be loaded first; or gone from the store, and then nothing may go on as if it were there.
            _ = draft.Parts.Missing.Count > 0 ? 0 : throw new InvalidOperationException($"The lots of {book.Currency} that expire first are missing from the participant's parts.");
            return;
        }

        var amount = lots.Head[0].Amount;
        draft.SetLots(lots with { Head = lots.Head[1..] });
        var balance = draft.ExpirePoints(book.Currency, amount);
        draft.Add(new PointsExpired(draft.NextPlace, draft.Cause, new GrantSource("currency", book.Currency), book.Currency, amount, balance));
    }
}
