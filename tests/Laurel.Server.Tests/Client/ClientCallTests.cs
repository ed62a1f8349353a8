using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.Client;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Client;

/// <summary>Every call of the client once, against a real server, with its typed answer.</summary>
[Collection(OneServer.Name)]
public sealed class ClientCallTests(RunningServer server)
{
    private const string Program =
        """
        {
          "currencies": [{ "code": "points", "name": "Points" }],
          "point_rules": [{ "code": "spend", "event_name": "purchase_completed", "amount": { "property": "properties.amount", "multiply": 1, "round": "down" } }],
          "badges": [
            { "code": "first_purchase", "name": "First purchase", "rarity": "rare", "criteria": { "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 1 } },
            { "code": "helper", "name": "Helper" }
          ],
          "tiers": [
            { "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 1 } },
            { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 100 } },
            { "code": "guest", "name": "Guest", "level": 3, "award_type": "manual" }
          ],
          "streaks": [{ "code": "daily", "name": "Daily", "event_name": "login", "period": "daily" }],
          "challenges": [
            { "code": "welcome", "name": "Welcome", "objectives": [{ "code": "buy", "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 1 }],
              "rewards": [{ "type": "reward", "code": "coupon" }] },
            { "code": "week_one", "name": "Week one", "enrollment": "explicit", "schedule": { "rolling": "P7D" },
              "objectives": [{ "code": "buy", "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 5 }] }
          ],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "points_cost": 20, "code_pool": true }]
        }
        """;

    [Fact]
    public async Task Every_call_has_its_typed_answer_and_every_operation_of_participants_has_a_call()
    {
        var tenant = await server.NewTenantAsync();
        using var recorder = new Recorder(server);
        await using var made = ClientUnderTest.Of(server, tenant.Admin.Key, recorder);
        var (client, participant) = (made.Client, Some.Participant());

        await ProgramAsync(client);
        await EventsAsync(client, participant);
        await PointsAsync(client, participant);
        await LadderAsync(client, participant);
        await RewardsAsync(client, participant);
        await ParticipantsAsync(client, participant);

        Assert.Empty(await MissedAsync(recorder));
    }

    private static async Task ProgramAsync(LaurelClient client)
    {
        var program = JsonNode.Parse(Program)!.AsObject();

        var check = await client.Program.CheckAsync(program);
        var published = await client.Program.PublishAsync(program, onVersion: 0);
        var read = await client.Program.ReadAsync();
        var codes = await client.Rewards.AddCodesAsync("coupon", ["A", "B", "C", "C"]);
        var mismatch = await Assert.ThrowsAsync<LaurelException>(() => client.Program.PublishAsync(program, onVersion: 7));

        Assert.Equal((0, 1), (check.Version, published.Version));
        Assert.Contains(new DefinitionChange("badge", "helper", "added"), published.Changes);
        Assert.Equal((1, 2), ((int)read["version"]!, read["badges"]!.AsArray().Count));
        Assert.Equal((3, 1, 3L), (codes.Added, codes.Duplicates, codes.CodesFree));
        Assert.Equal((412, LaurelErrorCodes.ProgramVersionMismatch), (mismatch.Status, mismatch.Code));
    }

    private static async Task EventsAsync(LaurelClient client, string participant)
    {
        var bought = new EmitEvent(participant, "purchase_completed") { Properties = new JsonObject { ["amount"] = 49.99m }, Timestamp = DateTimeOffset.UtcNow, IdempotencyKey = Some.Key() };

        var tried = await client.Events.TryAsync(bought);
        var emitted = await client.Events.EmitAsync(bought);
        var again = await client.Events.EmitAsync(bought);
        var batch = await client.Events.EmitBatchAsync([new EmitEvent(participant, "login"), new EmitEvent(participant, "login")]);
        var trace = await client.Events.TraceAsync(emitted.EventId);
        var history = await client.Events.ListAsync(participant, "purchase_completed", DateOnly.MinValue, DateOnly.FromDateTime(DateTime.UtcNow).AddDays(1), pageSize: 10);

        Assert.Equal(tried.RewardsGranted.Count, emitted.RewardsGranted.Count);
        Assert.Contains(tried.Facts, fact => fact.Kind == "points.awarded");
        var points = Assert.Single(emitted.RewardsGranted.OfType<GrantedPoints>());
        Assert.Equal(("points", 49L, 49L, new GrantSource("point_rule", "spend")), (points.Currency, points.Amount, points.NewBalance, points.Source));
        Assert.Equal(("first_purchase", "rare"), emitted.RewardsGranted.OfType<GrantedBadge>().Select(badge => (badge.BadgeCode, badge.Rarity)).Single());
        Assert.Equal("A", Assert.Single(emitted.RewardsGranted.OfType<GrantedItem>()).CodeValue);
        Assert.Equal("welcome", Assert.Single(emitted.RewardsGranted.OfType<GrantedCompletion>()).ChallengeCode);
        Assert.Equal(("bronze", null), emitted.RewardsGranted.OfType<GrantedTier>().Select(tier => (tier.TierCode, tier.PreviousCode)).Single());
        Assert.Equal((false, true, emitted.EventId), (emitted.IsReplay, again.IsReplay, again.EventId));
        Assert.Equal((2, 0), (batch.Processed, batch.Failed));
        Assert.NotEqual(batch.Results[0].EventId, batch.Results[1].EventId);
        Assert.Contains(trace.Rules, rule => rule is { Type: "point_rule", Code: "spend", Fired: true, After: 49 });
        Assert.Equal((1, emitted.EventId, 49.99m), (history.Total, history.Events[0].Id, history.Events[0].Properties.GetProperty("amount").GetDecimal()));
    }

