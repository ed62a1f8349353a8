using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Laurel.Core.Tests.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Tenants;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>A customer's first weeks in a shop, in which every type of message is sent.</summary>
internal static class Story
{
    private const string Program =
        """
        {"currencies":[{"code":"points"}],
         "point_rules":[{"code":"spend","event_name":"purchase_completed","amount":{"property":"properties.amount","round":"down"},"expires_after":"P30D"}],
         "badges":[{"code":"first_purchase","name":"First purchase","rarity":"common","criteria":{"event_name":"purchase_completed","target":1}}],
         "challenges":[
           {"code":"first_week","name":"First week","schedule":{"rolling":"P7D"},"enrollment":"explicit",
            "objectives":[{"code":"buy_one","event_name":"purchase_completed","target":1},{"code":"buy_ten","event_name":"purchase_completed","target":10}]},
           {"code":"big_basket","name":"Big basket",
            "objectives":[{"code":"spend_40","event_name":"purchase_completed","metric":{"type":"sum","property":"properties.amount"},"target":40}],
            "max_completions":2,"rewards":[{"type":"reward","code":"coupon10"}]}],
         "streaks":[{"code":"daily_shopper","name":"Daily shopper","event_name":"purchase_completed","period":"daily","freezes":{"earned_every":2,"stockpile_max":1},"milestones":[{"count":2,"rewards":[]}]}],
         "tiers":[{"code":"bronze","name":"Bronze","level":1,"criteria_config":{"min_points":0}},{"code":"silver","name":"Silver","level":2,"criteria_config":{"min_points":50}}],
         "rewards":[{"code":"coupon10","name":"10 % off","type":"coupon","code_pool":true,"max_claims_per_participant":1},{"code":"mug","name":"Mug","type":"physical","points_cost":30}]}
        """;

    private static readonly EnvironmentKey Live = EnvironmentKey.Of(tenantKey: 1, live: true);

    /// <summary>The first message of each type, the bytes that are sent, in the order of <see cref="MessageTypes.All"/>, then the test.</summary>
    public static IReadOnlyDictionary<string, byte[]> Bodies { get; } = Tell();

    /// <summary>A message as people read it.</summary>
    public static string Indented(byte[] body)
    {
        using var message = JsonDocument.Parse(body);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" }))
        {
            message.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    // One mug is used, another is taken back.
    private static void Shop(SimulatedParticipant customer)
    {
        var at = SimulatedParticipant.At("2026-04-02T12:00:00Z");
        customer.Run(new AwardPointsInput(default, null, 100, "Welcome back", null, null, default), at);
        foreach (var isRedeemed in (bool[])[true, false])
        {
            var claimed = customer.Run(new ClaimRewardInput(default, "mug", IsPaid: true, default), at);
            var claim = new IssuedClaim(DerivedFact.IdOf(customer.Log[^1].Input.Id, claimed.Facts.OfType<RewardClaimed>().Single().Place), "mug", "Mug", "physical", "points", 30);
            customer.Run(isRedeemed ? new RedeemClaimInput(default, claim, "Order A-1003", default) : new CancelClaimInput(default, claim, "Broken", default), at);
        }
    }

    private static Dictionary<string, byte[]> Tell()
    {
        var first = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var customer = new SimulatedParticipant(Kept.Book(Program))
        {
            Stock = { ["coupon10"] = 100 },
            Judged = judged =>
            {
                var source = Messages.SourceOf(judged, Live, judged.Decision.State.IsErased ? null : "user_42");
                if (source.EventName is not null)
                {
                    first.TryAdd(MessageTypes.EventProcessed, Messages.Render(source, WebhookPayload.OwnPlace));
                }

                foreach (var fact in judged.Decision.Facts)
                {
                    first.TryAdd(fact.Kind, Messages.Render(source, fact.Place));
                }
            },
        };
        customer.Enroll("first_week", "2026-02-14T09:00:00Z");
        customer.Emit("purchase_completed", """{"amount":49.90,"currency":"EUR","order":"A-1001"}""", "2026-02-14T10:00:00.25Z");
        customer.Emit("purchase_completed", """{"amount":42.00,"currency":"EUR","order":"A-1002"}""", "2026-02-15T18:30:00Z");
        customer.PassTime("2026-04-01");
        Shop(customer);
        customer.Run(new UpdateProfileInput(default, """{"display_name":"Ada","attributes":{"plan":"pro"}}""", IsPatch: false, default), "2026-04-02T09:00:00Z");
        customer.Run(new EraseInput(default, default), "2026-04-03T09:00:00Z");

        var tried = SimulatedParticipant.At("2026-02-14T08:00:00Z");
        first.Add(MessageTypes.Test, Messages.RenderTest(FactId.StartOfBlock(tried, 1), tried, Live, "01KHDX4D00WEBH00K000000000"));
        return first;
    }
}
