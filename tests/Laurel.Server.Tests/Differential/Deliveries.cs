using System.Text;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.Server.Tests.Differential;

/// <summary>What a dispatcher does to a store, without any request: who gets what is drawn, so that attempts, retries and dead letters come about alike in two stores.</summary>
internal static class Deliveries
{
    private static readonly Dictionary<int, int> NoRooms = [];

    /// <summary>One round; answers what was spread and claimed. The store's own numbers of endpoints and inputs are left out, and so is the order among endpoints.</summary>
    public static async Task<string> RunAsync(IWebhookStore webhooks, Timestamp now, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder().Append("purged ").Append(await webhooks.PurgeAsync(now.Plus(TimeSpan.FromDays(-3)), 10_000, default));
        text.Append(", spread ").Append(await webhooks.SpreadOutboxAsync(10_000, default)).AppendLine();
        var claimed = await webhooks.ClaimAsync(new DeliveryClaim(now, now.Plus(TimeSpan.FromMinutes(1)), Room: 10_000, NoRooms, Limit: 100_000), default);
        var results = new List<DeliveryResult>();
        var failingSince = new Dictionary<int, Timestamp?>();
        foreach (var delivery in claimed.Deliveries.OrderBy(delivery => claimed.Endpoints[delivery.Name.EndpointKey].Id, StringComparer.Ordinal))
        {
            var endpoint = claimed.Endpoints[delivery.Name.EndpointKey];
            text.AppendLine($"{endpoint.Id} r{endpoint.Revision} {endpoint.Status}: {delivery.Participant.Id} {delivery.Input.EventId} {delivery.Name.Place}, {delivery.Attempts} before, queued {delivery.QueuedAt}, until {delivery.LeaseUntil}");

            // Some stay leased, as when a node dies.
            if (random.Next(8) > 0)
            {
                var result = Draw(random, delivery, now);
                results.Add(result);
                failingSince[delivery.Name.EndpointKey] = result.Fate == DeliveryFate.Delivered ? null : now;
            }
        }

        await webhooks.CompleteAsync(new DeliveryResults(results, Others: [], failingSince), default);
        return text.ToString();
    }

    private static DeliveryResult Draw(Random random, ClaimedDelivery delivery, Timestamp now)
    {
        var fate = random.Next(10) switch { < 4 => DeliveryFate.Delivered, < 7 => DeliveryFate.Later, < 9 => DeliveryFate.Dead, _ => DeliveryFate.Released };
        var outcome = fate switch { DeliveryFate.Delivered => "delivered", DeliveryFate.Later => "failed", _ => "dead" };
        var isAnswered = random.Next(3) > 0;
        var attempt = new WebhookAttempt(
            delivery.Name.EndpointKey,
            delivery.Input.EventId.Plus(delivery.Name.Place + 2),
            delivery.Name.Place < 0 ? "event.processed" : "points.awarded",
            delivery.Attempts + 1,
            now,
            random.Next(900),
            outcome,
            isAnswered ? 200 + random.Next(300) : null,
            isAnswered ? null : "größe 🎉",
            isAnswered ? Encoding.UTF8.GetBytes("ok é") : default);
        return new DeliveryResult(delivery.Name, delivery.LeaseUntil, fate, now.Plus(TimeSpan.FromMinutes(random.Next(1, 600))), fate == DeliveryFate.Released ? null : attempt);
    }
}