    private static async Task PointsAsync(LaurelClient client, string participant)
    {
        var awarded = await client.Points.AwardAsync(
            new AwardPoints(participant, 250) { Reason = "Sorry", Metadata = new JsonObject { ["ticket"] = "4711" }, ExpiresAt = DateTimeOffset.UtcNow.AddYears(1) });
        var deducted = await client.Points.DeductAsync(new DeductPoints(participant, 99));
        var batch = await client.Points.AwardBatchAsync([new AwardPoints(participant, 1), new AwardPoints(participant, 1) { Currency = "gems" }]);
        var balance = await client.Points.ReadAsync(participant);
        var ledger = await client.Points.ListTransactionsAsync(participant, pageSize: 3);

        Assert.Equal((250L, 299L, "silver", "bronze"), (awarded.Amount, awarded.NewBalance, awarded.TierUpgrade!.Code, awarded.TierUpgrade.PreviousCode));
        Assert.Equal((99L, 200L), (deducted.Amount, deducted.NewBalance));
        Assert.Equal((1, 1, 201L, LaurelErrorCodes.CurrencyNotFound), (batch.Processed, batch.Failed, batch.Results[0].NewBalance, batch.Results[1].Error!.Code));
        Assert.Equal((201L, 300L, 99L), (balance.Balance, balance.TotalEarned, balance.TotalSpent));
        Assert.Equal(new CurrencyTotals(201, 300, 99), balance.Currencies["points"]);
        Assert.Equal([1, -99, 250], ledger.Transactions.Select(line => line.Amount));
        Assert.Equal(("Sorry", "4711"), (ledger.Transactions[2].Reason, ledger.Transactions[2].Metadata!.Value.GetProperty("ticket").GetString()));
    }

    private static async Task LadderAsync(LaurelClient client, string participant)
    {
        var badge = await client.Badges.AwardAsync(new AwardBadge(participant, "helper"));
        var again = await client.Badges.AwardAsync(new AwardBadge(participant, "helper"));
        var badges = await client.Badges.ListAsync(participant, earnedOnly: true, badgeCodes: ["helper", "first_purchase"]);
        var assigned = await client.Tiers.AssignAsync(new AssignTier(participant, "guest") { Reason = "Visitor" });
        var tier = await client.Tiers.ReadAsync(participant);
        var streak = await client.Streaks.RecordAsync(new RecordStreak(participant, "daily") { Timestamp = DateTimeOffset.UtcNow });
        var streaks = await client.Streaks.ListAsync(participant);
        var enrolled = await client.Challenges.EnrollAsync("week_one", participant);
        var challenges = await client.Challenges.ListAsync(participant, "active");

        Assert.Equal((false, true, badge.EarnedAt), (badge.AlreadyEarned, again.AlreadyEarned, again.EarnedAt));
        Assert.Equal((2, 2), (badges.Total, badges.EarnedCount));
        Assert.Equal((new NamedTier("guest", "Guest", 3), "silver", true), (assigned.Tier, assigned.PreviousCode, assigned.Changed));
        Assert.Equal(("guest", 3), (tier.CurrentTier!.Code, tier.TierHistory.Count));
        Assert.Equal((1L, 1L), (streak.NewCount, streak.LongestCount));
        Assert.Equal(("daily", 1L), streaks.Streaks.Select(one => (one.Period, one.CurrentCount)).Single());
        Assert.Equal((false, enrolled.EnrolledAt.AddDays(7)), (enrolled.AlreadyEnrolled, enrolled.EndsAt));
        Assert.Equal(("week_one", 0m, 5m), challenges.Challenges.Select(one => (one.Code, one.Objectives[0].Current!.Value, one.Objectives[0].Target)).Single());
    }

