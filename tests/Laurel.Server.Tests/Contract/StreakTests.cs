using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Periods of streaks by hand, and a participant's streaks. Source: gamification-api.md, "Streaks".</summary>
[Collection(OneServer.Name)]
public sealed class StreakTests(RunningServer server)
{
    private const string Record = "/api/v1/gamify/streaks/record";

    private const string Program =
        """
        {"streaks":[{"code":"days","name":"Days","event_name":"visit","where":{"property":"properties.real","op":"eq","value":true},"period":"daily","milestones":[{"count":2,"rewards":[{"type":"points","amount":5}]}]},
                    {"code":"gone","event_name":"visit","period":"weekly","is_active":false}]}
        """;

    [Fact]
    public async Task A_period_counts_once_and_reaches_milestones()
    {
        var (tenant, id) = (await PublishedAsync(), "ä/b%");
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1).ToString("O");

        var late = await RecordAsync(tenant, id, yesterday);
        var now = await RecordAsync(tenant, id);
        var again = await RecordAsync(tenant, id);

        Assert.True(late.Status == 200, late.ToString());
        Expect.Members(late.Json, "participant_id", "streak_code", "new_count", "longest_count", "is_new_record", "already_recorded", "rewards_granted");
        Assert.Equal($"{id} days 1 1 True False 0", Tell(late));
        Assert.Equal($"{id} days 2 2 True False 1", Tell(now));
        Assert.Equal($"{id} days 2 2 False True 0", Tell(again));
        Assert.Equal(2, (await tenant.Participant.FactsAsync(id, "?kind=streak.extended")).Json.GetProperty("total").GetInt32());
        Assert.Equal(0, (await tenant.Participant.HistoryAsync(id)).Json.GetProperty("total").GetInt32());
        var extended = (await tenant.Participant.FactsAsync(id, "?kind=streak.extended")).Json.GetProperty("facts");
        Assert.Equal(DateTimeOffset.Parse(yesterday).Date, DateTimeOffset.Parse(extended[1].GetProperty("occurred_at").GetString()!).UtcDateTime.Date);

        var listed = await tenant.Participant.GetAsync(Api.PathOf(id) + "/streaks");
        Assert.True(listed.Status == 200, listed.ToString());
        var streak = Assert.Single(listed.Json.GetProperty("streaks").EnumerateArray());
        Expect.Members(streak, "code", "name", "period", "current_count", "longest_count", "last_recorded_at", "is_at_risk", "grace_periods", "freezes");
        Assert.Equal(("days", "Days", "daily", 2, 2, false), (
            streak.GetProperty("code").GetString(), streak.GetProperty("name").GetString(), streak.GetProperty("period").GetString(),
            streak.GetProperty("current_count").GetInt32(), streak.GetProperty("longest_count").GetInt32(), streak.GetProperty("is_at_risk").GetBoolean()));
    }

    [Fact]
    public async Task A_period_long_ago_counts_for_the_longest_and_runs_no_more()
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        Assert.Equal($"{id} days 0 1 True False 0", Tell(await RecordAsync(tenant, id, "1999-12-31T12:00:00.5")));
        Assert.Equal($"{id} days 0 1 False True 0", Tell(await RecordAsync(tenant, id, "1999-12-31 01:00:00Z")));
    }

    [Fact]
    public async Task A_freeze_is_used_for_a_day_that_was_left_out_before_the_one_recorded()
    {
        var (tenant, id) = (await server.NewTenantAsync(), Some.Participant());
        await tenant.PublishAsync("""{"streaks":[{"code":"days","event_name":"visit","period":"daily","freezes":{"earned_every":1,"stockpile_max":2}}]}""");
        await RecordAsync(tenant, id, "2026-02-10T10:00:00Z");

        Assert.Equal($"{id} days 0 2 True False 0", Tell(await RecordAsync(tenant, id, "2026-02-12T10:00:00Z")));
        Assert.Equal(1, (await tenant.Participant.FactsAsync(id, "?kind=streak.freeze_used")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Many_records_at_once_are_one()
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RecordAsync(tenant, id, "2026-02-14T10:00:00Z")));

        Assert.Single(replies, reply => !reply.Json.GetProperty("already_recorded").GetBoolean());
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("nothing")]
    public async Task A_streak_that_is_not_active_is_404(string code)
    {
        var (tenant, id) = (await PublishedAsync(), Some.Participant());

        Expect.Problem(await tenant.Participant.PostAsync(Record, $$"""{"participant_id":{{Some.Json(id)}},"streak_code":"{{code}}"}"""), 404, "STREAK_NOT_FOUND");
        Expect.Problem(await tenant.Participant.GetAsync(Api.PathOf(id) + "/streaks"), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task Each_wrong_member_is_named()
    {
        var api = (await PublishedAsync()).Participant;

        Expect.Unprocessable(await api.PostAsync(Record, "\"days\""), "");
        Expect.Unprocessable(await api.PostAsync(Record, """{"participant_id":7,"timestamp":1700000000}"""), "/participant_id", "/streak_code", "/timestamp");
        Expect.Unprocessable(await api.PostAsync(Record, """{"participant_id":"a","streak_code":"days","timestamp":"yesterday"}"""), "/timestamp");
        Expect.Unprocessable(
            await api.PostAsync(Record, $$"""{"participant_id":"a","streak_code":"days","timestamp":"{{DateTimeOffset.UtcNow.AddHours(25):O}}"}"""), "/timestamp");
        Expect.Unprocessable(await api.GetAsync("/api/v1/gamify/participants/%FF/streaks"), "/participant_id");
        Assert.Equal(200, (await api.PostAsync(Record, $$"""{"participant_id":"a","streak_code":"days","timestamp":"{{DateTimeOffset.UtcNow.AddHours(23):O}}"}""")).Status);
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> RecordAsync(TestTenant tenant, string participant, string? timestamp = null) => tenant.Participant.PostAsync(
        Record, $$"""{"participant_id":{{Some.Json(participant)}},"streak_code":"days"{{(timestamp is null ? "" : $",\"timestamp\":\"{timestamp}\"")}} }""");

    private static string Tell(Reply reply) => string.Join(' ', new object?[]
    {
        reply["participant_id"], reply["streak_code"], reply.Json.GetProperty("new_count").GetInt32(), reply.Json.GetProperty("longest_count").GetInt32(),
        reply.Json.GetProperty("is_new_record").GetBoolean(), reply.Json.GetProperty("already_recorded").GetBoolean(), reply.Json.GetProperty("rewards_granted").GetArrayLength(),
    });
}
