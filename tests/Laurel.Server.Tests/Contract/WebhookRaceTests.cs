using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Many change webhooks at once: limits hold, and no change is lost.</summary>
public sealed class WebhookRaceTests(WebhookServer server) : IClassFixture<WebhookServer>
{
    [Fact]
    public async Task Two_hundred_at_once_make_exactly_as_many_as_there_may_be()
    {
        var tenant = await server.NewTenantAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => tenant.Admin.PostAsync(Api.Webhooks, """{"url":"https://example.com/hook"}""")));

        Assert.Equal(100, replies.Count(reply => reply.Status == 201));
        Assert.All(replies.Where(reply => reply.Status != 201), reply => Expect.Problem(reply, 409, "WEBHOOK_LIMIT_REACHED"));
        var list = (await tenant.Admin.GetAsync(Api.Webhooks + "?page_size=100")).Json;
        Assert.Equal(100, list.GetProperty("total").GetInt32());

        // Other environments have limits of their own, and a deleted one makes room.
        await WebhookServer.CreateAsync(tenant.Live);
        await tenant.Admin.DeleteAsync($"{Api.Webhooks}/{list.GetProperty("webhooks")[7].GetProperty("webhook_id")}");
        await WebhookServer.CreateAsync(tenant.Admin);
        Expect.Problem(await tenant.Admin.PostAsync(Api.Webhooks, """{"url":"https://example.com/hook"}"""), 409, "WEBHOOK_LIMIT_REACHED");
    }

    [Fact]
    public async Task Changes_at_once_are_all_kept()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => tenant.Admin.PatchAsync(path, $$"""{"description":"{{i}}"}"""))
                .Append(tenant.Admin.PatchAsync(path, """{"url":"https://example.org/"}"""))
                .Append(tenant.Admin.PatchAsync(path, """{"event_types":["tier.changed"]}""")));

        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.ToString()));
        var after = await tenant.Admin.GetAsync(path);
        Assert.Equal("https://example.org/", after["url"]);
        Assert.Equal("""["tier.changed"]""", after.Json.GetProperty("event_types").GetRawText());
        Assert.Equal("\"23\"", after.Header("ETag"));
        Assert.Equal(23, (await tenant.Admin.GetAsync(path + "/history")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Of_two_changes_of_one_revision_one_is_kept()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        var replies = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => tenant.Admin.PatchAsync(path, $$"""{"description":"{{i}}"}""", ("If-Match", "\"1\""))));

        var kept = Assert.Single(replies, reply => reply.Status == 200);
        Expect.Problem(replies.Single(reply => reply != kept), 412, "WEBHOOK_REVISION_MISMATCH");
        Assert.Equal(kept["description"], (await tenant.Admin.GetAsync(path))["description"]);
    }

    [Fact]
    public async Task Rotations_at_once_leave_the_newest_five_at_most_and_each_was_told()
    {
        var tenant = await server.NewTenantAsync();
        var path = await WebhookServer.CreateAsync(tenant.Admin);

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(index => tenant.Admin.PostAsync(path + "/rotate-secret", index % 2 == 0 ? "{}" : "")));

        Assert.Equal(4, replies.Count(reply => reply.Status == 200));
        Assert.Equal(6, replies.Count(reply => reply.Status == 409));
        Assert.Equal(5, (await tenant.Admin.GetAsync(path)).Json.GetProperty("secrets").GetArrayLength());
    }
}
