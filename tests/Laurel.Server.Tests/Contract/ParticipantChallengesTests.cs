using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>A participant's challenges, streaks, tier and rewards as a front end reads them. Source: laurel-api.md "State".</summary>
[Collection(OneServer.Name)]
public sealed class ParticipantChallengesTests(RunningServer server)
{
    private const string Program =
        """
        {
          "time_zone": "Asia/Kolkata",
          "point_rules": [{ "code": "spend", "event_name": "paid", "amount": { "property": "properties.amount" } }],
          "tiers": [
            { "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 0 } },
            { "code": "gold", "name": "Gold", "level": 2, "criteria_config": { "min_points": 100 }, "requalify": { "period": "yearly", "min_points": 50 } }
          ],
          "streaks": [
            { "code": "login", "name": "Login", "event_name": "visited", "period": "daily", "grace_periods": 1, "freezes": { "earned_every": 2, "stockpile_max": 3 } },
            { "code": "monthly", "event_name": "never", "period": "monthly" }
          ],
          "challenges": [
            { "code": "daily", "name": "Daily", "schedule": { "recurrence": "daily" },
              "objectives": [{ "code": "o", "event_name": "visited", "metric": { "type": "count" }, "target": 2 }] },
            { "code": "best", "objectives": [{ "code": "most", "event_name": "paid", "metric": { "type": "max", "property": "properties.amount" }, "target": 1000 }] },
            { "code": "over", "schedule": { "ends_at": "2020-01-01T00:00:00Z" }, "objectives": [{ "code": "o", "event_name": "visited", "metric": { "type": "count" }, "target": 2 }] },
            { "code": "joined", "enrollment": "explicit", "objectives": [{ "code": "o", "event_name": "visited", "metric": { "type": "count" }, "target": 2 }] },
            { "code": "once", "objectives": [{ "code": "o", "event_name": "visited", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "mug" }] }
          ],
          "rewards": [{ "code": "mug", "name": "A mug", "type": "physical" }]
        }
        """;

    [Fact]
    public async Task The_list_has_every_challenge_with_its_progress_in_the_period_that_runs()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited", timestamp: "2026-01-01T10:00:00Z"));
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited"));

        var reply = await ListAsync(tenant, participant);

        Assert.True(reply.Status == 200, reply.ToString());
        Expect.Members(reply.Json, "participant_id", "challenges", "total", "page", "page_size");
        Assert.Equal(5, reply.Json.GetProperty("total").GetInt32());
        var challenges = reply.Json.GetProperty("challenges").EnumerateArray().ToList();
        Assert.Equal(
            ["daily active", "best active", "over ended", "joined not_enrolled", "once completed"],
            challenges.Select(challenge => $"{challenge.GetProperty("code")} {challenge.GetProperty("status")}"));
        Assert.All(challenges, challenge => Expect.Members(challenge, "code", "name", "status", "enrolled_at", "period_start", "period_end", "completions", "objectives"));
        Assert.Equal("""[{"code":"o","current":1,"target":2,"completed":false}]""", challenges[0].GetProperty("objectives").GetRawText());
        Assert.EndsWith("T18:30:00Z", challenges[0].GetProperty("period_start").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("T18:30:00Z", challenges[0].GetProperty("period_end").GetString(), StringComparison.Ordinal);
        Assert.Equal("""[{"code":"most","current":null,"target":1000,"completed":false}]""", challenges[1].GetProperty("objectives").GetRawText());
        Assert.Equal(JsonValueKind.Null, challenges[1].GetProperty("period_start").ValueKind);
        Assert.Equal(1, challenges[4].GetProperty("completions").GetInt32());

        var state = await tenant.Participant.StateAsync(participant, "?include=challenges");
        Assert.Equal(reply.Json.GetProperty("challenges").GetRawText(), state.Json.GetProperty("challenges").GetRawText());
    }

    [Fact]
    public async Task The_list_is_filtered_by_status_and_paged()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited"));

        Assert.Equal("2: daily best", Tell(await ListAsync(tenant, participant, "?status=active")));
        Assert.Equal("1: over", Tell(await ListAsync(tenant, participant, "?status=ended")));
        Assert.Equal("1: joined", Tell(await ListAsync(tenant, participant, "?status=not_enrolled")));
        Assert.Equal("1: once", Tell(await ListAsync(tenant, participant, "?status=completed")));
        Assert.Equal("5: over joined", Tell(await ListAsync(tenant, participant, "?page=2&page_size=2")));
        Assert.Equal("5: once", Tell(await ListAsync(tenant, participant, "?page=3&page_size=2")));
        Assert.Equal("5: ", Tell(await ListAsync(tenant, participant, "?page=2147483647&page_size=100")));

