using System.Text.Json;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>What happens reaches those who want it, signed. Source: semantics §10.</summary>
public sealed class DeliveryTests
{
    private const string Story =
        """
        {"point_rules":[{"code":"spend","event_name":"buy","amount":50,"expires_after":"P30D"}],
         "badges":[{"code":"first","name":"First","criteria":{"event_name":"buy","target":1}}],
         "challenges":[
           {"code":"week","name":"Week","schedule":{"rolling":"P7D"},"enrollment":"explicit",
            "objectives":[{"code":"one","event_name":"buy","target":1},{"code":"ten","event_name":"buy","target":10}]},
           {"code":"basket","name":"Basket","objectives":[{"code":"once","event_name":"buy","target":1}],"max_completions":2,"rewards":[{"type":"reward","code":"coupon"}]}],
         "streaks":[{"code":"daily","name":"Daily","event_name":"buy","period":"daily","freezes":{"earned_every":2,"stockpile_max":1},"milestones":[{"count":2,"rewards":[]}]}],
         "tiers":[{"code":"bronze","name":"Bronze","level":1,"criteria_config":{"min_points":0}},{"code":"silver","name":"Silver","level":2,"criteria_config":{"min_points":50}}],
         "rewards":[{"code":"coupon","name":"Coupon","type":"coupon","stock":100,"max_claims_per_participant":1},{"code":"mug","name":"Mug","type":"physical","points_cost":5}]}
        """;

