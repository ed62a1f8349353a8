using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>A full disk is a 503 and no harm, and the service comes back with the space. Source: architecture "Storage", semantics §5.</summary>
public sealed class FullDiskTests
{
    private static readonly string _properties = $$"""{"text":"{{new string('x', 20_000)}}"}""";

    // The disk is the file's; that of a PostgreSQL server is its own matter, and answers 503 the same way.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_full_disk_is_503_and_no_harm_and_service_returns_with_the_space()
    {
        using var disk = SmallDisk.Mount();
        await using var server = new LaurelServer(disk.Folder);
        await server.StartAsync();
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        await tenant.PublishAsync("""{"point_rules":[{"code":"one","event_name":"filled","amount":1}]}""");
        var acknowledged = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var refused = new List<string>();

        // Twice: what helped once might have used up a reserve.
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                await SendAsync(tenant.Participant, Some.Key(), acknowledged, refused);
            }

            disk.Fill();
            var refusedBefore = refused.Count;
            await Wait.UntilAsync("the disk is full", async () =>
            {
                await SendAsync(tenant.Participant, Some.Key(), acknowledged, refused);
                return refused.Count >= refusedBefore + 5;
            });
            await CheckAsync(tenant.Participant, acknowledged);

            // The second time with a crash while what did not fit is still in the write-ahead log.
            if (round == 1)
            {
                await server.KillAsync();
            }

            disk.Free();
            if (round == 1)
            {
                await server.StartAsync();
                await CheckAsync(tenant.Participant, acknowledged);
            }

            await Wait.UntilAsync("the service is back", async () => (await tenant.Participant.PostEventAsync(Some.Event("other"))).Status == 200);
            foreach (var key in refused.ToList())
            {
                refused.Remove(key);
                await SendAsync(tenant.Participant, key, acknowledged, refused);
            }

            Assert.Empty(refused);
            await CheckAsync(tenant.Participant, acknowledged);
        }

        await server.KillAsync();
        await server.StartAsync();
        await CheckAsync(tenant.Participant, acknowledged);
        Assert.Equal(acknowledged.Count, await Ledger.CheckAsync(tenant.Participant, "p"));
    }

    private static async Task SendAsync(Api api, string key, Dictionary<string, byte[]> acknowledged, List<string> refused)
    {
        var reply = await api.PostEventAsync(Some.Event("p", "filled", _properties), key);
        if (reply.Status == 200)
        {
            acknowledged.Add(key, reply.Body);
        }
        else
        {
            Expect.Problem(reply, 503, "STORE_UNAVAILABLE");
            Assert.True(int.Parse(reply.Header("Retry-After")!) >= 1);
            refused.Add(key);
        }
    }

    /// <summary>All that was acknowledged is there, nothing else, and its keys still answer the same.</summary>
    private static async Task CheckAsync(Api api, Dictionary<string, byte[]> acknowledged)
    {
        var history = await api.HistoryAsync("p", "?page_size=1");
        Assert.True(history.Status == 200, history.ToString());
        Assert.Equal(acknowledged.Count, history.Json.GetProperty("total").GetInt32());
        foreach (var (key, answer) in acknowledged.Take(10))
        {
            var replay = await api.PostEventAsync(Some.Event("p", "filled", _properties), key);
            Assert.True(replay.Status == 200, replay.ToString());
            Assert.Equal(answer, replay.Body);
        }
    }
}
