using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>The cap per participant. Source: contract "Errors", semantics §6.</summary>
[Collection(OneServer.Name)]
public sealed class ParticipantRateTests(RunningServer server)
{
    /// <summary>Three writes at once, then one every hundred seconds: whatever the machine does, a test sees three.</summary>
    private const string ThreeWrites = """{"per_second":0.01,"burst":3}""";

    [Fact]
    public async Task The_burst_is_processed_and_the_rest_refused()
    {
        var tenant = await server.NewTenantAsync(ThreeWrites);
        var participant = Some.Participant();
        for (var i = 0; i < 3; i++)
        {
            Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        }

        var refused = await tenant.Participant.PostEventAsync(Some.Event(participant));

        Expect.Capped(refused);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 100);
        Assert.Equal(3, (await tenant.Participant.HistoryAsync(participant)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_cap_is_each_participants_own()
    {
        var tenant = await server.NewTenantAsync(ThreeWrites);
        var participant = Some.Participant();
        await tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 5));

        Expect.Capped(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(Some.Participant())));
        Expect.Processed(await tenant.Live.PostEventAsync(Some.Event(participant)));
    }

    [Fact]
    public async Task A_replay_costs_nothing_and_answers_when_the_cap_is_reached()
    {
        var tenant = await server.NewTenantAsync(ThreeWrites);
        var (participant, key) = (Some.Participant(), Some.Key());
        var first = await tenant.Participant.PostEventAsync(Some.Event(participant), key);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(first.Body, (await tenant.Participant.PostEventAsync(Some.Event(participant), key)).Body);
        }

        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        Expect.Capped(await tenant.Participant.PostEventAsync(Some.Event(participant)));

        var replay = await tenant.Participant.PostEventAsync(Some.Event(participant), key);
        Assert.Equal(first.Body, replay.Body);
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_refused_write_costs_nothing_and_burns_no_key()
    {
        var tenant = await server.NewTenantAsync(ThreeWrites);
        var (participant, key) = (Some.Participant(), Some.Key());
        await tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 3));
        for (var i = 0; i < 20; i++)
        {
            Expect.Capped(await tenant.Participant.PostEventAsync(Some.Event(participant), key));
        }

        // Were refusals counted, the wait would have grown beyond one write's hundred seconds.
        var refused = await tenant.Participant.PostEventAsync(Some.Event(participant), key);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 100);
        await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", $$"""{"participant_rate":{{TestTenant.NoCap}}}""");
        await Wait.UntilAsync("the cap is off", async () => (await tenant.Participant.PostEventAsync(Some.Event(participant))).Status == 200);
        var processed = await tenant.Participant.PostEventAsync(Some.Event(participant), key);
        Expect.Processed(processed);
        Assert.Null(processed.Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task The_cap_opens_again_after_the_time_it_names()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":2,"burst":1}""");
        var participant = Some.Participant();
        await tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 2));

        await Wait.UntilAsync("the cap opens", async () => (await tenant.Participant.PostEventAsync(Some.Event(participant))).Status == 200);
    }

    [Fact]
    public async Task Zero_per_second_is_no_cap()
    {
        var tenant = await server.NewTenantAsync(TestTenant.NoCap);
        var participant = Some.Participant();

        for (var i = 0; i < 4; i++)
        {
            var reply = await tenant.Participant.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 100));
            Assert.Equal(100, reply.Json.GetProperty("processed").GetInt32());
        }
    }

    [Fact]
    public async Task By_default_a_hundred_writes_come_through_at_once()
    {
        var participant = Some.Participant();

        var first = await server.Live.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 100));
        var failed = 0;
        await Wait.UntilAsync("the default cap is reached", async () =>
        {
            failed = (await server.Live.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), 100))).Json.GetProperty("failed").GetInt32();
            return failed > 0;
        });

        Assert.Equal(100, first.Json.GetProperty("processed").GetInt32());
        Assert.True(failed > 0);
    }
}
