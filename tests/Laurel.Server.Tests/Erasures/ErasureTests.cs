using System.Text.Json;
using Laurel.Server.Tests.Contract;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Webhooks;

namespace Laurel.Server.Tests.Erasures;

/// <summary>Erasing a participant, exporting one, and emptying an environment, as callers see it.</summary>
public sealed class ErasureTests(WebhookServer server) : IClassFixture<WebhookServer>
{
    private const string Program =
        """
        {
          "point_rules": [{ "code": "p", "event_name": "buy", "amount": 10 }, { "code": "e", "event_name": "participant.erased", "amount": 1000 }],
          "challenges": [{ "code": "c", "objectives": [{ "code": "o", "event_name": "buy", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] }],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true }]
        }
        """;

    private const string Reset = "/api/v1/gamify/admin/environment/reset";
    private const string Confirmed = """{"confirm":"reset"}""";

    [Fact]
    public async Task Who_was_erased_is_unknown_everywhere_and_totals_stay()
    {
        var tenant = await PlayedAsync();
        var erased = await tenant.Admin.DeleteAsync(PathOf("ann/ü"));

        Assert.True(erased.Status == 200, erased.ToString());
        Expect.Members(erased.Json, "erased", "fact_id", "erased_at", "totals");
        Assert.Equal("""{"points":{"points":{"balance":20,"total_earned":20,"total_spent":0}}}""", erased.Json.GetProperty("totals").GetRawText());
        Expect.Problem(await tenant.Admin.StateAsync("ann/ü"), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await tenant.Admin.FactsAsync("ann/ü"), 404, "PARTICIPANT_NOT_FOUND");
        Assert.Equal(0, (await tenant.Admin.HistoryAsync("ann/ü")).Json.GetProperty("total").GetInt32());
        Expect.Problem(await tenant.Admin.GetAsync(PathOf("ann/ü") + "/export"), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await tenant.Admin.DeleteAsync(PathOf("ann/ü")), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await tenant.Admin.DeleteAsync(PathOf("never")), 404, "PARTICIPANT_NOT_FOUND");
        Assert.Equal(10, (await tenant.Admin.StateAsync("bob")).Json.GetProperty("points").GetProperty("balance").GetInt32());
        Assert.Equal(2, (await tenant.Admin.GetAsync("/api/v1/gamify/admin/rewards/coupon/stock")).Json.GetProperty("issued").GetInt32());
    }

