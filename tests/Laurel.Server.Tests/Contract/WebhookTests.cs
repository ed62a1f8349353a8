using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Webhooks are made, read, changed and deleted by admins of their environment. Source: semantics §10.</summary>
public sealed class WebhookTests(WebhookServer server) : IClassFixture<WebhookServer>
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private static readonly string[] _members =
        ["webhook_id", "url", "event_types", "description", "status", "disabled_reason", "secrets", "failing_since", "created_at", "updated_at"];

    [Fact]
    public async Task A_webhook_is_made_with_defaults_and_its_secret_is_shown_once()
    {
        var tenant = await server.NewTenantAsync();

        var made = await tenant.Admin.PostAsync(Api.Webhooks, """{"url":"https://example.com/hook"}""");

        Assert.True(made.Status == 201, made.ToString());
        Expect.Members(made.Json, [.. _members, "secret", "previous_valid_until"]);
        Assert.Matches(Expect.UlidPattern(), made["webhook_id"]!);
        Assert.Equal(32, Convert.FromBase64String(made["secret"]!["whsec_".Length..]).Length);
        Assert.Equal(("https://example.com/hook", "", "enabled"), (made["url"], made["description"], made["status"]));
        Assert.Equal("""["*"]""", made.Json.GetProperty("event_types").GetRawText());
        Assert.Equal("\"1\"", made.Header("ETag"));
        Assert.Equal("no-store", made.Header("Cache-Control"));

        var read = await tenant.Admin.GetAsync(made.Header("Location")!);
        Expect.Members(read.Json, _members);
        Assert.Equal("""[{"valid_until":null,"is_readable":true}]""", read.Json.GetProperty("secrets").GetRawText());
        Assert.DoesNotContain(made["secret"]!, read.Text, StringComparison.Ordinal);
        Assert.Equal(made.Header("ETag"), read.Header("ETag"));
    }

    [Fact]
    public async Task Everything_of_a_webhook_may_be_given()
    {
        var tenant = await server.NewTenantAsync();

        var made = await tenant.Admin.PostAsync(
            Api.Webhooks,
            $$"""{"url":"http://127.0.0.1:9/a?b=c","event_types":["badge.*","event.processed"],"description":"für die Kasse 🏆","secret":"{{Secret}}","status":"disabled"}""");

        Assert.True(made.Status == 201, made.ToString());
        Assert.Equal(("für die Kasse 🏆", Secret, "disabled", "admin"), (made["description"], made["secret"], made["status"], made["disabled_reason"]));
        Assert.Equal("""["badge.*","event.processed"]""", made.Json.GetProperty("event_types").GetRawText());
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "/url")]
    [InlineData("""{"url":null}""", "/url")]
    [InlineData("""{"url":"ftp://example.com"}""", "/url")]
    [InlineData("""{"url":"http://10.0.0.1/"}""", "/url")]
    [InlineData("""{"url":"http://2130706433/"}""", "/url")]
    [InlineData("""{"url":"https://me:pw@example.com/#x"}""", "/url")]
    [InlineData("""{"url":"https://example.com","event_types":[]}""", "/event_types")]
    [InlineData("""{"url":"https://example.com","event_types":"*"}""", "/event_types")]
    [InlineData("""{"url":"https://example.com","event_types":["badge.*","badges.*","badge.*",""]}""", "/event_types/1 /event_types/2 /event_types/3")]
    [InlineData("""{"url":"https://example.com","event_types":[7]}""", "/event_types/0")]
    [InlineData("""{"url":"https://example.com","event_type":["badge.*"]}""", "/event_type")]
    [InlineData("""{"url":"https://example.com","a/b~c":1,"webhook_id":"x"}""", "/a~1b~0c /webhook_id")]
    [InlineData("""{"url":"https://example.com","description":"a\nb"}""", "/description")]
    [InlineData("""{"url":"https://example.com","status":"paused"}""", "/status")]
    [InlineData("""{"url":"https://example.com","secret":"secret"}""", "/secret")]
    [InlineData("""{"url":"https://example.com","secret":"whsec_c2hvcnQ="}""", "/secret")]
    [InlineData("""{"url":1,"event_types":1,"description":1,"status":1,"secret":1}""", "/url /event_types /description /status /secret")]
    public async Task Every_fault_is_told_and_nothing_is_made(string body, string pointers)
    {
        var tenant = await server.NewTenantAsync();

        Expect.Unprocessable(await tenant.Admin.PostAsync(Api.Webhooks, body), pointers.Split(' '));

        Assert.Equal(0, (await tenant.Admin.GetAsync(Api.Webhooks)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_fault_in_a_secret_does_not_repeat_it()
    {
        var reply = await server.Test.PostAsync(Api.Webhooks, """{"url":"https://example.com","secret":"whsec_bm90LXF1aXRlLQ"}""");

        Expect.Unprocessable(reply, "/secret");
        Assert.DoesNotContain("bm90LXF1aXRlLQ", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_has_at_most_255_characters_however_many_bytes_they_take()
    {
        var tenant = await server.NewTenantAsync();

        await WebhookServer.CreateAsync(tenant.Admin, $"\"description\":{Some.Json(Some.Times(255, "🏆"))}");
        Expect.Unprocessable(
            await tenant.Admin.PostAsync(Api.Webhooks, $$"""{"url":"https://example.com","description":{{Some.Json(Some.Times(256, "🏆"))}}}"""), "/description");
    }

    [Fact]
    public async Task Live_takes_https_only()
    {
        var tenant = await server.NewTenantAsync();

        Expect.Unprocessable(await tenant.Live.PostAsync(Api.Webhooks, """{"url":"http://example.com/"}"""), "/url");
        var path = await WebhookServer.CreateAsync(tenant.Live);
        Expect.Unprocessable(await tenant.Live.PatchAsync(path, """{"url":"http://example.com/"}"""), "/url");
        await WebhookServer.CreateAsync(tenant.Admin, url: "http://example.com/");
    }

    [Fact]
    public async Task A_change_changes_what_it_names_and_null_is_the_default()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin, "\"event_types\":[\"badge.*\"],\"description\":\"old\"");

        var one = await tenant.Admin.PatchAsync(path, """{"description":"new"}""");
        Assert.Equal(("https://example.com/hook", "new", "\"2\""), (one["url"], one["description"], one.Header("ETag")));
        Assert.Equal("""["badge.*"]""", one.Json.GetProperty("event_types").GetRawText());

        var two = await tenant.Admin.PatchAsync(path, """{"url":"https://example.org/","event_types":null,"description":null,"status":"disabled"}""");
        Expect.Members(two.Json, _members);
        Assert.Equal(("https://example.org/", "", "disabled", "admin"), (two["url"], two["description"], two["status"], two["disabled_reason"]));
        Assert.Equal("""["*"]""", two.Json.GetProperty("event_types").GetRawText());

        Expect.Unprocessable(await tenant.Admin.PatchAsync(path, $$"""{"url":null,"secret":"{{Secret}}","status":"x"}"""), "/url", "/secret", "/status");
        Assert.Equal(two.Text, (await tenant.Admin.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_is_no_revision_and_no_history()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        foreach (var reply in (Reply[])[await tenant.Admin.PatchAsync(path, "{}"), await tenant.Admin.PatchAsync(path, """{"status":"enabled"}"""), await tenant.Admin.PostAsync(path + "/enable", "")])
        {
            Assert.Equal((200, "\"1\""), (reply.Status, reply.Header("ETag")));
        }

        Assert.Equal(1, (await tenant.Admin.GetAsync(path + "/history")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task If_match_lets_a_change_pass_only_on_top_of_the_revision_it_names()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        Assert.Equal(200, (await tenant.Admin.PatchAsync(path, """{"description":"a"}""", ("If-Match", "\"1\""))).Status);
        foreach (var stale in (Reply[])[
            await tenant.Admin.PatchAsync(path, """{"description":"b"}""", ("If-Match", "\"1\"")),
            await tenant.Admin.PostAsync(path + "/rotate-secret", "{}", ("If-Match", "W/\"2\"")),
            await tenant.Admin.PostAsync(path + "/disable", "", ("If-Match", "2")),
            await tenant.Admin.DeleteAsync(path, ("If-Match", "\"1\", \"3\""))])
        {
            Expect.Problem(stale, 412, "WEBHOOK_REVISION_MISMATCH");
            Assert.Equal("\"2\"", stale.Header("ETag"));
        }

        Assert.Equal("a", (await tenant.Admin.GetAsync(path))["description"]);
        Assert.Equal(204, (await tenant.Admin.DeleteAsync(path, ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task A_deleted_webhook_is_gone()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        Assert.Equal(204, (await tenant.Admin.DeleteAsync(path)).Status);

        Expect.Problem(await tenant.Admin.DeleteAsync(path), 404, "WEBHOOK_NOT_FOUND");
        Expect.Problem(await tenant.Admin.GetAsync(path), 404, "WEBHOOK_NOT_FOUND");
        Assert.Equal("""{"webhooks":[],"total":0,"page":1,"page_size":50}""", (await tenant.Admin.GetAsync(Api.Webhooks)).Text);
    }

    [Fact]
    public async Task Webhooks_are_listed_oldest_first_page_by_page_and_by_status()
    {
        var tenant = await server.NewTenantAsync();
        foreach (var (name, status) in ((string, string)[])[("a", "enabled"), ("b", "disabled"), ("c", "enabled")])
        {
            await WebhookServer.CreateAsync(tenant.Admin, $"\"description\":\"{name}\",\"status\":\"{status}\"");
        }

        await ListsAsync(tenant, "", 3, ["a", "b", "c"]);
        await ListsAsync(tenant, "?page=2&page_size=2", 3, ["c"]);
        await ListsAsync(tenant, "?page=2147483647&page_size=100", 3, []);
        await ListsAsync(tenant, "?status=disabled", 1, ["b"]);
        await ListsAsync(tenant, "?status=enabled&page_size=1&page=2", 2, ["c"]);
        Expect.Unprocessable(await tenant.Admin.GetAsync(Api.Webhooks + "?page=0&page_size=101&status=deleted"), "/page", "/page_size", "/status");
    }

    [Fact]
    public async Task Another_environment_sees_nothing_and_changes_nothing()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var path = await WebhookServer.CreateAsync(tenant.Admin);
        var before = (await tenant.Admin.GetAsync(path)).Text;

        foreach (var stranger in (Api[])[tenant.Live, other.Admin, other.Live])
        {
            foreach (var reply in (Reply[])[
                await stranger.GetAsync(path),
                await stranger.PatchAsync(path, """{"description":"mine"}"""),
                await stranger.DeleteAsync(path),
                await stranger.PostAsync(path + "/rotate-secret", "{}"),
                await stranger.PostAsync(path + "/enable", ""),
                await stranger.PostAsync(path + "/disable", ""),
                await stranger.PostAsync(path + "/test", ""),
                await stranger.GetAsync(path + "/attempts"),
                await stranger.GetAsync(path + "/dead-letters"),
                await stranger.PostAsync(path + "/dead-letters/replay", """{"since":"2026-01-01T00:00:00Z"}"""),
                await stranger.PostAsync(path + "/messages/01KHDX4D00M3T9Y5QK2V7W0001/replay", ""),
                await stranger.GetAsync(path + "/history")])
            {
                Expect.Problem(reply, 404, "WEBHOOK_NOT_FOUND");
            }

            Assert.Equal(0, (await stranger.GetAsync(Api.Webhooks)).Json.GetProperty("total").GetInt32());
        }

        Assert.Equal(before, (await tenant.Admin.GetAsync(path)).Text);
        Assert.Equal(0, (await tenant.Admin.GetAsync(path + "/attempts")).Json.GetProperty("total").GetInt32());
        Expect.Problem(await tenant.Participant.GetAsync(path), 403, "forbidden");
        Expect.Problem(await tenant.Participant.PostAsync(Api.Webhooks, """{"url":"https://example.com"}"""), 403, "forbidden");
    }

    [Fact]
    public async Task A_webhook_is_disabled_and_enabled_and_its_history_says_by_whom()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        for (var i = 0; i < 2; i++)
        {
            var disabled = await tenant.Admin.PostAsync(path + "/disable", "");
            Assert.Equal(("disabled", "admin", "\"2\""), (disabled["status"], disabled["disabled_reason"], disabled.Header("ETag")));
        }

        var enabled = await tenant.Admin.PostAsync(path + "/enable", "");
        Assert.Equal(("enabled", null), (enabled["status"], enabled["disabled_reason"]));
        await tenant.Admin.PatchAsync(path, """{"description":"x","event_types":["tier.changed"]}""");

        var history = (await tenant.Admin.GetAsync(path + "/history")).Json;
        Expect.Members(history, "history", "total", "page", "page_size");
        Assert.Equal(
            ["updated: event_types are tier.changed; description is 'x'", "enabled: status is enabled", "disabled: status is disabled (admin)", "created: url is https://example.com/hook; event_types are *; status is enabled"],
            history.GetProperty("history").EnumerateArray().Select(note => $"{note.GetProperty("change")}: {note.GetProperty("detail")}"));
        Assert.All(history.GetProperty("history").EnumerateArray(), note => Assert.Equal(tenant.Admin.Key![..12], note.GetProperty("by").GetString()));
        Assert.Equal(4, history.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_rotation_shows_the_new_secret_and_how_long_the_old_one_signs()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        var given = await tenant.Admin.PostAsync(path + "/rotate-secret", $$"""{"secret":"{{Secret}}"}""");
        Assert.True(given.Status == 200, given.ToString());
        Assert.Equal(Secret, given["secret"]);
        Assert.Equal(24, (DateTimeOffset.Parse(given["previous_valid_until"]!) - DateTimeOffset.Parse(given["updated_at"]!)).TotalHours, 0.01);
        Assert.Equal([null, given["previous_valid_until"]], given.Json.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("valid_until").GetString()));

        var made = await tenant.Admin.PostAsync(path + "/rotate-secret", "{}");
        Assert.NotEqual(Secret, made["secret"]);
        Assert.Equal(3, made.Json.GetProperty("secrets").GetArrayLength());
        Expect.Unprocessable(await tenant.Admin.PostAsync(path + "/rotate-secret", $$"""{"secret":"{{Secret}}"}"""), "/secret");
        Expect.Unprocessable(await tenant.Admin.PostAsync(path + "/rotate-secret", """{"secret":"x","url":"y"}"""), "/secret", "/url");
        Assert.Equal("\"3\"", (await tenant.Admin.GetAsync(path)).Header("ETag"));
    }

    [Fact]
    public async Task A_webhook_has_at_most_five_secrets_at_once()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await tenant.Admin.PostAsync(path + "/rotate-secret", "{}")).Status);
        }

        Expect.Problem(await tenant.Admin.PostAsync(path + "/rotate-secret", "{}"), 409, "WEBHOOK_SECRET_LIMIT_REACHED");

        Assert.Equal(5, (await tenant.Admin.GetAsync(path)).Json.GetProperty("secrets").GetArrayLength());
    }

    private static async Task ListsAsync(TestTenant tenant, string query, int total, string[] descriptions)
    {
        var json = (await tenant.Admin.GetAsync(Api.Webhooks + query)).Json;
        Assert.Equal(descriptions, json.GetProperty("webhooks").EnumerateArray().Select(webhook => webhook.GetProperty("description").GetString()));
        Assert.Equal(total, json.GetProperty("total").GetInt32());
    }
}
