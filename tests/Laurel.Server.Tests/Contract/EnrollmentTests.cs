using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Enrolment in challenges that take only who enrols, and what becomes of it.</summary>
[Collection(OneServer.Name)]
public sealed class EnrollmentTests(RunningServer server)
{
    private const string Objectives = """[{ "code": "o", "event_name": "visited", "metric": { "type": "count" }, "target": 2 }]""";

    private const string Program =
        $$"""
        {
          "point_rules": [{ "code": "spend", "event_name": "paid", "amount": { "property": "properties.amount" } }],
          "badges": [{ "code": "joined", "name": "Joined", "criteria": { "event_name": "challenge.enrolled", "metric": { "type": "count" }, "target": 1 } }],
          "tiers": [{ "code": "gold", "name": "Gold", "level": 1, "criteria_config": { "min_points": 100 } }],
          "challenges": [
            { "code": "week_one", "name": "Week one", "enrollment": "explicit", "schedule": { "rolling": "P7D" }, "objectives": {{Objectives}} },
            { "code": "for_ever", "enrollment": "explicit", "objectives": {{Objectives}} },
            { "code": "everybody", "objectives": {{Objectives}} },
            { "code": "over", "enrollment": "explicit", "schedule": { "ends_at": "2020-01-01T00:00:00Z" }, "objectives": {{Objectives}} },
            { "code": "to_come", "enrollment": "explicit", "schedule": { "starts_at": "2999-01-01T00:00:00Z" }, "objectives": {{Objectives}} },
            { "code": "gold_only", "enrollment": "explicit", "eligibility": { "property": "participant.tier", "op": "eq", "value": "gold" }, "objectives": {{Objectives}} },
            { "code": "withdrawn", "enrollment": "explicit", "is_active": false, "objectives": {{Objectives}} }
          ]
        }
        """;

