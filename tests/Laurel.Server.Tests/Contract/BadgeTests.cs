using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Badges by hand, and a participant's cabinet. Source: gamification-api.md, "Badges".</summary>
[Collection(OneServer.Name)]
public sealed class BadgeTests(RunningServer server)
{
    private const string Award = "/api/v1/gamify/badges/award";

    private const string Program =
        """
        {"point_rules":[{"code":"bonus","event_name":"badge.unlocked","where":{"property":"properties.badge_code","op":"eq","value":"hand_made"},"amount":7}],
         "badges":[{"code":"last","name":"Last","display_order":9},{"code":"hand_made","name":"Hand made","description":"By hand","icon_url":"https://a/b.png","category":"craft","rarity":"rare","display_order":1},
           {"code":"second","display_order":1},{"code":"gone","is_active":false}]}
        """;

    [Fact]
    public async Task A_badge_is_given_once_and_what_it_sets_off_is_told()
    {
        var (tenant, id) = (await PublishedAsync(), "ä/b%");

        var given = await GiveAsync(tenant, id, "hand_made", ""","metadata":{"ticket":"4711"}""");
        var again = await GiveAsync(tenant, id, "hand_made");

        Assert.True(given.Status == 200, given.ToString());
        Expect.Members(given.Json, "participant_id", "badge_code", "badge_name", "icon", "rarity", "earned_at", "already_earned", "rewards_granted");
        Assert.Equal((id, "hand_made", "Hand made", "https://a/b.png", "rare"), (given["participant_id"], given["badge_code"], given["badge_name"], given["icon"], given["rarity"]));
        Assert.False(given.Json.GetProperty("already_earned").GetBoolean());
        Assert.Equal(["badge", "points"], given.Json.GetProperty("rewards_granted").EnumerateArray().Select(granted => granted.GetProperty("type").GetString()));
        Assert.Equal("""{"type":"api","code":"award"}""", given.Json.GetProperty("rewards_granted")[0].GetProperty("source").GetRawText());
        Assert.True(again.Status == 200, again.ToString());
        Assert.True(again.Json.GetProperty("already_earned").GetBoolean());
        Assert.Equal(given["earned_at"], again["earned_at"]);
        Assert.Empty(again.Json.GetProperty("rewards_granted").EnumerateArray());
        var facts = await tenant.Participant.FactsAsync(id);
        Assert.Equal(2, facts.Json.GetProperty("total").GetInt32());
        Assert.DoesNotContain("4711", facts.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_awards_at_once_are_one()
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => GiveAsync(tenant, id, "second")));

        Assert.Single(replies, reply => !reply.Json.GetProperty("already_earned").GetBoolean());
        Assert.Single(replies.Select(reply => reply["earned_at"]).Distinct());
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("nothing")]
    public async Task A_badge_that_is_not_active_is_404(string code)
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        Expect.Problem(await GiveAsync(tenant, id, code), 404, "BADGE_NOT_FOUND");
        Expect.Problem(await tenant.Participant.GetAsync(Api.PathOf(id) + "/badges"), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task Each_wrong_member_is_named()
    {
        var api = (await PublishedAsync()).Participant;

        Expect.Unprocessable(await api.PostAsync(Award, "7"), "");
        Expect.Unprocessable(await api.PostAsync(Award, """{"participant_id":"..","badge_code":"NO","metadata":[]}"""), "/participant_id", "/badge_code", "/metadata");
        Expect.Unprocessable(await api.PostAsync(Award, $$"""{"participant_id":"a","metadata":{"a":"{{new string('x', 8192)}}"} }"""), "/badge_code", "/metadata");
        Expect.Problem(await api.SendAsync(HttpMethod.Post, Award, [], "text/plain"), 415, null);
        Expect.Unprocessable(await api.GetAsync(Api.PathOf("a") + "/badges?earned_only=yes"), "/earned_only");
    }

    [Fact]
    public async Task Metadata_may_be_as_deep_as_properties()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 31)) + "{}" + new string('}', 31);

        Assert.Equal(200, (await GiveAsync(await PublishedAsync(), Some.Participant(), "last", $",\"metadata\":{deep}")).Status);
    }

    [Fact]
    public async Task The_cabinet_is_in_display_order_and_shows_what_was_withdrawn_to_those_who_have_it()
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());
        await GiveAsync(tenant, id, "second");
        var all = await tenant.Participant.GetAsync(Api.PathOf(id) + "/badges");

        Assert.True(all.Status == 200, all.ToString());
        Expect.Members(all.Json, "participant_id", "badges", "total", "earned_count");
        Assert.Equal("hand_made second* last", Tell(all));
        Assert.Equal((3, 1), (all.Json.GetProperty("total").GetInt32(), all.Json.GetProperty("earned_count").GetInt32()));
        var first = all.Json.GetProperty("badges")[0];
        Assert.Equal(
            """{"code":"hand_made","name":"Hand made","description":"By hand","icon":"https://a/b.png","rarity":"rare","category":"craft","earned":false,"earned_at":null}""",
            JsonSerializer.Serialize(first));

        await tenant.PublishAsync(Program.Replace("{\"code\":\"second\",", "{\"code\":\"second\",\"is_active\":false,", StringComparison.Ordinal));
        Assert.Equal("hand_made second* last", Tell(await tenant.Participant.GetAsync(Api.PathOf(id) + "/badges")));
        Assert.Equal("second*", Tell(await tenant.Participant.GetAsync(Api.PathOf(id) + "/badges?earned_only=true")));
        Assert.Equal("hand_made last", Tell(await tenant.Participant.GetAsync(Api.PathOf(id) + "/badges?badge_codes=last,hand_made,nothing&earned_only=false")));
        await GiveAsync(tenant, "other", "last");
        Assert.Equal("hand_made last*", Tell(await tenant.Participant.GetAsync(Api.PathOf("other") + "/badges")));
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> GiveAsync(TestTenant tenant, string participant, string badge, string more = "") =>
        tenant.Participant.PostAsync(Award, $$"""{"participant_id":{{Some.Json(participant)}},"badge_code":"{{badge}}"{{more}} }""");

    private static string Tell(Reply reply) => string.Join(
        ' ', reply.Json.GetProperty("badges").EnumerateArray().Select(badge => badge.GetProperty("code").GetString() + (badge.GetProperty("earned").GetBoolean() ? "*" : "")));
}
