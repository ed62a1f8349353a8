using System.Globalization;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Every answer to a valid API key says what remains of its minute, and a key that goes beyond is refused. Source: gamification-api.md "Common", issue "Rate per key".</summary>
public sealed class KeyRateTests(KeyRateTests.BoundedServer server) : IClassFixture<KeyRateTests.BoundedServer>
{
    private const int PerMinute = 30;

    [Fact]
    public async Task Every_answer_to_a_valid_key_says_what_remains()
    {
        var tenant = await server.NewTenantAsync();
        var remaining = new List<int>();
        foreach (var (reply, status) in new[]
        {
            (await tenant.Admin.GetAsync(Api.Program), 200),
            (await tenant.Admin.PostEventAsync(Some.Event("p")), 200),
            (await tenant.Admin.PostEventAsync("[]"), 422),
            (await tenant.Admin.StateAsync("nobody"), 404),
        })
        {
            Assert.True(reply.Status == status, reply.ToString());
            Assert.Equal("30", reply.Header("X-RateLimit-Limit"));
            var reset = long.Parse(reply.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
            Assert.Equal(0, reset % 60);
            Assert.InRange(reset - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), -5, 60);
            remaining.Add(int.Parse(reply.Header("X-RateLimit-Remaining")!, CultureInfo.InvariantCulture));
        }

        // One less each time, unless the minute turned in between.
        Assert.True(remaining.Zip(remaining.Skip(1)).Count(pair => pair.Second != pair.First - 1) <= 1, string.Join(' ', remaining));
        Assert.NotNull((await tenant.Participant.GetAsync(Api.Program)).Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task Beyond_the_bound_a_key_is_refused_before_its_body_is_read_and_no_other_key_is()
    {
        var tenant = await server.NewTenantAsync();
        var refused = await BeyondAsync(() => tenant.Participant.PostEventAsync("{ no JSON"));

        Expect.Problem(refused, 429, "RATE_LIMIT_KEY_EXCEEDED");
        Assert.Equal("0", refused.Header("X-RateLimit-Remaining"));
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await tenant.Admin.PostEventAsync(Some.Event("p"))).Status);
    }

    [Fact]
    public async Task Without_the_right_the_refusal_says_so_whatever_the_rate()
    {
        var tenant = await server.NewTenantAsync();

        var last = await BeyondAsync(() => tenant.Participant.GetAsync(Api.Program), reply => reply.Header("X-RateLimit-Remaining") == "0");

        Expect.Problem(last, 403, "forbidden");
    }

    [Fact]
    public async Task Operators_strangers_and_open_endpoints_have_no_bound_and_no_headers()
    {
        foreach (var reply in new[] { await server.Operator.GetAsync(Api.Tenants), await server.Anonymous.GetAsync("/healthz"), await server.Anonymous.PostEventAsync("{}") })
        {
            Assert.Null(reply.Header("X-RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task Without_a_bound_there_are_no_headers()
    {
        await using var open = new LaurelServer();
        open.Settings["Laurel__KeyRate__PerMinute"] = "0";
        await open.StartAsync();

        var reply = await open.Test.PostEventAsync(Some.Event("p"));

        Assert.Equal(200, reply.Status);
        Assert.Null(reply.Header("X-RateLimit-Limit"));
        Assert.Null(reply.Header("X-RateLimit-Reset"));
    }

    // The minute may turn meanwhile, and then it takes as many calls again.
    private static async Task<Reply> BeyondAsync(Func<Task<Reply>> callAsync, Predicate<Reply>? isBeyond = null)
    {
        isBeyond ??= reply => reply.Status == 429;
        for (var call = 0; call <= 3 * PerMinute; call++)
        {
            var reply = await callAsync();
            if (isBeyond(reply))
            {
                return reply;
            }
        }

        throw new InvalidOperationException("No call was refused.");
    }

    /// <summary>A server on which keys may make few calls.</summary>
    public sealed class BoundedServer : RunningServer
    {
        public BoundedServer() => Process.Settings["Laurel__KeyRate__PerMinute"] = PerMinute.ToString(CultureInfo.InvariantCulture);
    }
}
