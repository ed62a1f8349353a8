using System.Text.Json;

namespace Laurel.Bench.EfCore;

/// <summary>The ten rules of <c>program.json</c>, by hand.</summary>
internal static class Rules
{
    /// <summary>What an event named <paramref name="eventName"/> earns, rule by rule.</summary>
    public static IEnumerable<(string Rule, long Points)> Apply(string eventName, JsonElement properties)
    {
        if (eventName != "purchase_completed")
        {
            yield break;
        }

        var amount = properties.TryGetProperty("amount", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDecimal() : (decimal?)null;
        var currency = Text(properties, "currency");
        var product = Text(properties, "product_id");
        var refund = properties.TryGetProperty("refund", out var flag) && flag.ValueKind == JsonValueKind.True;

        yield return ("any_purchase", 5);
        if (currency == "USD" && amount is >= 1)
        {
            yield return ("spend", (long)Math.Min(500, decimal.Floor(amount.Value)));
        }

        if (amount >= 20 && !refund)
        {
            yield return ("worthwhile", 10);
        }

        if (currency == "EUR")
        {
            yield return ("euro", 7);
        }

        if (amount >= 100)
        {
            yield return ("large", 50);
        }

        if (product is "prod_one" or "prod_two" or "prod_three" or "prod_four" or "prod_five")
        {
            yield return ("featured", 15);
        }

        if (product?.StartsWith("gift_", StringComparison.Ordinal) == true)
        {
            yield return ("gift", 20);
        }

        if (properties.TryGetProperty("coupon", out _))
        {
            yield return ("coupon", 3);
        }

        if (currency is "GBP" or "CHF" || amount < 1)
        {
            yield return ("small_or_foreign", 2);
        }

        if (refund)
        {
            yield return ("returned", 1);
        }
    }

    private static string? Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
