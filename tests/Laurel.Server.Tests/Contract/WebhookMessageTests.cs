using Laurel.Facts;
using Laurel.Server.Tests.Clock;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Webhooks;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.Server.Tests.Contract;

/// <summary>A webhook is tried, its attempts and dead letters are shown, and its messages are sent again.</summary>
public sealed class WebhookMessageTests(WebhookServer server) : IClassFixture<WebhookServer>
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private const string Second = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    [Fact]
    public async Task A_test_message_is_signed_sent_and_kept_as_an_attempt()
    {
        await using var receiver = Receiver.Answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin, $"\"secret\":\"{Secret}\",\"event_types\":[\"tier.changed\"]", receiver.Url);

        var tried = await tenant.Admin.PostAsync(path + "/test", "");

        Assert.True(tried.Status == 200, tried.ToString());
        Expect.Members(tried.Json, "message_id", "delivered", "status", "latency_ms", "answer", "error");
        Assert.True(tried.Json.GetProperty("delivered").GetBoolean());
        Assert.Equal((200, "ok", null), (tried.Json.GetProperty("status").GetInt32(), tried["answer"], tried["error"]));

        var request = Assert.Single(receiver.Requests);
        Assert.Equal(tried["message_id"], request.Headers["webhook-id"]);
        Assert.Equal(SignaturesOf(request, Secret), request.Headers["webhook-signature"]);
        Assert.Contains($"\"id\":\"{tried["message_id"]}\",\"type\":\"webhook.test\"", request.Body, StringComparison.Ordinal);

        var attempts = (await tenant.Admin.GetAsync(path + "/attempts")).Json;
        Expect.Members(attempts, "attempts", "total", "page", "page_size");
        var attempt = Assert.Single(attempts.GetProperty("attempts").EnumerateArray());
        Expect.Members(attempt, "message_id", "type", "attempt", "at", "outcome", "status", "latency_ms", "answer", "error");
        Assert.Equal(
            (tried["message_id"], "webhook.test", 1, "delivered", 200, "ok"),
            (attempt.GetProperty("message_id").GetString(), attempt.GetProperty("type").GetString(), attempt.GetProperty("attempt").GetInt32(),
                attempt.GetProperty("outcome").GetString(), attempt.GetProperty("status").GetInt32(), attempt.GetProperty("answer").GetString()));
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_the_newest_first()
    {
        await using var receiver = Receiver.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin, $"\"secret\":\"{Secret}\"", receiver.Url);
        await tenant.Admin.PostAsync(path + "/rotate-secret", $$"""{"secret":"{{Second}}"}""");

        Assert.True((await tenant.Admin.PostAsync(path + "/test", "")).Json.GetProperty("delivered").GetBoolean());

        var request = Assert.Single(receiver.Requests);
        Assert.Equal(SignaturesOf(request, Second, Secret), request.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task A_test_that_fails_says_how_even_when_the_webhook_is_disabled()
    {
        await using var receiver = Receiver.Answering([.. "HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\nno"u8, 0xff, 0x00]);
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin, "\"status\":\"disabled\"", receiver.Url);

        var failed = await tenant.Admin.PostAsync(path + "/test", "");
        Assert.False(failed.Json.GetProperty("delivered").GetBoolean());
        Assert.Equal((500, "no\uFFFD\uFFFD", null), (failed.Json.GetProperty("status").GetInt32(), failed["answer"], failed["error"]));

        // Nobody listens on the port of a receiver that has gone.
        var gone = Receiver.Answering("");
        var url = gone.Url;
        await gone.DisposeAsync();
        await tenant.Admin.PatchAsync(path, $$"""{"url":"{{url}}"}""");
        var refused = await tenant.Admin.PostAsync(path + "/test", "");
        Assert.Equal((false, null, null), (refused.Json.GetProperty("delivered").GetBoolean(), (int?)null, refused["answer"]));
        Assert.NotEmpty(refused["error"]!);

        Assert.Equal("disabled", (await tenant.Admin.GetAsync(path))["status"]);
        Assert.Equal([refused["message_id"], failed["message_id"]], await AttemptsAsync(tenant.Admin, path, "?outcome=failed"));
        Assert.Equal([failed["message_id"]], await AttemptsAsync(tenant.Admin, path, $"?message_id={failed["message_id"]!.ToLowerInvariant()}"));
        Assert.Equal([failed["message_id"]], await AttemptsAsync(tenant.Admin, path, "?page=2&page_size=1"));
        Assert.Empty(await AttemptsAsync(tenant.Admin, path, "?outcome=delivered"));
        Expect.Unprocessable(await tenant.Admin.GetAsync(path + "/attempts?message_id=x&outcome=ok&page=a&page_size=0"), "/message_id", "/outcome", "/page", "/page_size");
    }

    [Fact]
    public async Task A_message_is_found_by_the_id_of_its_fact_in_its_own_environment_only()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var path = await WebhookServer.CreateAsync(tenant.Admin, "\"status\":\"disabled\"");
        var ofOther = await WebhookServer.CreateAsync(other.Admin, "\"status\":\"disabled\"");
        var emitted = await tenant.Participant.PostEventAsync(Some.Event(Some.Participant()));

        var replayed = await tenant.Admin.PostAsync($"{path}/messages/{emitted["fact_id"]}/replay", "");
        Assert.Equal((202, $$"""{"message_id":"{{emitted["fact_id"]}}"}"""), (replayed.Status, replayed.Text));
        Assert.Equal(202, (await tenant.Admin.PostAsync($"{path}/messages/{emitted["fact_id"]}/replay", "")).Status);

        var fact = emitted["fact_id"]!;
        foreach (var wrong in (string[])[emitted["event_id"]!, fact[..25] + "Z", "8" + fact[1..], "x", "%20", fact + "0", fact[..25] + "%C3%A9"])
        {
            Expect.Problem(await tenant.Admin.PostAsync($"{path}/messages/{wrong}/replay", ""), 404, "MESSAGE_NOT_FOUND");
        }

        Expect.Problem(await other.Admin.PostAsync($"{ofOther}/messages/{fact}/replay", ""), 404, "MESSAGE_NOT_FOUND");
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "/since")]
    [InlineData("""{"since":null,"until":7,"from":1}""", "/since /until /from")]
    [InlineData("""{"since":"yesterday"}""", "/since")]
    [InlineData("""{"since":"2026-02-14T10:00:00Z","until":"2026-02-14T09:59:59Z"}""", "/until")]
    public async Task A_replay_of_dead_letters_names_its_time(string body, string pointers)
    {
        var path = await WebhookServer.CreateAsync(server.Test, "\"status\":\"disabled\"");

        Expect.Unprocessable(await server.Test.PostAsync(path + "/dead-letters/replay", body), pointers.Split(' '));
        await server.Test.DeleteAsync(path);
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_sent_again_by_the_time_they_were_queued()
    {
        await using var host = await HostOnFakeTime.StartAsync(
            """{"badges":[{"code":"b","name":"B","criteria":{"event_name":"won","metric":{"type":"count"},"target":1}}]}""");
        var path = await WebhookServer.CreateAsync(host.Test, "\"event_types\":[\"event.processed\",\"badge.*\"]");
        var first = await host.EmitAsync("p1", "won");
        host.Jump("2026-02-14T11:00:00Z");
        var second = await host.EmitAsync("p2", "other");
        await KillAsync(host, "2026-02-16T10:00:00Z");

        var letters = (await host.Test.GetAsync(path + "/dead-letters")).Json;
        Expect.Members(letters, "dead_letters", "total", "page", "page_size");
        Assert.Equal(3, letters.GetProperty("total").GetInt32());
        Assert.Equal(
            [$"event.processed {second["fact_id"]}", $"badge.unlocked {first.Json.GetProperty("rewards_granted")[0].GetProperty("fact_id")}", $"event.processed {first["fact_id"]}"],
            letters.GetProperty("dead_letters").EnumerateArray().Select(letter => $"{letter.GetProperty("type")} {letter.GetProperty("message_id")}"));
        Assert.Equal(
            """{"message_id":"ID","type":"event.processed","attempts":1,"queued_at":"2026-02-14T11:00:00Z","died_at":"2026-02-16T10:00:00Z"}""",
            letters.GetProperty("dead_letters")[0].GetRawText().Replace(second["fact_id"]!, "ID", StringComparison.Ordinal));

        const string Replay = "/dead-letters/replay";
        Assert.Equal("""{"replayed":0}""", (await host.Test.PostAsync(path + Replay, """{"since":"2026-02-14T11:00:00.000001Z"}""")).Text);
        Assert.Equal("""{"replayed":2}""", (await host.Test.PostAsync(path + Replay, """{"since":"2026-02-14T10:00:00+00:00","until":"2026-02-14T10:00:00Z"}""")).Text);
        Assert.Equal("""{"replayed":1}""", (await host.Test.PostAsync(path + Replay, """{"since":"2026-02-14T10:00:00Z"}""")).Text);
        Assert.Equal(0, (await host.Test.GetAsync(path + "/dead-letters")).Json.GetProperty("total").GetInt32());
    }

    // What a dispatcher does whose last attempt fails.
    private static async Task KillAsync(HostOnFakeTime host, string at)
    {
        var store = host.Store.Webhooks;
        var now = Timestamp.From(DateTimeOffset.Parse(at));
        while (await store.SpreadOutboxAsync(100, CancellationToken.None) > 0)
        {
        }

        var claimed = await store.ClaimAsync(new DeliveryClaim(now, now.Plus(TimeSpan.FromMinutes(1)), 100, new Dictionary<int, int>(), 100), CancellationToken.None);
        var attempt = new WebhookAttempt(claimed.Endpoints.Keys.Single(), default, "x", 1, now, 1, "dead", 500, null, default);
        await store.CompleteAsync(
            new DeliveryResults(
                [.. claimed.Deliveries.Select(delivery => new DeliveryResult(delivery.Name, delivery.LeaseUntil, DeliveryFate.Dead, now, attempt))],
                [],
                new Dictionary<int, Timestamp?>()),
            CancellationToken.None);
    }

    private static string SignaturesOf(Received request, params string[] secrets) => WebhookSignature.Of(
        [.. secrets.Select(text => WebhookSecret.TryParse(text, out var secret, out var fault) ? secret : throw new FormatException(fault))],
        request.Headers["webhook-id"],
        long.Parse(request.Headers["webhook-timestamp"]),
        System.Text.Encoding.UTF8.GetBytes(request.Body));

    private static async Task<IEnumerable<string?>> AttemptsAsync(Api api, string path, string query) =>
        [.. (await api.GetAsync(path + "/attempts" + query)).Json.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("message_id").GetString())];
}
