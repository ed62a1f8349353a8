using System.Globalization;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.AspNetCore.Verification;

/// <summary>Adds up what a participant's facts say of its points, currency by currency, to hold the sums against the balances.</summary>
internal sealed class PointSums
{
    private readonly Dictionary<string, Sum> _sums = new(StringComparer.Ordinal);

    public void Add(IReadOnlyList<DerivedFact> facts)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            switch (facts[i])
            {
                case PointsAwarded awarded:
                    Add(awarded.Currency, new Sum(awarded.Amount, 0, 0));
                    break;
                case PointsDeducted deducted:
                    Add(deducted.Currency, new Sum(0, deducted.Amount, 0));
                    break;
                case PointsRefunded refunded:
                    Add(refunded.Currency, new Sum(0, -refunded.Amount, 0));
                    break;
                case PointsExpired expired:
                    Add(expired.Currency, new Sum(0, 0, expired.Amount));
                    break;
            }
        }
    }

    /// <summary>Currencies whose sum and balance differ, with both as texts.</summary>
    public IEnumerable<(string Currency, string Expected, string Actual)> Compare(ParticipantState state)
    {
        foreach (var currency in _sums.Keys.Union(state.Balances.Select(balance => balance.Currency), StringComparer.Ordinal))
        {
            var sum = _sums.GetValueOrDefault(currency);
            var balance = state.BalanceOf(currency);
            if (balance.Earned != sum.Earned || balance.Spent != sum.Spent || balance.Current != sum.Earned - sum.Spent - sum.Expired)
            {
                yield return (currency, Text(sum.Earned - sum.Spent - sum.Expired, sum.Earned, sum.Spent), Text(balance.Current, balance.Earned, balance.Spent));
            }
        }
    }

    private void Add(string currency, Sum more)
    {
        var sum = _sums.GetValueOrDefault(currency);
        _sums[currency] = new Sum(sum.Earned + more.Earned, sum.Spent + more.Spent, sum.Expired + more.Expired);
    }

    private static string Text(Int128 current, Int128 earned, Int128 spent) =>
        string.Create(CultureInfo.InvariantCulture, $"{current} of {earned} earned, {spent} spent");

    private readonly record struct Sum(Int128 Earned, Int128 Spent, Int128 Expired);
}
