using System.Collections.Concurrent;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Nodes;

/// <summary>
/// One node after the other is stopped, the schema migrated, and the node started again as this build, while the other serves. Both are an older build before, where
/// <c>LAUREL_TEST_OLDER</c> names its laurel-server.dll (<c>./test.sh --long</c> makes one from the history); else this one. Source: docs/operate/upgrade.md.
/// </summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    private const int Callers = 6;
    private const int LeastEvents = 200;

    private const string Program =
        """{ "point_rules": [{ "code": "spend", "event_name": "purchase_completed", "amount": 1 }] }""";

    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.Ordinal);
    private int _retried;

    [Fact]
    public async Task Nodes_are_upgraded_one_after_the_other_under_load_and_nothing_is_lost_or_kept_twice()
    {
        var older = Environment.GetEnvironmentVariable("LAUREL_TEST_OLDER") is { Length: > 0 } path ? path : null;
        await using var nodes = new TwoNodes { Executable = older };
        await nodes.InitializeAsync();
        var tenant = await nodes.NewTenantAsync();
        await tenant.PublishAsync(Program);
        var apis = nodes.Of(tenant.Admin);

        // The other node knows a new key within a second.
        await Wait.UntilAsync("both nodes know the key", async () => (await apis[1].GetAsync(Api.Program)).Status == 200);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => EmitAsync(apis, caller, stop.Token))).ToArray();

        foreach (var node in new[] { nodes.First, nodes.Other })
        {
            await MoreEventsAsync(callers);
            Assert.Equal(0, await node.TerminateAsync());
            await MoreEventsAsync(callers);
            var migrated = await ServerCommand.RunAsync(node.Folder, "migrate", "--store", nodes.Database);
            Assert.True(migrated.ExitCode == 0, migrated.Output + migrated.Errors);
            await MoreEventsAsync(callers);
            node.Executable = Repository.ServerPath;
            await node.StartAsync();
        }

        await MoreEventsAsync(callers);
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        // Each acknowledged key took effect once, and answers the same from either node.
        output.WriteLine($"{(older is null ? "this build alone" : $"from {older}")}: {_answers.Count} acknowledged, {_retried} calls sent again");
        for (var caller = 0; caller < Callers; caller++)
        {
            var expected = _answers.Keys.Count(key => key.StartsWith($"{caller}-", StringComparison.Ordinal));
            Assert.Equal(expected, (await apis[caller % 2].StateAsync($"p{caller}")).Json.GetProperty("total_events").GetInt32());
            Assert.Equal(expected, await Ledger.CheckAsync(apis[caller % 2], $"p{caller}"));
        }

        foreach (var (key, answer) in _answers.Where((_, place) => place % 20 == 0))
        {
            var replay = await apis[key.Length % 2].PostEventAsync(Some.Event($"p{key.Split('-')[0]}"), key);
            Assert.Equal(answer, replay.Text);
        }

        var verified = await ServerCommand.RunAsync(nodes.First.Folder, "verify", "--store", nodes.Database);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Errors);
    }

    // A caller that failed says why.
    private async Task MoreEventsAsync(Task[] callers)
    {
        var before = _answers.Count;
        await Wait.UntilAsync("the callers have got on", async () =>
        {
            if (callers.FirstOrDefault(caller => caller.IsFaulted) is { } failed)
            {
                await failed;
            }

            return _answers.Count >= before + LeastEvents;
        });
    }

    // A caller sends one event after the other, each to the nodes by turns until it is acknowledged.
    private async Task EmitAsync(Api[] apis, int caller, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = $"{caller}-{i}";
            for (var attempt = i; !_answers.ContainsKey(key); attempt++)
            {
                try
                {
                    var reply = await apis[attempt % 2].PostEventAsync(Some.Event($"p{caller}"), key);
                    Assert.True(reply.Status is 200 or 503, reply.ToString());
                    if (reply.Status == 200)
                    {
                        _answers[key] = reply.Text;
                        break;
                    }
                }
                catch (HttpRequestException)
                {
                    // The node is away; the other one has the same store.
                }

                Interlocked.Increment(ref _retried);
            }
        }
    }
}
