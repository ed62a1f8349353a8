using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Who a participant is: made, changed, read, and read by rules. Source: gamification-api.md, "Participants".</summary>
[Collection(OneServer.Name)]
public sealed class ProfileTests(RunningServer server)
{
    private const string Participants = "/api/v1/gamify/participants";

    private static readonly string[] Members =
    [
        "participant_id", "display_name", "avatar_url", "attributes", "points", "tier", "badges", "streaks", "rewards_claimed", "total_events", "is_active", "created_at",
    ];

    [Fact]
    public async Task A_profile_is_made_and_changed_with_201_and_read_with_200()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());

        var made = await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"display_name":"Zoë 🦄","avatar_url":"https://example.com/é.png","attributes":{"plan":"pro","n":2.50} }""");
        var changed = await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"avatar_url":null}""");
        var read = await api.GetAsync(Api.PathOf(id));

        Assert.True(made.Status == 201, made.ToString());
        Expect.Members(made.Json, Members);
        Assert.Equal("Zoë 🦄", made["display_name"]);
        Assert.Equal("https://example.com/é.png", made["avatar_url"]);
        Assert.Equal("""{"plan":"pro","n":2.50}""", made.Json.GetProperty("attributes").GetRawText());
        Assert.Equal(JsonValueKind.Null, made.Json.GetProperty("tier").ValueKind);
        Assert.Equal(JsonValueKind.Null, made.Json.GetProperty("streaks").ValueKind);
        Assert.True(made.Json.GetProperty("is_active").GetBoolean());
        Assert.True(changed.Status == 201, changed.ToString());
        Assert.Equal(("Zoë 🦄", null), (changed["display_name"], changed["avatar_url"]));
        Assert.Equal((200, changed.Text), (read.Status, read.Text));
    }

    [Fact]
    public async Task A_profile_shows_what_the_participant_has()
    {
        var (tenant, id) = (await server.NewTenantAsync(), Some.Participant());
        await tenant.PublishAsync(
            """
            {"point_rules":[{"code":"spend","event_name":"buy","amount":30}],"badges":[{"code":"first","criteria":{"event_name":"buy","target":1}}],
             "tiers":[{"code":"bronze","level":1,"criteria_config":{"min_points":0}}],"streaks":[{"code":"days","event_name":"buy","period":"daily","milestones":[{"count":1,"rewards":[{"type":"reward","code":"mug"}]}]}],
             "rewards":[{"code":"mug","type":"physical"}]}
            """);
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id, "buy")));

        var profile = (await tenant.Participant.GetAsync(Api.PathOf(id))).Json;

        Assert.Equal((30, 30, 0), (profile.GetProperty("points").GetProperty("balance").GetInt32(), profile.GetProperty("points").GetProperty("total_earned").GetInt32(), profile.GetProperty("points").GetProperty("total_spent").GetInt32()));
        Assert.Equal("bronze", profile.GetProperty("tier").GetProperty("code").GetString());
        Assert.Equal("first", Assert.Single(profile.GetProperty("badges").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(1, Assert.Single(profile.GetProperty("streaks").EnumerateArray()).GetProperty("current_count").GetInt32());
        Assert.Equal((1, 1), (profile.GetProperty("rewards_claimed").GetInt32(), profile.GetProperty("total_events").GetInt32()));
        Assert.Equal("{}", profile.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task A_patch_merges_attributes_and_a_stranger_is_404()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());
        Expect.Problem(await api.PatchAsync(Api.PathOf(id), """{"display_name":"A"}"""), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await api.GetAsync(Api.PathOf(id)), 404, "PARTICIPANT_NOT_FOUND");
        await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"attributes":{"a":{"x":1,"y":2},"b":3} }""");

        var patched = await api.PatchAsync(Api.PathOf(id), """{"attributes":{"a":{"x":null,"z":4},"c":"5"}}""");

        Assert.True(patched.Status == 200, patched.ToString());
        Expect.Members(patched.Json, Members);
        Assert.Equal("""{"a":{"y":2,"z":4},"b":3,"c":"5"}""", patched.Json.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task The_fact_names_what_changed_and_never_the_values()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());
        await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"display_name":"Canary","attributes":{"secret":"canary"} }""");
        await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"display_name":"Canary","attributes":{"secret":"canary"} }""");

        var facts = await api.FactsAsync(id);

        var fact = Assert.Single(facts.Json.GetProperty("facts").EnumerateArray());
        Assert.Equal("participant.updated", fact.GetProperty("kind").GetString());
        Assert.Equal("""{"changed":["display_name","attributes"]}""", fact.GetProperty("data").GetRawText());
        Assert.DoesNotContain("anary", facts.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_and_dry_runs_read_attributes()
    {
        var (tenant, id) = (await server.NewTenantAsync(), Some.Participant());
        await tenant.PublishAsync("""{"point_rules":[{"code":"pro","event_name":"buy","where":{"property":"participant.attributes.plan.name","op":"in","value":["pro","team"]},"amount":10}]}""");
        await tenant.Participant.PostAsync(Participants, $$$"""{"participant_id":{{{Some.Json(id)}}},"attributes":{"plan":{"name":"team"}} }""");

        var tried = await tenant.Participant.PostAsync(Api.Events + "?dry_run=true", Some.Event(id, "buy"));
        var earned = await tenant.Participant.PostEventAsync(Some.Event(id, "buy"));
        var trace = await tenant.Participant.GetAsync($"{Api.Events}/{Expect.Processed(earned)}/trace");

        Assert.Contains("points.awarded", tried.Text, StringComparison.Ordinal);
        Assert.Equal(10, Assert.Single(earned.Json.GetProperty("rewards_granted").EnumerateArray()).GetProperty("amount").GetInt32());
        var condition = Assert.Single(trace.Json.GetProperty("rules")[0].GetProperty("conditions").EnumerateArray());
        Assert.Equal(("participant.attributes.plan.name", "team"), (condition.GetProperty("property").GetString(), condition.GetProperty("actual").GetString()));
    }

    [Fact]
    public async Task Two_hundred_equal_upserts_at_once_make_one_fact()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());

        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"display_name":"Ada","attributes":{"plan":"pro"} }""")));

        Assert.All(replies, reply => Assert.True(reply.Status == 201, reply.ToString()));
        Assert.Single(replies.Select(reply => reply.Text).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, (await api.FactsAsync(id)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Patches_of_different_attributes_at_once_all_count()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());
        await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}} }""");

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(place => api.PatchAsync(Api.PathOf(id), $$$"""{"attributes":{"a{{{place}}}":{{{place}}}}}""")));

        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.ToString()));
        Assert.Equal(50, (await api.GetAsync(Api.PathOf(id))).Json.GetProperty("attributes").EnumerateObject().Count());
    }

    [Fact]
    public async Task Each_wrong_member_is_named()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());
        var long256 = new string('x', 256);

        Expect.Unprocessable(await api.PostAsync(Participants, "[]"), "");
        Expect.Unprocessable(await api.PostAsync(Participants, "{"), "");
        Expect.Unprocessable(await api.PostAsync(Participants, """{"display_name":7,"avatar_url":[],"attributes":"x"}"""), "/participant_id", "/display_name", "/avatar_url", "/attributes");
        Expect.Unprocessable(
            await api.PostAsync(Participants, $$"""{"participant_id":"{{long256}}","display_name":"{{long256}}","avatar_url":"https://a/{{new string('x', 491)}}","attributes":{"a":"{{new string('x', 4096)}}"} }"""),
            "/participant_id", "/display_name", "/avatar_url", "/attributes");
        foreach (var address in (string[])["javascript:alert(1)", "/a.png", "ftp://a/b", "", "data:image/png;base64,AA"])
        {
            Expect.Unprocessable(await api.PostAsync(Participants, $$"""{"participant_id":"a","avatar_url":{{Some.Json(address)}} }"""), "/avatar_url");
        }

        Expect.Unprocessable(await api.PatchAsync($"{Participants}/{new string('x', 256)}", """{"display_name":1}"""), "/participant_id", "/display_name");
        Expect.Unprocessable(await api.GetAsync($"{Participants}/%FF"), "/participant_id");
        Expect.Problem(await api.GetAsync(Api.PathOf(id)), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await api.GetAsync(Api.PathOf("a")), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task Attributes_that_a_patch_would_make_too_large_are_422_and_change_nothing()
    {
        var (api, id) = ((await server.NewTenantAsync()).Participant, Some.Participant());
        var half = new string('x', 2500);
        await api.PostAsync(Participants, $$"""{"participant_id":{{Some.Json(id)}},"attributes":{"a":"{{half}}"} }""");

        Expect.Unprocessable(await api.PatchAsync(Api.PathOf(id), $$"""{"display_name":"B","attributes":{"b":"{{half}}"} }"""), "/attributes");

        Assert.Null((await api.GetAsync(Api.PathOf(id)))["display_name"]);
    }

    [Fact]
    public async Task Writes_of_a_profile_cost_rate_and_those_that_change_nothing_do_not()
    {
        var (api, id) = ((await server.NewTenantAsync("""{"per_second":0.001,"burst":2}""")).Participant, Some.Participant());
        var body = $$"""{"participant_id":{{Some.Json(id)}},"display_name":"A"}""";
        Assert.Equal(201, (await api.PostAsync(Participants, body)).Status);
        Assert.Equal(201, (await api.PostAsync(Participants, body)).Status);
        Assert.Equal(200, (await api.PatchAsync(Api.PathOf(id), """{"display_name":"B"}""")).Status);

        Expect.Capped(await api.PatchAsync(Api.PathOf(id), """{"display_name":"C"}"""));
    }
}
