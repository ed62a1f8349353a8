using System.Globalization;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.AspNetCore.Verification;

/// <summary>Adds up what a participant's facts say of its points, currency by currency, to hold the sums against the balances.</summary>
internal sealed class PointSums
{
    private readonly Dictionary<string, (Int128 Earned, Int128 Lost)> _sums = new(StringComparer.Ordinal);

    public void Add(IReadOnlyList<DerivedFact> facts)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i] is PointsAwarded awarded)
            {
                var (earned, lost) = _sums.GetValueOrDefault(awarded.Currency);
                _sums[awarded.Currency] = (earned + awarded.Amount, lost);
            }
            else if (facts[i] is PointsExpired expired)
            {
                var (earned, lost) = _sums.GetValueOrDefault(expired.Currency);
                _sums[expired.Currency] = (earned, lost + expired.Amount);
            }
        }
    }

    /// <summary>Currencies whose sum and balance differ, with both as texts.</summary>
    public IEnumerable<(string Currency, string Expected, string Actual)> Compare(ParticipantState state)
    {
        foreach (var currency in _sums.Keys.Union(state.Balances.Select(balance => balance.Currency), StringComparer.Ordinal))
        {
            var (earned, lost) = _sums.GetValueOrDefault(currency);
            var balance = state.BalanceOf(currency);
            if (balance.Earned != earned || balance.Current != earned - lost)
            {
                yield return (currency, Text(earned - lost, earned), Text(balance.Current, balance.Earned));
            }
        }
    }

    private static string Text(Int128 current, Int128 earned) => string.Create(CultureInfo.InvariantCulture, $"{current} of {earned} earned");
}