    private static async Task RewardsAsync(LaurelClient client, string participant)
    {
        var shop = await client.Rewards.ListAsync("coupon");
        var paid = await client.Rewards.ClaimAsync("coupon", participant);
        var free = await client.Rewards.ClaimAsync("coupon", participant, pointsDeduction: false);
        var redeemed = await client.Rewards.RedeemAsync(free.ClaimId, "Order 4711");
        var cancelled = await client.Rewards.CancelAsync(paid.ClaimId);
        var read = await client.Rewards.ReadClaimAsync(free.ClaimId);
        var claims = await client.Rewards.ListClaimsAsync(participant);
        var stock = await client.Rewards.ReadStockAsync("coupon");
        var soldOut = await Assert.ThrowsAsync<LaurelException>(() => client.Rewards.ClaimAsync("coupon", participant));

        Assert.Equal((1, "coupon", 20L, 2L), (shop.Total, shop.Rewards[0].Id, shop.Rewards[0].PointsCost, shop.Rewards[0].AvailableCodes));
        Assert.Equal(("B", 20L, 181L, "issued"), (paid.CodeValue, paid.PointsDeducted, paid.NewBalance, paid.Status));
        Assert.Equal(("C", 0L), (free.CodeValue, free.PointsDeducted));
        Assert.Equal(("redeemed", 0L, "Order 4711"), (redeemed.Status, redeemed.PointsRefunded, read.Reason));
        Assert.Equal(("cancelled", 20L, 201L), (cancelled.Status, cancelled.PointsRefunded, cancelled.NewBalance));
        Assert.Equal((3, participant), (claims.Total, read.ParticipantId));
        Assert.Equal((3L, 0L, 0L), (stock.Issued, stock.Available, stock.CodesFree));
        Assert.Equal((409, LaurelErrorCodes.RewardOutOfStock), (soldOut.Status, soldOut.Code));
    }

    private static async Task ParticipantsAsync(LaurelClient client, string participant)
    {
        var upserted = await client.Participants.UpsertAsync(
            new UpsertParticipant(participant) { DisplayName = "Ada", AvatarUrl = "https://example.com/a.png", Attributes = new JsonObject { ["team"] = "red", ["vip"] = true } });
        var changed = await client.Participants.ChangeAsync(participant, new ParticipantChange { AvatarUrl = null, Attributes = new JsonObject { ["vip"] = null } });
        var read = await client.Participants.ReadAsync(participant);
        var state = await client.Participants.ReadStateAsync(participant);
        var part = await client.Participants.ReadStateAsync(participant, StateParts.Points | StateParts.Badges);
        var facts = await client.Participants.ListFactsAsync(participant, "points.refunded");
        var export = await client.Participants.ExportAsync(participant);
        var erased = await client.Participants.EraseAsync(participant);
        var gone = await Assert.ThrowsAsync<LaurelException>(() => client.Participants.ReadAsync(participant));

        Assert.Equal(("Ada", "https://example.com/a.png", "red"), (upserted.DisplayName, upserted.AvatarUrl, upserted.Attributes.GetProperty("team").GetString()));
        Assert.Equal(("Ada", null, """{"team":"red"}"""), (changed.DisplayName, changed.AvatarUrl, JsonSerializer.Serialize(read.Attributes)));
        Assert.Equal((3L, 2L, "guest"), (read.TotalEvents, read.RewardsClaimed, read.Tier!.Code));
        Assert.Equal((201L, "guest", 2, 2, 1, 3), (state.Points!.Balance, state.Tier!.CurrentTier!.Code, state.Badges!.Count, state.Challenges!.Count, state.Streaks!.Count, state.Rewards!.Count));
        Assert.Equal((201L, 2, true, true), (part.Points!.Balance, part.Badges!.Count, part.Tier is null, part.Rewards is null));
        Assert.Equal((1, "points.refunded"), (facts.Total, facts.Facts[0].Kind));
        Assert.Equal(participant, export.GetProperty("participant_id").GetString());
        Assert.Equal((true, 201L), (erased.Erased, erased.Totals.Points["points"].Balance));
        Assert.Equal(LaurelErrorCodes.ParticipantNotFound, gone.Code);
    }

    // The operations below /gamify, but for what administers, that no call was made of.
    private async Task<List<string>> MissedAsync(Recorder recorder)
    {
        var document = (await server.Anonymous.GetAsync("/openapi/v1.json")).Json;
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               where path.Name.StartsWith("/api/v1/gamify/", StringComparison.Ordinal) && !path.Name.StartsWith("/api/v1/gamify/admin/", StringComparison.Ordinal)
               from operation in path.Value.EnumerateObject()
               where !recorder.Tries.Exists(call => call.Method.Equals(operation.Name, StringComparison.OrdinalIgnoreCase) && Fits(path.Name, call.Path))
               select $"{operation.Name} {path.Name}",
        ];
    }

    private static bool Fits(string template, string path)
    {
        var (expected, actual) = (template.Split('/'), path.Split('/'));
        return expected.Length == actual.Length && expected.Zip(actual).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);
    }
}
