namespace Laurel.Benchmarks.Evaluation;

/// <summary>
/// The ten rules of <c>program.json</c> as somebody would write them in C# for this one program: what evaluation costs where nothing is configurable.
/// </summary>
internal static class HandCodedRules
{
    public static readonly Func<Purchase, long>[] All =
    [
        static _ => 5,
        static purchase => purchase.Currency == "USD" ? (long)Math.Min(500, decimal.Floor(purchase.Amount)) : 0,
        static purchase => purchase is { Amount: >= 20, Refund: not true } ? 10 : 0,
        static purchase => purchase.Currency == "EUR" ? 7 : 0,
        static purchase => purchase.Amount >= 100 ? 50 : 0,
        static purchase => purchase.ProductId is "prod_one" or "prod_two" or "prod_three" or "prod_four" or "prod_five" ? 15 : 0,
        static purchase => purchase.ProductId.StartsWith("gift_", StringComparison.Ordinal) ? 20 : 0,
        static purchase => purchase.Coupon is not null ? 3 : 0,
        static purchase => purchase.Currency is "GBP" or "CHF" || purchase.Amount < 1 ? 2 : 0,
        static purchase => purchase.Refund == true ? 1 : 0,
    ];

    /// <summary>Applies every rule to <paramref name="purchase"/>; returns the new state and what was granted.</summary>
    public static (Account After, List<Grant> Grants) Apply(Account account, Purchase purchase)
    {
        var grants = new List<Grant>(4);
        var balance = account.Balance;
        for (var rule = 0; rule < All.Length; rule++)
        {
            var points = All[rule](purchase);
            if (points > 0)
            {
                balance += points;
                grants.Add(new Grant(rule, points, balance));
            }
        }

        return (new Account(account.Events + 1, balance), grants);
    }
}

/// <summary>Properties, parsed for good.</summary>
internal sealed record Purchase(decimal Amount, string Currency, string ProductId, string? Coupon, bool? Refund);

/// <summary>State of a participant.</summary>
internal sealed record Account(long Events, long Balance);

/// <summary>Points that a rule gave, and the balance after them.</summary>
internal sealed record Grant(int Rule, long Points, long NewBalance);
