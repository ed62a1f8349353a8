using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Webhooks;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Receivers that know nothing of Laurel, built on packages of others, believe what a real server sends, and nothing else.</summary>
public sealed class NpmReceiverTests : IAsyncLifetime
{
    private const string Webhooks = "/api/v1/gamify/admin/webhooks";

    // 33 facts each: 1,023 messages.
    private const int Participants = 31;

    private readonly LaurelServer _server = new();
    private NodeReceiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await NodeReceiver.StartAsync();
        _server.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (_receiver is not null)
        {
            await _receiver.DisposeAsync();
        }
    }

    [Fact]
    public async Task Standardwebhooks_and_svix_believe_1000_messages_of_all_types_and_none_with_one_bit_flipped()
    {
        var tenant = await TestTenant.CreateAsync(_server.Operator, _server.Test);
        var webhook = await CreateAsync(tenant, "all");
        await _receiver.TellSecretsAsync("all", webhook["secret"]!);

        await LiveThroughAsync(tenant);
        var tried = await tenant.Admin.PostAsync($"{Webhooks}/{webhook["webhook_id"]}/test", "{}");
        Assert.True(tried.Status == 200, tried.ToString());
        var facts = await FactsAsync(tenant);
        await ReceivedAsync("all", [.. facts.Keys, tried["message_id"]!]);

        // An erasure takes along what still waits to be sent, so it comes once all was.
        var erased = await tenant.Admin.DeleteAsync($"/api/v1/gamify/admin/participants/{NameOf(0)}");
        Assert.True(erased.Status == 200, erased.ToString());
        facts.Add(erased["fact_id"]!, FactKinds.ParticipantErased);
        var received = await ReceivedAsync("all", [.. facts.Keys, tried["message_id"]!]);

        Assert.All(received, verdict => Believed(verdict, true));
        Assert.All(received.Where(verdict => verdict.Type != MessageTypes.Test), verdict => Assert.Equal(facts[verdict.Message.Id], verdict.Type));
        Assert.Equal([.. MessageTypes.All.Order(StringComparer.Ordinal), MessageTypes.Test], received.Select(verdict => verdict.Type!).Distinct().Order(StringComparer.Ordinal));
        Assert.InRange(received.Count, 1000, int.MaxValue);
        await RefuseFlippedAsync([.. received.Select(verdict => verdict.Message)], webhook["secret"]!);
    }

    [Fact]
    public async Task After_a_rotation_both_packages_believe_the_new_secret_and_the_old_one_and_no_third()
    {
        var tenant = await TestTenant.CreateAsync(_server.Operator, _server.Test);
        var (given, stranger) = (SecretOf(length: 24), SecretOf(length: 64));
        var webhook = await CreateAsync(tenant, "rotated", given);
        Assert.Equal(given, webhook["secret"]);
        await _receiver.TellSecretsAsync("rotated", given, stranger);
        var before = await EmittedAsync(tenant);
        Assert.All(await ReceivedAsync("rotated", [before]), verdict => Believed(verdict, true, false));

        var rotated = await tenant.Admin.PostAsync($"{Webhooks}/{webhook["webhook_id"]}/rotate-secret", "{}");
        Assert.True(rotated.Status == 200, rotated.ToString());
        var made = rotated["secret"]!;
        Assert.NotEqual(given, made);
        await _receiver.TellSecretsAsync("rotated", given, stranger, made);

        string[] after = [await EmittedAsync(tenant), await EmittedAsync(tenant)];
        Assert.All((await ReceivedAsync("rotated", after)).Where(verdict => verdict.Message.Id != before), verdict => Believed(verdict, true, false, true));
    }

    // Each message is sent again as it came, which shows that the way there changes nothing, and then with one bit flipped.
    private async Task RefuseFlippedAsync(IReadOnlyList<SignedMessage> messages, string secret)
    {
        await _receiver.TellSecretsAsync("again", secret);
        var random = new Random(Counts.Seed);
        var flipped = messages.Select((message, number) => (Genuine: message, Flipped: FlippedBit.In(message, number, random))).ToList();
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(flipped, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (pair, _) =>
        {
            var (status, verdict) = await _receiver.SendAsync("again", pair.Genuine);
            if (status != 200 || verdict.Standard[0] is not null || verdict.Svix[0] is not null)
            {
                wrong.Enqueue($"not believed when sent again: {pair.Genuine}");
            }

            (status, verdict) = await _receiver.SendAsync("again", pair.Flipped.Message);
            if (status != 401 || !IsRefusal(pair.Flipped.What, verdict.Standard[0]) || !IsRefusal(pair.Flipped.What, verdict.Svix[0]))
            {
                wrong.Enqueue($"with a bit of its {pair.Flipped.What} flipped '{verdict.Standard[0]}' and '{verdict.Svix[0]}': {pair.Flipped.Message}");
            }
        });

        Assert.Empty(wrong);
        Assert.InRange(flipped.Count, 1000, int.MaxValue);
    }

    // By the signature. A timestamp may be refused for its age before that.
    private static bool IsRefusal(string flipped, string? fault) =>
        fault is not null && (fault.EndsWith("No matching signature found", StringComparison.Ordinal) || flipped == "timestamp");

    // What the clock does needs days, which a real server does not wait for: the events are of days ago, and grace keeps their streak alive until it is taken away.
    private static async Task LiveThroughAsync(TestTenant tenant)
    {
        await tenant.PublishAsync(Program(gracePeriods: 7));
        var names = Enumerable.Range(0, Participants).Select(NameOf).ToList();
        var enrolled = await Task.WhenAll(names.Select(name => tenant.Participant.PostAsync("/api/v1/gamify/challenges/by_hand/enroll", $$"""{"participant_id":"{{name}}"}""")));
        Assert.All(enrolled, reply => Assert.True(reply.Status == 200, reply.ToString()));
        var today = DateTime.UtcNow.Date;
        foreach (var (daysAgo, properties) in ((int, string)[])[(5, """{"amount":49.90,"order":"Ä-1001 \ud83c\udf81 <&>"}"""), (4, """{"amount":4.2E1,"note":"'\"\\/\u0007"}""")])
        {
            var timestamp = today.AddDays(-daysAgo).ToString("yyyy-MM-dd'T'10:00:00'Z'", CultureInfo.InvariantCulture);
            var reply = await tenant.Participant.PostBatchAsync(names.Select(name => Some.Event(name, "purchase_completed", properties, timestamp)));
            Assert.True(reply.Status == 200, reply.ToString());
            Assert.All(reply.Json.GetProperty("results").EnumerateArray(), result => Assert.Equal("processed", result.GetProperty("status").GetString()));
        }

        await Task.WhenAll(names.Select(name => ByHand.LiveAsync(tenant.Admin, name)));
        await tenant.PublishAsync(Program(gracePeriods: 0));
    }

    // Every fact of every participant, once all of all kinds are there: id → type.
    private static async Task<Dictionary<string, string>> FactsAsync(TestTenant tenant)
    {
        const int FactsOfEach = 33;
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; number < Participants; number++)
        {
            Reply page = null!;
            await Wait.UntilAsync($"{NameOf(number)} has lived through everything; so far: {page}", async () =>
            {
                page = await tenant.Admin.FactsAsync(NameOf(number), "?page_size=100");
                return page.Json.GetProperty("total").GetInt32() == FactsOfEach;
            });
            foreach (var fact in page.Json.GetProperty("facts").EnumerateArray())
            {
                var kind = fact.GetProperty("kind").GetString()!;
                types.Add(fact.GetProperty("fact_id").GetString()!, kind == "event" ? MessageTypes.EventProcessed : kind);
            }
        }

        return types;
    }

    /// <summary>What has arrived, once all of <paramref name="ids"/> have. A message may come twice.</summary>
    private async Task<IReadOnlyList<PackageVerdict>> ReceivedAsync(string name, string[] ids)
    {
        var received = new List<PackageVerdict>();
        var missing = ids.ToHashSet(StringComparer.Ordinal);
        await Wait.UntilAsync($"{ids.Length} messages have arrived", async () =>
        {
            foreach (var verdict in await _receiver.VerdictsAsync(name, from: received.Count))
            {
                received.Add(verdict);
                missing.Remove(verdict.Message.Id);
            }

            return missing.Count == 0;
        });
        return received;
    }

    private async Task<Reply> CreateAsync(TestTenant tenant, string name, string? secret = null)
    {
        var body = new Dictionary<string, object> { ["url"] = _receiver.UrlOf(name), ["event_types"] = new[] { "*" } };
        if (secret is not null)
        {
            body.Add("secret", secret);
        }

        var reply = await tenant.Admin.PostAsync(Webhooks, JsonSerializer.Serialize(body));
        Assert.True(reply.Status == 201, reply.ToString());
        return reply;
    }

    private static async Task<string> EmittedAsync(TestTenant tenant)
    {
        var reply = await tenant.Participant.PostEventAsync(Some.Event(Some.Participant()));
        Expect.Processed(reply);
        return reply["fact_id"]!;
    }

    // Both packages agree on each secret.
    private static void Believed(PackageVerdict verdict, params bool[] bySecret)
    {
        Assert.True(bySecret.SequenceEqual(verdict.Standard.Select(fault => fault is null)), $"standardwebhooks: {string.Join(" | ", verdict.Standard)}: {verdict.Message}");
        Assert.True(bySecret.SequenceEqual(verdict.Svix.Select(fault => fault is null)), $"svix: {string.Join(" | ", verdict.Svix)}: {verdict.Message}");
    }

    private static string SecretOf(int length) => WebhookSecret.Of([.. Enumerable.Range(0, length).Select(value => (byte)(255 - (value * 3)))]).ToString();

    private static string NameOf(int number) => $"user_{number}";

    private static string Program(int gracePeriods) =>
        $$"""
        {
          "currencies": [{ "code": "points" }],
          "point_rules": [{ "code": "spend", "event_name": "purchase_completed", "amount": { "property": "properties.amount", "round": "down" }, "expires_after": "P3D" }],
          "badges": [{ "code": "first_purchase", "name": "First purchase ✓", "criteria": { "event_name": "purchase_completed", "target": 1 } }],
          "challenges": [
            { "code": "two_days", "name": "Two days", "schedule": { "rolling": "P2D" }, "objectives": [
              { "code": "buy_one", "event_name": "purchase_completed", "target": 1 }, { "code": "buy_ten", "event_name": "purchase_completed", "target": 10 }] },
            { "code": "by_hand", "name": "By hand", "enrollment": "explicit", "objectives": [{ "code": "buy_much", "event_name": "purchase_completed", "target": 100 }] },
            { "code": "big_basket", "name": "Big basket", "max_completions": 2, "rewards": [{ "type": "reward", "code": "coupon" }], "objectives": [
              { "code": "spend_40", "event_name": "purchase_completed", "metric": { "type": "sum", "property": "properties.amount" }, "target": 40 }] }],
          "streaks": [{ "code": "daily", "name": "Daily", "event_name": "purchase_completed", "period": "daily", "grace_periods": {{gracePeriods}},
            "freezes": { "earned_every": 2, "stockpile_max": 1 }, "milestones": [{ "count": 2, "rewards": [] }] }],
          "tiers": [{ "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 0 } }, { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 50 } }],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "max_claims_per_participant": 1 }, { "code": "mug", "name": "Mug", "type": "physical", "points_cost": 5 }]
        }
        """;
}
