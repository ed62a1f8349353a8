using System.Text.Json;
using Laurel.Rewards;
using Laurel.Storage;

namespace Laurel.AspNetCore.Rewards;

/// <summary>What is left of a reward.</summary>
internal static class RewardAvailability
{
    /// <summary>The stock of a reward that was never given and has no codes.</summary>
    public static readonly RewardStock Untouched = new(Issued: 0, CodesTotal: 0, CodesFree: 0);

    /// <summary>How many can still be had; null = without bound.</summary>
    public static long? Of(CatalogueReward reward, RewardStock stock)
    {
        // A stock that was made smaller later may be below what was given.
        long? ofStock = reward.Stock is { } most ? Math.Max(0, most - stock.Issued) : null;
        return !reward.HasCodePool ? ofStock : ofStock < stock.CodesFree ? ofStock : stock.CodesFree;
    }

    /// <summary>Writes a number, or <c>null</c> for none.</summary>
    public static void WriteNumber(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
