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
            return;
        }

        var amount = lots.Head[0].Amount;
        draft.SetLots(lots with { Head = lots.Head[1..] });
        var balance = draft.ExpirePoints(book.Currency, amount);
        draft.Add(new PointsExpired(draft.NextPlace, draft.Cause, new GrantSource("currency", book.Currency), book.Currency, amount, balance));
    }
}