    [Fact]
    public async Task Every_fact_of_every_type_is_delivered_once_and_signed_whoever_set_it_off()
    {
        await using var host = await WebhookHost.StartAsync(Story);
        var secret = WebhookHost.Secret();
        await host.SubscribeAsync("*", secrets: (secret, null));
        var enrolled = await host.Server.Test.PostAsync("/api/v1/gamify/challenges/week/enroll", """{"participant_id":"p"}""");
        Assert.True(enrolled.Status is 200 or 201, enrolled.ToString());
        await host.EmitAsync(1, name: "buy");
        await host.UntilNothingWaitsAsync();
        host.Server.Jump("2026-02-15T10:00:00Z");
        await host.EmitAsync(1, name: "buy");
        await host.UntilNothingWaitsAsync();

        // What the clock does: the challenge ends, the streak is frozen, then broken, the points expire.
        host.Server.Jump("2026-04-01T10:00:00Z");
        await ByHand.LiveAsync(host.Server.Test, "p");
        await host.UntilAsync("every type but the last came", () => host.Hooks.DistinctBy(hook => hook.Type).Count() == MessageTypes.All.Count - 1);
        await host.UntilNothingWaitsAsync();

        var facts = (await host.Server.Test.FactsAsync("p", "?page_size=100")).Json.GetProperty("facts").EnumerateArray().ToList();
        Assert.Equal(
            facts.Select(fact => fact.GetProperty("fact_id").GetString()).Order(StringComparer.Ordinal),
            host.Hooks.Select(hook => hook.Id).Order(StringComparer.Ordinal));
        Assert.All(host.Hooks, hook =>
        {
            Assert.True(hook.IsSignedBy(secret), $"{hook.Id} is not signed as it should be");
            Assert.Equal(hook.Id, hook.Json.GetProperty("id").GetString());
            Assert.Equal("test", hook.Json.GetProperty("environment").GetString());
            Assert.Equal("p", hook.Json.GetProperty("participant_id").GetString());
        });

        // What nobody's event set off has none.
        var ofEvents = facts.Where(fact => fact.GetProperty("event_id").ValueKind == JsonValueKind.String).Select(fact => fact.GetProperty("fact_id").GetString()).ToHashSet();
        Assert.All(host.Hooks, hook => Assert.Equal(
            ofEvents.Contains(hook.Id) ? JsonValueKind.Object : JsonValueKind.Null, hook.Json.GetProperty("data").GetProperty("event").ValueKind));

        // The last message of a participant names nobody any more.
        var erased = await host.Server.Test.DeleteAsync("/api/v1/gamify/admin/participants/p");
        Assert.True(erased.Status == 200, erased.ToString());
        await host.UntilAsync("the erasure is told", () => host.Hooks.Any(hook => hook.Type == FactKinds.ParticipantErased));
        var last = Assert.Single(host.Hooks, hook => hook.Type == FactKinds.ParticipantErased);
        Assert.Equal((erased["fact_id"], JsonValueKind.Null), (last.Id, last.Json.GetProperty("participant_id").ValueKind));
        Assert.True(last.IsSignedBy(secret));
        Assert.All(host.Server.Log, line => Assert.Contains("Back it up with the store", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_gets_the_types_that_it_asked_for_from_its_own_environment()
    {
        await using var host = await WebhookHost.StartAsync();
        await host.SubscribeAsync("points.*", "points");
        await host.SubscribeAsync("event.processed", "events");
        Expect.Processed(await host.Server.Live.PostEventAsync(Some.Event("p", "buy")));
        var ids = await host.EmitAsync(2, name: "buy");
        await host.UntilNothingWaitsAsync();

        Assert.Equal([FactKinds.PointsAwarded, FactKinds.PointsAwarded], host.Hooks.Where(hook => hook.Path == "points").Select(hook => hook.Type));
        Assert.Equal(
            ids.Order(StringComparer.Ordinal), host.Hooks.Where(hook => hook.Path == "events").Select(hook => hook.EventId!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task While_a_secret_is_rotated_both_sign_until_the_old_one_ends()
    {
        await using var host = await WebhookHost.StartAsync();
        var (old, young) = (WebhookHost.Secret(), WebhookHost.Secret());
        await host.SubscribeAsync("event.processed", "hook", (young, null), (old, host.Now.Plus(TimeSpan.FromHours(24))));
        await host.EmitAsync(1);
        await host.UntilNothingWaitsAsync();

        host.Server.Time.AdjustTime(host.Server.Time.GetUtcNow().AddHours(24));
        await host.EmitAsync(1);
        await host.UntilNothingWaitsAsync();

        Assert.True(host.Hooks[0].IsSignedBy(young, old));
        Assert.True(host.Hooks[1].IsSignedBy(young));
    }

    [Fact]
    public async Task What_waits_for_a_disabled_endpoint_is_held_and_goes_on_when_it_is_enabled()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        var other = await host.SubscribeAsync(name: "other");
        host.Receiver.Answer(500);
        await host.EmitAsync(1);
        await host.UntilAttemptsAsync(endpoint, 1);
        host.Receiver.Answer(200);
        await host.ChangeAsync(endpoint, current => current with { Status = EndpointStatus.Disabled, DisabledReason = "admin" });
        await host.EmitAsync(1, "q");
        await host.UntilAsync("the other endpoint has both", () => host.Hooks.Count(hook => hook.Path == "other") == 3);
        Assert.Equal(1, host.Hooks.Count(hook => hook.Path == "hook"));

        await host.ChangeAsync(endpoint, current => current with { Status = EndpointStatus.Enabled, DisabledReason = null });
        await host.UntilNothingWaitsAsync();

        // The one that was held; what happened while it was disabled is not for it.
        var hooks = host.Hooks.Where(hook => hook.Path == "hook").ToList();
        Assert.Equal(2, hooks.Count);
        Assert.Equal(hooks[0].Id, hooks[1].Id);
        Assert.Equal(2, (await host.AttemptsAsync(endpoint)).Count);
        Assert.NotNull(await host.ReadAsync(other));
    }

    [Fact]
    public async Task A_deleted_endpoint_gets_nothing_more_and_leaves_nothing_behind()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        await host.SubscribeAsync(name: "other");
        host.Receiver.AnswerAsync = (hook, _, _) => Task.FromResult(hook.Path == "hook" ? 500 : 200);
        await host.EmitAsync(3);
        await host.UntilAsync("it has failed", () => host.Hooks.Any(hook => hook.Path == "hook"));
        await host.UntilAttemptsAsync(endpoint, 1);
        await host.ChangeAsync(endpoint, current => current with { Status = EndpointStatus.Deleted });
        await host.UntilAsync("what it had is swept up", async () => (await host.AttemptsAsync(endpoint)).Count == 0);
        var before = host.Hooks.Count(hook => hook.Path == "hook");
        host.Receiver.Answer(200);
        await host.EmitAsync(3);
        await host.UntilAsync("the other endpoint has all", () => host.Hooks.Count(hook => hook.Path == "other") == 6);

        // What has come is not yet noted as delivered.
        await host.UntilNothingWaitsAsync();
        Assert.Equal(before, host.Hooks.Count(hook => hook.Path == "hook"));
        Assert.Empty((await host.Store.ReadBacklogAsync(CancellationToken.None)).Endpoints);
    }
}
