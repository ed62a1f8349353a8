using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Why an event earned what it did, or did not. Source: laurel-api.md, "Trace".</summary>
[Collection(OneServer.Name)]
public sealed class TraceTests(RunningServer server)
{
    private const string Program =
        """
        {"point_rules":[{"code":"spend","event_name":"buy","amount":10,"where":{"all":[{"property":"properties.currency","op":"eq","value":"USD"},{"not":{"property":"properties.refund","op":"exists"}}]}},
                        {"code":"other","event_name":"login","amount":1}],
         "badges":[{"code":"winner","name":"Winner","criteria":{"event_name":"challenge.completed","metric":{"type":"count"},"target":1}}],
         "challenges":[{"code":"c","name":"C","objectives":[{"code":"two","event_name":"buy","metric":{"type":"count"},"target":2}]}]}
        """;

    [Fact]
    public async Task A_trace_tells_what_each_rule_compared_and_what_came_of_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        await EmitAsync(tenant, """{"currency":"USD"}""");
        var eventId = await EmitAsync(tenant, """{"currency":"EUR"}""");

        var trace = await TraceAsync(tenant.Participant, eventId);

        Expect.Members(trace.Json, "event_id", "program_version", "rules");
        Assert.Equal(eventId, trace["event_id"]);
        Assert.Equal(1, trace.Json.GetProperty("program_version").GetInt32());
        var rules = trace.Json.GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal(
            ["point_rule spend event False the condition does not hold 10 10", "challenge c/two event True counted 1 2", "badge winner challenge.completed True unlocked  "],
            rules.Where(rule => rule.TryGetProperty("objective", out _) || rule.GetProperty("type").GetString() != "challenge").Select(Line));
        var conditions = rules[0].GetProperty("conditions").EnumerateArray().ToList();
        Assert.Equal(
            [
                """{"property":"properties.currency","op":"eq","expected":"USD","actual":"EUR","actual_kind":"text","result":false}""",
                """{"property":"properties.refund","op":"exists","expected":null,"actual":null,"actual_kind":"missing","result":false}""",
            ],
            conditions.Select(condition => condition.GetRawText()));
    }

    [Fact]
    public async Task A_trace_is_that_of_the_dry_run_before_the_event()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        foreach (var properties in (string[])["""{"currency":"USD"}""", """{"currency":["USD",1e300,null,{"a":1}]}""", "{}", """{"currency":2.50,"refund":{}}"""])
        {
            var tried = await tenant.Admin.PostAsync($"{Api.Events}?dry_run=true", Some.Event("p", "buy", properties));
            var trace = await TraceAsync(tenant.Admin, await EmitAsync(tenant, properties));
            Assert.Equal(tried.Json.GetProperty("trace").GetProperty("rules").GetRawText(), trace.Json.GetProperty("rules").GetRawText());
        }
    }

    [Fact]
    public async Task A_trace_goes_by_the_program_version_that_judged_the_event()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        var eventId = await EmitAsync(tenant, """{"currency":"USD"}""");
        var before = await TraceAsync(tenant.Admin, eventId);

        await tenant.PublishAsync(Program.Replace("\"amount\":10", "\"amount\":99", StringComparison.Ordinal));
        var later = await EmitAsync(tenant, """{"currency":"USD"}""");

        Assert.Equal(before.Text, (await TraceAsync(tenant.Admin, eventId)).Text);
        var trace = await TraceAsync(tenant.Admin, later);
        Assert.Equal(2, trace.Json.GetProperty("program_version").GetInt32());
        Assert.Equal("point_rule spend event True points awarded 10 109", Line(trace.Json.GetProperty("rules")[0]));
    }

    [Fact]
    public async Task A_trace_tells_of_the_tier_that_was_reached_and_of_the_one_that_was_not()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(
            """
            {"point_rules":[{"code":"spend","event_name":"buy","amount":10}],
             "tiers":[{"code":"bronze","level":1,"criteria_config":{"min_points":10}},{"code":"silver","level":2,"criteria_config":{"min_points":50}}]}
            """);

        var trace = await TraceAsync(tenant.Admin, await EmitAsync(tenant, "{}"));

        var tiers = trace.Json.GetProperty("rules").EnumerateArray().Where(rule => rule.GetProperty("type").GetString() == "tier").ToList();
        Assert.Equal(["tier silver event False the points earned do not reach it  ", "tier bronze event True reached  "], tiers.Select(Line));
        Assert.Equal(
            """{"property":"points_earned","op":"gte","expected":50,"actual":10,"actual_kind":"number","result":false}""", tiers[0].GetProperty("conditions")[0].GetRawText());
    }

    [Fact]
    public async Task An_event_that_no_rule_hears_has_a_trace_without_rules()
    {
        var tenant = await server.NewTenantAsync();
        var eventId = Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("p", "nothing")));

        Assert.Equal($$"""{"event_id":"{{eventId}}","program_version":0,"rules":[]}""", (await TraceAsync(tenant.Admin, eventId)).Text);
    }

    [Fact]
    public async Task Only_an_event_of_the_keys_environment_has_a_trace()
    {
        var tenant = await server.NewTenantAsync();
        var eventId = await EmitAsync(tenant, "{}");
        var factId = (await tenant.Admin.FactsAsync("p")).Json.GetProperty("facts")[0].GetProperty("fact_id").GetString()!;

        Assert.Equal(200, (await tenant.Admin.GetAsync($"{Api.Events}/{eventId.ToLowerInvariant()}/trace")).Status);
        Expect.Problem(await tenant.Admin.With(null).GetAsync($"{Api.Events}/{eventId}/trace"), 401, "unauthorized");
        Expect.Problem(await tenant.Live.GetAsync($"{Api.Events}/{eventId}/trace"), 404, "EVENT_NOT_FOUND");
        Expect.Problem(await server.Test.GetAsync($"{Api.Events}/{eventId}/trace"), 404, "EVENT_NOT_FOUND");
        foreach (var id in (string[])[factId, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "UUUUUUUUUUUUUUUUUUUUUUUUUU", eventId[..25], eventId + "0", "%C3%A9", "a%2Fb", "'"])
        {
            Expect.Problem(await tenant.Admin.GetAsync($"{Api.Events}/{id}/trace"), 404, "EVENT_NOT_FOUND");
        }
    }

    private static async Task<string> EmitAsync(TestTenant tenant, string properties) =>
        Expect.Processed(await tenant.Admin.PostEventAsync(Some.Event("p", "buy", properties)));

    private static async Task<Reply> TraceAsync(Api api, string eventId)
    {
        var reply = await api.GetAsync($"{Api.Events}/{eventId}/trace");
        Assert.True(reply.Status == 200, reply.ToString());
        return reply;
    }

    private static string Line(JsonElement rule) =>
        $"{rule.GetProperty("type")} {rule.GetProperty("code")}{(rule.TryGetProperty("objective", out var objective) ? $"/{objective}" : "")} {rule.GetProperty("looked_at")} "
        + $"{rule.GetProperty("fired").GetBoolean()} {rule.GetProperty("reason")} {rule.GetProperty("before")} {rule.GetProperty("after")}";
}
