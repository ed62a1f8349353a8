using System.Text.Json.Nodes;
using Laurel.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.Server.Tests.Client;

/// <summary>The code that the package's README shows, compiled, and run by <see cref="ReadmeTests"/>.</summary>
internal static class ReadmeSnippets
{
    public static void Register(IServiceCollection services, Uri address, string key)
    {
        services.AddLaurelClient(options =>
        {
            options.Address = address;
            options.ApiKey = key;
        });
    }

    public static async Task<List<string>> BuyAsync(LaurelClient laurel, string participantId, string orderId, decimal amount)
    {
        var earned = await laurel.Events.EmitAsync(new EmitEvent(participantId, "purchase_completed")
        {
            Properties = new JsonObject { ["amount"] = amount, ["currency"] = "USD" },
            IdempotencyKey = $"order-{orderId}",
        });

        var toasts = new List<string>();
        foreach (var reward in earned.RewardsGranted)
        {
            toasts.Add(reward switch
            {
                GrantedPoints points => $"+{points.Amount} {points.Currency}, now {points.NewBalance}",
                GrantedBadge badge => $"Badge: {badge.BadgeName} ({badge.Rarity})",
                GrantedTier tier => $"Welcome to {tier.TierName}",
                GrantedItem item => $"{item.RewardName}: {item.CodeValue}",
                _ => "Something new",
            });
        }

        return toasts;
    }

    public static async Task<string> SpendAsync(LaurelClient laurel, string participantId, long points)
    {
        try
        {
            var spent = await laurel.Points.DeductAsync(new DeductPoints(participantId, points) { Reason = "Sticker sheet" });
            return $"{spent.NewBalance} left";
        }
        catch (LaurelException fault) when (fault.Code == LaurelErrorCodes.InsufficientPoints)
        {
            return fault.Detail;
        }
        catch (LaurelException fault) when (fault.IsOutcomeUnknown)
        {
            // Keep the key, and make the same call with it later: it counts once.
            return $"To be repeated under {fault.IdempotencyKey}";
        }
    }
}
