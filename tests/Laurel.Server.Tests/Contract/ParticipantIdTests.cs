using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Ids travel percent-encoded in paths and must come back equal. Source: semantics §2, pitfall 10.</summary>
[Collection(OneServer.Name)]
public sealed class ParticipantIdTests(RunningServer server)
{
    public static readonly TheoryData<string> Ids = new(
        "a/b", "a%2Fb", "a%252Fb", "/", "//", "a/", "/a", "100%", "%", "%zz", "%2e", "a?b=c", "?", "a#b", "#", "a+b", "+", "a b", " ", "a%20b",
        "...", ".a", "a.", "../a", "a/../b", "a/./b", "..\\a", "a\\b", "a:b@c;d=e,f!$&'()*", "a|b<c>\"d\"^`{e}", "[a]", "~_-", "user@example.com",
        "events", "state", "a/events", "a/state?include=points", "null", "0", "é", "e\u0301", "日本語", "שלום", "مرحبا", "\u202Eabc\u202C", "🦄", "👩‍👩‍👧‍👦", "\uFEFF", "\u200B", "\u00A0", "\u2028",
        "255 🦄", "255 /", "255 %");

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task An_id_comes_back_equal_from_every_path(string text)
    {
        var tenant = await server.NewTenantAsync();
        var id = text.StartsWith("255 ", StringComparison.Ordinal) ? Some.Times(255, text[4..]) : text;
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id, "seen")));

        var history = await tenant.Participant.HistoryAsync(id);
        var state = await tenant.Participant.StateAsync(id);
        var facts = await tenant.Participant.FactsAsync(id);

        Assert.True(history.Status == 200, history.ToString());
        Assert.Equal(id, history["participant_id"]);
        Assert.Equal(1, history.Json.GetProperty("total").GetInt32());
        Assert.True(state.Status == 200, state.ToString());
        Assert.Equal(id, state["participant_id"]);
        Assert.Equal(1, state.Json.GetProperty("total_events").GetInt32());
        Assert.True(facts.Status == 200, facts.ToString());
        foreach (var read in (string[])["", "/points", "/badges", "/tier", "/streaks"])
        {
            var reply = await tenant.Participant.GetAsync(Api.PathOf(id) + read);
            Assert.True(reply.Status == 200, $"{read} {reply}");
            Assert.Equal(id, reply["participant_id"]);
        }

        var patched = await tenant.Participant.PatchAsync(Api.PathOf(id), """{"display_name":"Somebody"}""");
        Assert.True(patched.Status == 200, patched.ToString());
        Assert.Equal((id, "Somebody"), (patched["participant_id"], patched["display_name"]));
    }

    [Fact]
    public async Task Ids_that_routing_would_confuse_are_different_participants()
    {
        var tenant = await server.NewTenantAsync();
        string[] ids = ["a/b", "a%2Fb", "a%252Fb", "a%2fb", "a+b", "a b", "a%20b", "A/b", "a//b", "a/b/"];
        foreach (var (id, count) in ids.Select((id, i) => (id, i + 1)))
        {
            Assert.Equal(200, (await tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(id), count))).Status);
        }

        foreach (var (id, count) in ids.Select((id, i) => (id, i + 1)))
        {
            var history = await tenant.Participant.HistoryAsync(id);
            Assert.Equal(id, history["participant_id"]);
            Assert.Equal(count, history.Json.GetProperty("total").GetInt32());
        }
    }

    [Theory]
    [InlineData("user@example.com:7")]
    [InlineData("!$&'()*,;=~-._")]
    public async Task What_a_path_allows_as_it_is_need_not_be_encoded(string id)
    {
        var tenant = await server.NewTenantAsync();
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(id)));

        var history = await tenant.Participant.GetAsync($"/api/v1/gamify/participants/{id}/events");

        Assert.Equal(id, history["participant_id"]);
        Assert.Equal(1, history.Json.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("?page=1&event_name=a/b?c")]
    [InlineData("?event_name=%2F..%2F")]
    public async Task A_query_does_not_touch_the_id(string query)
    {
        var tenant = await server.NewTenantAsync();
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event("a/b")));

        var history = await tenant.Participant.HistoryAsync("a/b", query);

        Assert.Equal("a/b", history["participant_id"]);
        Assert.Equal(0, history.Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_id_of_300_characters_is_refused_in_a_body_and_found_nowhere()
    {
        var id = new string('x', 300);

        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event(id)), "/participant_id");
        var history = await server.Live.HistoryAsync(id);
        var state = await server.Live.StateAsync(id);

        Assert.True(history.Status is 422 || (history.Status == 200 && history.Json.GetProperty("total").GetInt32() == 0), history.ToString());
        Assert.True(state.Status is 404 or 422, state.ToString());
    }

    [Theory]
    [InlineData("%zz")]
    [InlineData("%2")]
    [InlineData("%ff")]
    [InlineData("%ed%a0%80")]
    [InlineData("%c0%80")]
    [InlineData("%00")]
    [InlineData("a%00b")]
    [InlineData("%0a")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("%2e")]
    [InlineData("%2E%2e")]
    [InlineData("a/b")]
    public async Task A_path_that_names_no_participant_is_the_callers_fault(string segment)
    {
        foreach (var room in (string[])["events", "state", "facts"])
        {
            var reply = await RawHttp.SendAsync(
                server.Process.Address, $"GET /api/v1/gamify/participants/{segment}/{room} HTTP/1.1\r\nX-API-Key: {server.Live.Key}");

            Assert.True(reply.Status is >= 400 and < 500, $"{room}: {reply}");
        }
    }
}