    [Fact]
    public async Task What_an_erased_participant_did_cannot_be_traced_or_sent_again()
    {
        await using var receiver = Receiver.Answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nann!");
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        var webhook = await WebhookServer.CreateAsync(tenant.Admin, "", receiver.Url);
        var reply = await tenant.Admin.PostEventAsync(Some.Event("ann", "other"));
        await Wait.UntilAsync("the event's message was answered", async () => (await tenant.Admin.GetAsync(webhook + "/attempts")).Text.Contains("ann!", StringComparison.Ordinal));

        var erased = await tenant.Admin.DeleteAsync(PathOf("ann"));

        Expect.Problem(await tenant.Admin.GetAsync($"{Api.Events}/{reply["event_id"]}/trace"), 404, "EVENT_NOT_FOUND");
        Expect.Problem(await tenant.Admin.PostAsync($"{webhook}/messages/{reply["fact_id"]}/replay", ""), 404, "MESSAGE_NOT_FOUND");
        await Wait.UntilAsync("the erasure is told", () => Task.FromResult(receiver.Requests.Any(request => request.Body.Contains("participant.erased", StringComparison.Ordinal))));
        using var told = JsonDocument.Parse(receiver.Requests[^1].Body);
        Assert.Equal(erased["fact_id"], told.RootElement.GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, told.RootElement.GetProperty("participant_id").ValueKind);
        await Wait.UntilAsync("both attempts are kept, and only the newer one's answer", async () =>
            (await tenant.Admin.GetAsync(webhook + "/attempts")).Json.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("answer").GetString()).SequenceEqual(["ann!", ""]));
    }

    [Fact]
    public async Task A_retried_call_is_told_that_its_participant_was_erased_and_a_new_one_begins_anew()
    {
        var tenant = await PlayedAsync();
        await tenant.Admin.DeleteAsync(PathOf("ann/ü"));

        var retried = await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy"), "key-of-ann");
        Expect.Problem(retried, 410, "PARTICIPANT_ERASED");
        var batch = await tenant.Admin.PostBatchAsync([Some.Event("ann/ü", "buy", key: "key-of-ann"), Some.Event("bob", "buy")]);
        Assert.Equal((1, 1), (batch.Json.GetProperty("processed").GetInt32(), batch.Json.GetProperty("failed").GetInt32()));
        Assert.Equal("PARTICIPANT_ERASED", batch.Json.GetProperty("results")[0].GetProperty("error").GetProperty("code").GetString());
        Expect.Problem(await tenant.Admin.StateAsync("ann/ü"), 404, "PARTICIPANT_NOT_FOUND");

        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy")));
        var state = (await tenant.Admin.StateAsync("ann/ü")).Json;
        Assert.Equal((1, 10), (state.GetProperty("total_events").GetInt32(), state.GetProperty("points").GetProperty("balance").GetInt32()));
        Assert.Equal(200, (await tenant.Admin.DeleteAsync(PathOf("ann/ü"))).Status);
    }

    [Fact]
    public async Task Writes_that_race_with_an_erasure_are_erased_or_begin_a_new_participant()
    {
        var tenant = await PlayedAsync();
        var writes = Enumerable.Range(0, 40).Select(_ => tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy"))).ToList();
        var erasures = Enumerable.Range(0, 4).Select(_ => tenant.Admin.DeleteAsync(PathOf("ann/ü"))).ToList();

        await Task.WhenAll(writes);
        Assert.All(writes, write => Expect.Processed(write.Result));
        long erased = 0;
        foreach (var reply in await Task.WhenAll(erasures))
        {
            Assert.True(reply.Status is 200 or 404, reply.ToString());
            erased += reply.Status == 200 ? reply.Json.GetProperty("totals").GetProperty("points").GetProperty("points").GetProperty("balance").GetInt64() : 0;
        }

        var left = await tenant.Admin.StateAsync("ann/ü");
        Assert.Equal(420, erased + (left.Status == 200 ? left.Json.GetProperty("points").GetProperty("balance").GetInt64() : 0));
    }

    [Fact]
    public async Task Only_admins_erase_export_and_reset_and_only_in_their_own_environment()
    {
        var tenant = await PlayedAsync();
        Expect.Problem(await tenant.Participant.DeleteAsync(PathOf("bob")), 403, "forbidden");
        Expect.Problem(await tenant.Participant.GetAsync(PathOf("bob") + "/export"), 403, "forbidden");
        Expect.Problem(await tenant.Participant.PostAsync(Reset, Confirmed), 403, "forbidden");
        Expect.Problem(await tenant.Live.DeleteAsync(PathOf("bob")), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await tenant.Live.PostAsync(Reset, Confirmed), 409, "LIVE_ENVIRONMENT");
        Expect.Unprocessable(await tenant.Admin.PostAsync(Reset, """{"confirm":"yes"}"""), "/confirm");
        Expect.Unprocessable(await tenant.Admin.PostAsync(Reset, "{}"), "/confirm");
        Assert.Equal(200, (await tenant.Admin.StateAsync("bob")).Status);
    }

    [Fact]
    public async Task An_export_holds_every_input_in_order_with_what_it_said_and_set_off()
    {
        var tenant = await PlayedAsync();
        await tenant.Admin.PostAsync("/api/v1/gamify/points/deduct", """{"participant_id":"ann/ü","amount":3,"reason":"Stickers"}""");

        var export = await tenant.Admin.GetAsync(PathOf("ann/ü") + "/export");

        Assert.True(export.Status == 200, export.ToString());
        Expect.Members(export.Json, "participant_id", "created_at", "exported_at", "state", "inputs");
        var inputs = export.Json.GetProperty("inputs").EnumerateArray().ToList();
        Assert.Equal([1, 2, 3], inputs.Select(input => input.GetProperty("seq").GetInt32()));
        Assert.Equal(["event", "event", "command"], inputs.Select(input => input.GetProperty("kind").GetString()));
        Assert.Equal("Stickers", inputs[2].GetProperty("payload").GetProperty("reason").GetString());
        Assert.Equal("points.deducted", inputs[2].GetProperty("facts")[0].GetProperty("kind").GetString());
        Assert.Equal(inputs[2].GetProperty("answer").GetProperty("transaction_id").GetString(), inputs[2].GetProperty("facts")[0].GetProperty("fact_id").GetString());
        Assert.Equal(3, export.Json.GetProperty("state").GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task After_a_reset_an_environment_is_empty_its_keys_and_codes_are_free_and_live_is_untouched()
    {
        var tenant = await PlayedAsync();
        Assert.Equal(200, (await tenant.Admin.DeleteAsync(PathOf("bob"))).Status);
        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event("ann/ü", "buy"), "key-of-live"));
        var first = await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy"), "key-of-ann");

        var reset = await tenant.Admin.PostAsync(Reset, Confirmed);

        Assert.True(reset.Status == 200, reset.ToString());
        Assert.Equal((true, 2), (reset.Json.GetProperty("reset").GetBoolean(), reset.Json.GetProperty("participants_removed").GetInt32()));
        Expect.Problem(await tenant.Admin.StateAsync("ann/ü"), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await tenant.Admin.GetAsync($"{Api.Events}/{first["event_id"]}/trace"), 404, "EVENT_NOT_FOUND");
        var stock = (await tenant.Admin.GetAsync("/api/v1/gamify/admin/rewards/coupon/stock")).Json;
        Assert.Equal((0, 3, 3), (stock.GetProperty("issued").GetInt32(), stock.GetProperty("codes_total").GetInt32(), stock.GetProperty("codes_free").GetInt32()));

        var again = await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy"), "key-of-ann");
        Expect.Processed(again);
        Assert.Null(again.Header("Idempotent-Replayed"));
        Assert.Contains("\"code_value\":\"A\"", again.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await tenant.Admin.GetAsync($"{Api.Events}/{again["event_id"]}/trace")).Status);
        Assert.Equal(1, (await tenant.Live.StateAsync("ann/ü")).Json.GetProperty("total_events").GetInt32());
        Assert.Equal("true", (await tenant.Live.PostEventAsync(Some.Event("ann/ü", "buy"), "key-of-live")).Header("Idempotent-Replayed"));
    }

    private static string PathOf(string participant) => $"/api/v1/gamify/admin/participants/{Uri.EscapeDataString(participant)}";

    // Ann bought twice, the first time under a key, and Bob once.
    private async Task<TestTenant> PlayedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        await tenant.Admin.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", """{"codes":["A","B","C"]}""");
        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy", """{"note":"hers"}"""), "key-of-ann"));
        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("ann/ü", "buy")));
        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("bob", "buy")));
        return tenant;
    }
}
