using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>The back office finds participants by name, tier, badge and points. Source: issue "the rest of the Gamification API".</summary>
[Collection(OneServer.Name)]
public sealed class ParticipantListTests(RunningServer server)
{
    private const string List = "/api/v1/gamify/admin/participants";

    private const string Program =
        """
        {"currencies":[{"code":"coins","name":"Coins"},{"code":"gems","name":"Gems"}],
         "point_rules":[{"code":"spend","event_name":"buy","amount":{"property":"properties.amount"}},{"code":"dig","event_name":"dig","currency":"gems","amount":1000}],
         "badges":[{"code":"first","name":"First","criteria":{"event_name":"buy","target":1}}],
         "tiers":[{"code":"bronze","name":"Bronze","level":1,"criteria_config":{"min_points":10}},{"code":"gold","name":"Gold","level":2,"criteria_config":{"min_points":100}}]}
        """;

    [Fact]
    public async Task Participants_are_listed_newest_first_with_what_they_have()
    {
        var tenant = await FilledAsync();

        var page = await ListAsync(tenant.Admin);

        Expect.Members(page, "participants", "total", "page", "page_size");
        Assert.Equal((4, 1, 50), (page.GetProperty("total").GetInt32(), page.GetProperty("page").GetInt32(), page.GetProperty("page_size").GetInt32()));
        Assert.Equal(["cy", "digger", "Bob_1", "ada"], Ids(page));
        var ada = page.GetProperty("participants")[3];
        var created = ada.GetProperty("created_at").GetString();
        Assert.Equal(
            $$"""
            {"participant_id":"ada","display_name":"Ada Ünal","avatar_url":"https://example.com/ada.png","points":{"balance":120,"total_earned":150,"total_spent":30},"tier":"gold","badges":1,"total_events":2,"created_at":"{{created}}"}
            """,
            JsonSerializer.Serialize(ada, _asIs));
        Assert.Equal(created, (await tenant.Participant.GetAsync(Api.PathOf("ada")))["created_at"]);
        Assert.Equal(
            $$"""
            {"participant_id":"cy","display_name":null,"avatar_url":null,"points":{"balance":0,"total_earned":0,"total_spent":0},"tier":null,"badges":0,"total_events":1,"created_at":"{{page.GetProperty("participants")[0].GetProperty("created_at").GetString()}}"}
            """,
            JsonSerializer.Serialize(page.GetProperty("participants")[0], _asIs));
        Assert.Equal(0, (await ListAsync(tenant.Live)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_list_is_narrowed_sorted_and_paged()
    {
        var admin = (await FilledAsync()).Admin;

        await ListsAsync(admin, "search=bOB", "Bob_1");
        await ListsAsync(admin, "search=igger");
        await ListsAsync(admin, "search=%C3%9Cnal", "ada");
        await ListsAsync(admin, "search=A", "Bob_1", "ada");
        await ListsAsync(admin, "search=ROBERT%20a", "Bob_1");
        await ListsAsync(admin, "search=b_b");
        await ListsAsync(admin, "tier=gold", "ada");
        await ListsAsync(admin, "tier=nothing");
        await ListsAsync(admin, "badge=first&sort=participant_id", "Bob_1", "ada");
        await ListsAsync(admin, "badge=first&min_points=21", "ada");
        await ListsAsync(admin, "min_points=20&sort=balance", "Bob_1", "ada");
        await ListsAsync(admin, "sort=-total_events", "ada", "cy", "digger", "Bob_1");
        await ListsAsync(admin, "sort=total_earned", "digger", "cy", "Bob_1", "ada");
        await ListsAsync(admin, "sort=-participant_id", "digger", "cy", "ada", "Bob_1");
        await ListsAsync(admin, "sort=created_at", "ada", "Bob_1", "digger", "cy");

        var second = await ListAsync(admin, "?page=2&page_size=3");
        Assert.Equal((4, "ada"), (second.GetProperty("total").GetInt32(), Assert.Single(Ids(second))));
        Assert.Equal(4, (await ListAsync(admin, "?page=9")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_erased_participant_is_not_listed()
    {
        var tenant = await FilledAsync();
        Assert.Equal(200, (await tenant.Admin.DeleteAsync($"{List}/Bob_1")).Status);

        Assert.Equal(["cy", "digger", "ada"], Ids(await ListAsync(tenant.Admin)));
    }

    [Fact]
    public async Task Wrong_values_are_refused_with_every_fault()
    {
        var tenant = await server.NewTenantAsync();

        Expect.Unprocessable(
            await tenant.Admin.GetAsync($"{List}?search=&tier=Gold&badge=&min_points=-1&sort=name&page=0&page_size=101"),
            "/page", "/page_size", "/search", "/tier", "/badge", "/min_points", "/sort");
        Expect.Unprocessable(
            await tenant.Admin.GetAsync($"{List}?search=a%00&tier=a&tier=b&badge={new string('a', 51)}&min_points=9223372036854775808&sort=--balance"),
            "/search", "/tier", "/badge", "/min_points", "/sort");
        Expect.Unprocessable(await tenant.Admin.GetAsync($"{List}?search={new string('a', 256)}&sort=&min_points=1.0"), "/search", "/sort", "/min_points");
        Assert.Equal(200, (await tenant.Admin.GetAsync($"{List}?search={new string('a', 255)}&min_points={long.MaxValue}")).Status);
        Assert.Equal(403, (await tenant.Participant.GetAsync(List)).Status);
    }

    private static readonly JsonSerializerOptions _asIs = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // ada is made by a write that is no event; digger has points of a currency that is not the first.
    private async Task<TestTenant> FilledAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        var api = tenant.Participant;
        Assert.Equal(201, (await api.PostAsync(
            "/api/v1/gamify/participants", """{"participant_id":"ada","display_name":"Ada Ünal","avatar_url":"https://example.com/ada.png","attributes":{"display_name":"ob"} }""")).Status);
        Expect.Processed(await api.PostEventAsync(Some.Event("ada", "buy", """{"amount":100}""")));
        Expect.Processed(await api.PostEventAsync(Some.Event("Bob_1", "buy", """{"amount":20}""")));
        Assert.Equal(201, (await api.PostAsync("/api/v1/gamify/participants", """{"participant_id":"Bob_1","display_name":"Robert A"}""")).Status);
        Expect.Processed(await api.PostEventAsync(Some.Event("digger", "dig")));
        Expect.Processed(await api.PostEventAsync(Some.Event("cy", "look")));
        Expect.Processed(await api.PostEventAsync(Some.Event("ada", "buy", """{"amount":50}""")));
        Assert.Equal(200, (await api.PostAsync("/api/v1/gamify/points/deduct", """{"participant_id":"ada","amount":30}""")).Status);
        return tenant;
    }

    private static async Task ListsAsync(Api admin, string query, params string[] expected)
    {
        var page = await ListAsync(admin, $"?{query}");
        Assert.Equal(expected, Ids(page));
        Assert.Equal(expected.Length, page.GetProperty("total").GetInt32());
    }

    private static async Task<JsonElement> ListAsync(Api admin, string query = "")
    {
        var reply = await admin.GetAsync(List + query);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply.Json;
    }

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("participants").EnumerateArray().Select(row => row.GetProperty("participant_id").GetString()!);
}