        static string Tell(Reply reply) =>
            $"{reply.Json.GetProperty("total")}: {string.Join(' ', reply.Json.GetProperty("challenges").EnumerateArray().Select(challenge => challenge.GetProperty("code")))}";
    }

    [Theory]
    [InlineData("?status=done", "/status")]
    [InlineData("?status=", "/status")]
    [InlineData("?status=active&status=ended", "/status")]
    [InlineData("?page=0&page_size=101", "/page /page_size")]
    public async Task A_question_that_makes_no_sense_is_422(string query, string pointers) =>
        Expect.Unprocessable(await server.Test.GetAsync($"{Api.PathOf("p")}/challenges{query}"), pointers.Split(' '));

    [Fact]
    public async Task Whoever_asks_for_a_stranger_hears_404()
    {
        Expect.Problem(await server.Live.GetAsync($"{Api.PathOf(Some.Participant())}/challenges"), 404, "PARTICIPANT_NOT_FOUND");
        Expect.Problem(await server.Anonymous.GetAsync($"{Api.PathOf("p")}/challenges"), 401, "unauthorized");
    }

    [Fact]
    public async Task A_streak_tells_how_long_it_is_and_what_can_save_it()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var now = DateTimeOffset.UtcNow;
        foreach (var daysAgo in (int[])[2, 1, 0])
        {
            await tenant.Participant.PostEventAsync(Some.Event(participant, "visited", timestamp: now.AddDays(-daysAgo).ToString("O")));
        }

        var streaks = (await tenant.Participant.StateAsync(participant, "?include=streaks")).Json.GetProperty("streaks").EnumerateArray().ToList();

        Assert.Equal(2, streaks.Count);
        Assert.All(streaks, streak => Expect.Members(
            streak, "code", "name", "period", "current_count", "longest_count", "last_recorded_at", "is_at_risk", "grace_periods", "freezes"));
        Assert.Equal("login daily 3 3 False 1 1", Tell(streaks[0]));
        Assert.Equal("monthly monthly 0 0 False 0 0", Tell(streaks[1]));
        Assert.Equal(JsonValueKind.Null, streaks[1].GetProperty("last_recorded_at").ValueKind);

        static string Tell(JsonElement streak) => string.Join(
            ' ', ((string[])["code", "period", "current_count", "longest_count", "is_at_risk", "grace_periods", "freezes"]).Select(name => streak.GetProperty(name).ToString()));
    }

    [Fact]
    public async Task A_tier_that_must_be_earned_again_tells_what_keeps_it()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await tenant.Participant.PostEventAsync(Some.Event(participant, "paid", """{"amount":10}"""));
        var bronze = await TierAsync();
        Assert.Equal(JsonValueKind.Null, bronze.GetProperty("current_tier").GetProperty("requalification").ValueKind);
        Assert.Equal("""{"code":"gold","name":"Gold","points_required":100,"points_remaining":90,"period_end":null}""", bronze.GetProperty("next_tier").GetRawText());

        await tenant.Participant.PostEventAsync(Some.Event(participant, "paid", """{"amount":90}"""));

        var gold = await TierAsync();
        var requalification = gold.GetProperty("current_tier").GetProperty("requalification");
        Expect.Members(requalification, "period_start", "period_end", "points_required", "points_earned", "points_remaining");
        Assert.Equal(50, requalification.GetProperty("points_remaining").GetInt64());
        Assert.EndsWith("-12-31T18:30:00Z", requalification.GetProperty("period_start").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, gold.GetProperty("next_tier").ValueKind);

        async Task<JsonElement> TierAsync() => (await tenant.Participant.StateAsync(participant, "?include=tier")).Json.GetProperty("tier");
    }

    [Fact]
    public async Task A_reward_that_was_granted_is_among_the_participants_rewards()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var reply = await tenant.Participant.PostEventAsync(Some.Event(participant, "visited", timestamp: "2026-02-14T10:00:00Z"));

        var claim = Assert.Single((await tenant.Participant.StateAsync(participant, "?include=rewards")).Json.GetProperty("rewards").EnumerateArray());

        var granted = Assert.Single(reply.Json.GetProperty("rewards_granted").EnumerateArray(), reward => reward.GetProperty("type").GetString() == "reward");
        Assert.Equal(
            $$"""{"claim_id":"{{granted.GetProperty("claim_id")}}","reward_code":"mug","reward_name":"A mug","reward_type":"physical","code_value":null,"currency":null,"points_deducted":0,"source":{"type":"challenge","code":"once"},"status":"issued","claimed_at":"2026-02-14T10:00:00Z","redeemed_at":null,"cancelled_at":null}""",
            claim.GetRawText());
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> ListAsync(TestTenant tenant, string participant, string query = "") =>
        tenant.Participant.GetAsync($"{Api.PathOf(participant)}/challenges{query}");
}
