using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Points;

/// <summary>Points by hand, and the ledger behind every balance. Source: gamification-api.md, "Points".</summary>
[Collection(OneServer.Name)]
public sealed class PointsTests(RunningServer server)
{
    private const string Award = "/api/v1/gamify/points/award";
    private const string Deduct = "/api/v1/gamify/points/deduct";
    private const string AwardBatch = "/api/v1/gamify/points/award-batch";

    private const string Program =
        """
        {
          "currencies": [{ "code": "points" }, { "code": "gems" }],
          "point_rules": [{ "code": "bonus", "event_name": "badge.unlocked", "amount": 5, "currency": "gems" }],
          "badges": [{ "code": "rich", "name": "Rich", "rarity": "rare", "criteria": { "event_name": "points.awarded", "where": { "property": "properties.currency", "op": "eq", "value": "points" }, "metric": { "type": "sum", "property": "properties.amount" }, "target": 100 } }],
          "tiers": [{ "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 10 } }, { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 100 } }]
        }
        """;

    [Fact]
    public async Task An_award_moves_tiers_unlocks_badges_and_pays_for_them_in_the_same_answer()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":20}""");

        var reply = await DoneAsync(tenant, Award, $$$"""{"participant_id":"{{{participant}}}","amount":90,"reason":"Sorry","metadata":{"ticket":"4711"}}""");

        Expect.Members(
            reply.Json, "transaction_id", "participant_id", "currency", "amount", "new_balance", "tier_upgrade", "badges_unlocked", "rewards_granted");
        Assert.Equal((participant, "points"), (reply["participant_id"], reply["currency"]));
        Assert.Equal((90, 110), (reply.Json.GetProperty("amount").GetInt64(), reply.Json.GetProperty("new_balance").GetInt64()));
        Assert.Equal("""{"code":"silver","name":"Silver","level":2,"previous_code":"bronze","previous_level":1}""", reply.Json.GetProperty("tier_upgrade").GetRawText());
        Assert.Equal("""[{"badge_code":"rich","badge_name":"Rich","rarity":"rare"}]""", reply.Json.GetProperty("badges_unlocked").GetRawText());
        Assert.Equal(
            ["points", "tier", "badge", "points"],
            reply.Json.GetProperty("rewards_granted").EnumerateArray().Select(grant => grant.GetProperty("type").GetString()));
        var state = (await tenant.Participant.StateAsync(participant)).Json;
        Assert.Equal(110, state.GetProperty("points").GetProperty("balance").GetInt64());
        Assert.Equal("silver", state.GetProperty("tier").GetProperty("current_tier").GetProperty("code").GetString());
        Assert.Equal(0, state.GetProperty("total_events").GetInt32());
    }

    [Fact]
    public async Task A_deduction_takes_points_and_leaves_what_was_earned_and_the_tier()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":30}""");

        var reply = await DoneAsync(tenant, Deduct, $$"""{"participant_id":"{{participant}}","amount":25}""");

        Expect.Members(reply.Json, "transaction_id", "participant_id", "currency", "amount", "new_balance", "rewards_granted");
        Assert.Equal((25, 5), (reply.Json.GetProperty("amount").GetInt64(), reply.Json.GetProperty("new_balance").GetInt64()));
        var points = (await tenant.Participant.GetAsync($"{Api.PathOf(participant)}/points")).Json;
        Assert.Equal(
            $$$$"""{"participant_id":"{{{{participant}}}}","balance":5,"total_earned":30,"total_spent":25,"currencies":{"points":{"balance":5,"total_earned":30,"total_spent":25},"gems":{"balance":0,"total_earned":0,"total_spent":0}}}""",
            points.GetRawText());
        Assert.Equal("bronze", (await tenant.Participant.StateAsync(participant)).Json.GetProperty("tier").GetProperty("current_tier").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Too_few_points_are_told_in_the_familys_words_and_burn_no_key()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":30}""");
        var body = $$"""{"participant_id":"{{participant}}","amount":50}""";

        var refused = await tenant.Participant.PostAsync(Deduct, body, ("Idempotency-Key", "k"));
        Expect.Problem(refused, 400, "INSUFFICIENT_POINTS");
        Assert.Equal("Insufficient points. Available: 30, requested: 50", refused["detail"]);
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":20}""");
        var taken = await tenant.Participant.PostAsync(Deduct, body, ("Idempotency-Key", "k"));

        Assert.Equal((200, 0L), (taken.Status, taken.Json.GetProperty("new_balance").GetInt64()));
        Expect.Problem(await tenant.Participant.PostAsync(Deduct, """{"participant_id":"nobody","amount":1}"""), 400, "INSUFFICIENT_POINTS");
        Expect.Problem(await tenant.Participant.StateAsync("nobody"), 404, "PARTICIPANT_NOT_FOUND");
    }

    [Fact]
    public async Task A_retry_is_answered_byte_for_byte_and_says_where_the_payload_differs()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var first = await tenant.Participant.PostAsync(Award, $$$"""{"participant_id":"{{{participant}}}","amount":30,"metadata":{"a":1,"b":2}}""", ("Idempotency-Key", "k"));
        var same = await tenant.Participant.PostAsync(Award, $$"""{"metadata":{"b":2,"a":1},"amount":30,"participant_id":"{{participant}}"}""", ("Idempotency-Key", "k"));
        var other = await tenant.Participant.PostAsync(Award, $$"""{"participant_id":"{{participant}}","amount":31}""", ("Idempotency-Key", "k"));

        Assert.Equal((200, first.Text, "true"), (same.Status, same.Text, same.Header("Idempotent-Replayed")));
        Assert.Equal((200, first.Text, "true"), (other.Status, other.Text, other.Header("Idempotency-Payload-Mismatch")));
        Assert.Null(first.Header("Idempotent-Replayed"));
        Assert.Equal(30, await BalanceAsync(tenant, participant));
        Expect.Problem(await tenant.Participant.PostAsync(Award, "{}", ("Idempotency-Key", "no spaces")), 400, "IDEMPOTENCY_KEY_INVALID");
    }

    [Fact]
    public async Task The_ledger_has_every_line_with_its_balance_its_note_and_what_is_behind_it()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var award = await DoneAsync(tenant, Award, $$$"""{"participant_id":"{{{participant}}}","amount":100,"reason":"Größe","metadata":{"n":1.50}}""");
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":7,"currency":"gems"}""");
        var deduct = await DoneAsync(tenant, Deduct, $$"""{"participant_id":"{{participant}}","amount":40,"reason":"Mug"}""");

        var page = (await tenant.Participant.GetAsync($"{Api.PathOf(participant)}/points/transactions?page_size=10")).Json;

        Assert.Equal((4, 1, 10), (page.GetProperty("total").GetInt32(), page.GetProperty("page").GetInt32(), page.GetProperty("page_size").GetInt32()));
        var lines = page.GetProperty("transactions").EnumerateArray().ToList();
        Assert.Equal(
            ["deduct -40 points 60 deduct", "award 7 gems 12 award", "award 5 gems 5 bonus", "award 100 points 100 award"],
            lines.Select(line => $"{Text(line, "type")} {line.GetProperty("amount")} {Text(line, "currency")} {line.GetProperty("balance_after")} {Text(line.GetProperty("source"), "code")}"));
        Assert.Equal(("Mug", deduct["transaction_id"]), (Text(lines[0], "reason"), Text(lines[0], "transaction_id")));
        Assert.Equal(("Größe", """{"n":1.50}"""), (Text(lines[3], "reason"), lines[3].GetProperty("metadata").GetRawText()));
        Assert.Equal(award["transaction_id"], Text(lines[3], "transaction_id"));

        // What the award set off names the fact that caused it, and has no note of its own.
        Assert.Equal((null, JsonValueKind.Null), (Text(lines[2], "reason"), lines[2].GetProperty("metadata").ValueKind));
        Assert.NotNull(Text(lines[2], "caused_by"));
        Assert.Equal(lines[1].GetRawText(), (await tenant.Participant.GetAsync($"{Api.PathOf(participant)}/points/transactions?page=2&page_size=1")).Json.GetProperty("transactions")[0].GetRawText());
    }

    [Fact]
    public async Task Each_award_of_a_batch_is_on_its_own_and_the_whole_is_safe_to_retry()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":0.001,"burst":1}""");
        await tenant.PublishAsync(Program);
        const string Body = """{"awards":[{"participant_id":"a","amount":1},{"participant_id":"a","amount":2},{"participant_id":"b","amount":3,"currency":"none"},{"participant_id":"c","amount":4}]}""";

        var reply = await tenant.Participant.PostAsync(AwardBatch, Body, ("Idempotency-Key", "all"));
        var again = await tenant.Participant.PostAsync(AwardBatch, Body, ("Idempotency-Key", "all"));

        Assert.Equal((200, 2, 2), (reply.Status, reply.Json.GetProperty("processed").GetInt32(), reply.Json.GetProperty("failed").GetInt32()));
        var results = reply.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["processed", "error", "error", "processed"], results.Select(result => Text(result, "status")));
        Assert.Equal("RATE_LIMIT_PARTICIPANT_EXCEEDED", Text(results[1].GetProperty("error"), "code"));
        Assert.Equal("CURRENCY_NOT_FOUND", Text(results[2].GetProperty("error"), "code"));
        Assert.Equal(results[0].GetRawText(), again.Json.GetProperty("results")[0].GetRawText());
        Assert.Equal((1, 4), (await BalanceAsync(tenant, "a"), await BalanceAsync(tenant, "c")));
    }

    [Fact]
    public async Task Points_that_expire_are_taken_first_and_a_deduction_is_paid_from_them()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":10}""");
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":5,"expires_at":"9000-01-01T00:00:00Z"}""");
        await DoneAsync(tenant, Deduct, $$"""{"participant_id":"{{participant}}","amount":5}""");

        // Nothing that expires is left: what would expire in the year 9000 is spent.
        Assert.Equal(10, await BalanceAsync(tenant, participant));
    }

    [Theory]
    [InlineData(Award, """{"participant_id":"p"}""", "/amount")]
    [InlineData(Award, """{"amount":1}""", "/participant_id")]
    [InlineData(Award, """{"participant_id":"..","amount":0}""", "/participant_id", "/amount")]
    [InlineData(Award, """{"participant_id":"p","amount":1000001}""", "/amount")]
    [InlineData(Award, """{"participant_id":"p","amount":1.5}""", "/amount")]
    [InlineData(Award, """{"participant_id":"p","amount":"1"}""", "/amount")]
    [InlineData(Award, """{"participant_id":"p","amount":1e400}""", "/amount")]
    [InlineData(Award, """{"participant_id":"p","amount":1,"currency":"Points"}""", "/currency")]
    [InlineData(Award, """{"participant_id":"p","amount":1,"metadata":[1]}""", "/metadata")]
    [InlineData(Award, """{"participant_id":"p","amount":1,"reason":7}""", "/reason")]
    [InlineData(Award, """{"participant_id":"p","amount":1,"expires_at":"2001-01-01T00:00:00Z"}""", "/expires_at")]
    [InlineData(Award, """{"participant_id":"p","amount":1,"expires_at":"soon"}""", "/expires_at")]
    [InlineData(Deduct, """{"participant_id":"p","amount":-5}""", "/amount")]
    [InlineData(Deduct, "[]", "")]
    [InlineData(Deduct, """{"participant_id":"p","amount":1,"amount":2}""")]
    [InlineData(AwardBatch, """{"awards":[]}""", "/awards")]
    [InlineData(AwardBatch, """{"awards":[{"participant_id":"p","amount":1},{"participant_id":"p"}]}""", "/awards/1/amount")]
    public async Task What_cannot_be_read_is_unprocessable_with_its_place(string path, string body, params string[] pointers) =>
        Expect.Unprocessable(await server.Test.PostAsync(path, body), pointers);

    [Fact]
    public async Task A_text_may_be_as_long_as_it_says_and_no_longer()
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var longest = string.Concat(Enumerable.Repeat("🦄", 500));
        await DoneAsync(tenant, Award, $$"""{"participant_id":"{{participant}}","amount":1,"reason":"{{longest}}"}""");
        Expect.Unprocessable(await tenant.Participant.PostAsync(Award, $$"""{"participant_id":"{{participant}}","amount":1,"reason":"{{longest}}x"}"""), "/reason");
        Expect.Unprocessable(
            await tenant.Participant.PostAsync(Award, $$$"""{"participant_id":"{{{participant}}}","amount":1,"metadata":{"x":"{{{new string('x', 8192)}}}"}}"""), "/metadata");
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static async Task<Reply> DoneAsync(TestTenant tenant, string path, string body)
    {
        var reply = await tenant.Participant.PostAsync(path, body);
        Assert.True(reply.Status == 200, reply.ToString());
        return reply;
    }

    private static async Task<long> BalanceAsync(TestTenant tenant, string participant) =>
        (await tenant.Participant.GetAsync($"{Api.PathOf(participant)}/points")).Json.GetProperty("balance").GetInt64();

    private static string? Text(JsonElement value, string member) => value.GetProperty(member).GetString();
}