    [Fact]
    public async Task Whoever_enrols_is_told_until_when_events_count()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());

        var reply = await EnrollAsync(tenant.Participant, "week_one", participant);

        Assert.True(reply.Status == 200, reply.ToString());
        Expect.Members(reply.Json, "participant_id", "challenge_code", "enrolled_at", "ends_at", "fact_id", "already_enrolled", "rewards_granted");
        Assert.Equal(participant, reply["participant_id"]);
        Assert.Equal("week_one", reply["challenge_code"]);
        Assert.Equal(TimeSpan.FromDays(7), DateTimeOffset.Parse(reply["ends_at"]!) - DateTimeOffset.Parse(reply["enrolled_at"]!));
        Assert.False(reply.Json.GetProperty("already_enrolled").GetBoolean());
        var badge = Assert.Single(reply.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Equal("joined", badge.GetProperty("badge_code").GetString());
        var fact = Assert.Single((await tenant.Participant.FactsAsync(participant, "?kind=challenge.enrolled")).Json.GetProperty("facts").EnumerateArray());
        Assert.Equal(reply["fact_id"], fact.GetProperty("fact_id").GetString());
        Assert.Equal("week_one", fact.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, fact.GetProperty("event_id").ValueKind);
    }

    [Fact]
    public async Task An_enrolment_without_an_end_has_none() =>
        Assert.Null((await EnrollAsync((await PublishedAsync()).Participant, "for_ever", Some.Participant()))["ends_at"]);

    [Fact]
    public async Task An_enrolment_is_no_event()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await EnrollAsync(tenant.Participant, "week_one", participant);

        Assert.Equal(0, (await tenant.Participant.StateAsync(participant)).Json.GetProperty("total_events").GetInt64());
        Assert.Equal(0, (await tenant.Participant.HistoryAsync(participant)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Events_count_from_the_enrolment_on()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited"));
        Assert.Equal(("not_enrolled", 0), await StandingAsync(tenant, participant, "for_ever"));
        var enrolledAt = (await EnrollAsync(tenant.Participant, "for_ever", participant))["enrolled_at"]!;

        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited", timestamp: "2026-01-01T00:00:00Z"));
        Assert.Equal(("active", 0), await StandingAsync(tenant, participant, "for_ever"));
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited", timestamp: enrolledAt));
        Assert.Equal(("active", 1), await StandingAsync(tenant, participant, "for_ever"));
        await tenant.Participant.PostEventAsync(Some.Event(participant, "visited"));
        Assert.Equal(("completed", 2), await StandingAsync(tenant, participant, "for_ever"));

        Expect.Problem(await EnrollAsync(tenant.Participant, "for_ever", participant), 409, "CHALLENGE_COMPLETED");
    }

    [Fact]
    public async Task Enrolling_again_tells_the_first_enrolment_and_changes_nothing()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var first = await EnrollAsync(tenant.Participant, "week_one", participant, Some.Key());

        var again = await EnrollAsync(tenant.Participant, "week_one", participant, Some.Key());

        Assert.True(again.Status == 200, again.ToString());
        Expect.Members(again.Json, [.. first.Json.EnumerateObject().Select(member => member.Name)]);
        Assert.True(again.Json.GetProperty("already_enrolled").GetBoolean());
        Assert.Equal(first["enrolled_at"], again["enrolled_at"]);
        Assert.Equal(first["ends_at"], again["ends_at"]);
        Assert.Null(again["fact_id"]);
        Assert.Empty(again.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Null(again.Header("Idempotent-Replayed"));
        Assert.Equal(1, (await tenant.Participant.FactsAsync(participant, "?kind=challenge.enrolled")).Json.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("nowhere", 404, "CHALLENGE_NOT_FOUND")]
    [InlineData("withdrawn", 404, "CHALLENGE_NOT_FOUND")]
    [InlineData("%ED%A0%80%22%27..%2Fweek_one", 404, "CHALLENGE_NOT_FOUND")]
    [InlineData("everybody", 409, "ENROLLMENT_NOT_EXPLICIT")]
    [InlineData("over", 409, "CHALLENGE_NOT_OPEN")]
    [InlineData("to_come", 409, "CHALLENGE_NOT_OPEN")]
    [InlineData("gold_only", 409, "NOT_ELIGIBLE")]
    public async Task A_challenge_that_cannot_be_joined_says_why_and_leaves_no_trace(string code, int status, string problem)
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());

        var reply = await EnrollAsync(tenant.Participant, code, participant);

        Expect.Problem(reply, status, problem);
        Expect.Problem(await tenant.Participant.StateAsync(participant), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task A_refused_enrolment_burns_no_key_and_works_once_the_participant_is_eligible()
    {
        var (tenant, participant, key) = (await PublishedAsync(), Some.Participant(), Some.Key());
        Expect.Problem(await EnrollAsync(tenant.Participant, "gold_only", participant, key), 409, "NOT_ELIGIBLE");
        await tenant.Participant.PostEventAsync(Some.Event(participant, "paid", """{"amount":100}"""));

        var reply = await EnrollAsync(tenant.Participant, "gold_only", participant, key);

        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Null(reply.Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_retry_with_the_same_key_gets_the_original_bytes()
    {
        var (tenant, participant, key) = (await PublishedAsync(), Some.Participant(), Some.Key());
        var first = await EnrollAsync(tenant.Participant, "week_one", participant, key);

        var second = await EnrollAsync(tenant.Participant, "week_one", participant, key);
        var other = await EnrollAsync(tenant.Participant, "for_ever", participant, key);
        var asEvent = await tenant.Participant.PostEventAsync(Some.Event(participant), key);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotent-Replayed"));
        Assert.Null(second.Header("Idempotency-Payload-Mismatch"));
        foreach (var mismatch in (Reply[])[other, asEvent])
        {
            Assert.Equal(first.Body, mismatch.Body);
            Assert.Equal("true", mismatch.Header("Idempotency-Payload-Mismatch"));
        }
    }

    [Fact]
    public async Task Parallel_enrolments_enrol_once()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());

        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => EnrollAsync(tenant.Participant, "week_one", participant)));

        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.ToString()));
        Assert.Single(replies, reply => !reply.Json.GetProperty("already_enrolled").GetBoolean());
        Assert.Single(replies.Select(reply => reply["enrolled_at"]).Distinct());
        Assert.Equal(1, (await tenant.Participant.FactsAsync(participant, "?kind=challenge.enrolled")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_enrolment_counts_towards_the_participants_cap()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":0.01,"burst":2}""");
        await tenant.PublishAsync(Program);
        var participant = Some.Participant();
        await EnrollAsync(tenant.Participant, "week_one", participant);
        await EnrollAsync(tenant.Participant, "for_ever", participant);

        Expect.Capped(await EnrollAsync(tenant.Participant, "gold_only", participant));
        Expect.Capped(await tenant.Participant.PostEventAsync(Some.Event(participant)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("{}", "/participant_id")]
    [InlineData("""{"participant_id":7}""", "/participant_id")]
    [InlineData("""{"participant_id":null}""", "/participant_id")]
    [InlineData("""{"participant_id":""}""", "/participant_id")]
    [InlineData("""{"participant_id":".."}""", "/participant_id")]
    [InlineData("""{"participant_id":"a\u0000"}""", "/participant_id")]
    [InlineData("""{"participant_id":"\ud800"}""", "/participant_id")]
    [InlineData("""{"participant_id":"a","participant_id":"b"}""", "")]
    public async Task A_body_that_names_no_participant_is_422(string body, string pointer) =>
        Expect.Unprocessable(await server.Test.PostAsync(PathOf("week_one"), body), pointer);

    [Fact]
    public async Task Checks_come_in_the_order_of_all_calls()
    {
        var path = PathOf("week_one");
        Expect.Problem(await server.Test.GetAsync(path), 405, null);
        Expect.Problem(await server.Anonymous.PostAsync(path, "{"), 401, "unauthorized");
        Expect.Problem(await server.Test.SendAsync(HttpMethod.Post, path, "x"u8.ToArray(), "text/plain", ("Idempotency-Key", "a b")), 415, null);
        Expect.Problem(await server.Test.PostAsync(path, "{", ("Idempotency-Key", "a b")), 400, "IDEMPOTENCY_KEY_INVALID");
        Expect.Problem(await server.Test.PostAsync(path, $$"""{"participant_id":"a","x":"{{new string('x', 300_000)}}"}"""), 413, null);
    }

    [Fact]
    public async Task Tenants_and_environments_share_no_challenges()
    {
        var (tenant, other, participant) = (await PublishedAsync(), await server.NewTenantAsync(), Some.Participant());
        await EnrollAsync(tenant.Participant, "week_one", participant);

        Expect.Problem(await EnrollAsync(other.Participant, "week_one", participant), 404, "CHALLENGE_NOT_FOUND");
        Expect.Problem(await EnrollAsync(tenant.Live, "week_one", participant), 404, "CHALLENGE_NOT_FOUND");
        Expect.Problem(await other.Participant.GetAsync($"{Api.PathOf(participant)}/challenges"), 404, "PARTICIPANT_NOT_FOUND");
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static async Task<(string? Status, int Current)> StandingAsync(TestTenant tenant, string participant, string code)
    {
        var reply = await tenant.Participant.GetAsync($"{Api.PathOf(participant)}/challenges");
        var challenge = Assert.Single(reply.Json.GetProperty("challenges").EnumerateArray(), challenge => challenge.GetProperty("code").GetString() == code);
        return (challenge.GetProperty("status").GetString(), challenge.GetProperty("objectives")[0].GetProperty("current").GetInt32());
    }

    private static string PathOf(string code) => $"/api/v1/gamify/challenges/{code}/enroll";

    private static Task<Reply> EnrollAsync(Api api, string code, string participant, string? key = null)
    {
        var body = $$"""{"participant_id":{{Some.Json(participant)}}}""";
        return key is null ? api.PostAsync(PathOf(code), body) : api.PostAsync(PathOf(code), body, ("Idempotency-Key", key));
    }
}
