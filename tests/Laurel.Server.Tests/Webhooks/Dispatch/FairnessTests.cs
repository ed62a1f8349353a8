using Laurel.Storage;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>One dead or slow endpoint delays no other. Source: issue, "Deliver" 2.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task Ten_endpoints_receive_everything_while_forty_others_hang()
    {
        const int Messages = 40;
        await using var host = await WebhookHost.StartAsync();
        var hanging = new List<WebhookEndpoint>();
        for (var i = 0; i < 50; i++)
        {
            // The hanging ones first: they are claimed for first.
            var endpoint = await host.SubscribeAsync(name: i < 40 ? $"hang{i}" : $"well{i}");
            if (i < 40)
            {
                hanging.Add(endpoint);
            }
        }

        host.Receiver.Hang(path => path.StartsWith("hang", StringComparison.Ordinal));
        var ids = await host.EmitAsync(Messages);
        await Harness.Wait.UntilAsync("all forty hang, and the ten have everything", () =>
        {
            // Not a fake second passes: none of the forty has timed out.
            var came = host.Hooks.Count(hook => hook.Path.StartsWith("well", StringComparison.Ordinal));
            return Task.FromResult(came == 10 * Messages && Enumerable.Range(0, 40).All(i => host.Receiver.Open($"hang{i}") > 0));
        });

        Assert.All(Enumerable.Range(40, 10), i => Assert.Equal(
            ids.Order(StringComparer.Ordinal), host.Hooks.Where(hook => hook.Path == $"well{i}").Select(hook => hook.EventId!).Order(StringComparer.Ordinal)));
        Assert.All(Enumerable.Range(0, 40), i => Assert.InRange(host.Receiver.Open($"hang{i}"), 1, 8));

        // Once they have failed, they may try one at a time.
        await host.UntilAsync("they have failed", async () =>
        {
            var failed = 0;
            foreach (var endpoint in hanging)
            {
                failed += (await host.ReadAsync(endpoint))!.FailingSince is null ? 0 : 1;
            }

            return failed == 40;
        });
        await host.UntilAsync("they are tried again", () => Enumerable.Range(0, 40).All(i => host.Receiver.Open($"hang{i}") > 0));
        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(1, host.Receiver.Open($"hang{i}")));
        Assert.All(Enumerable.Range(40, 10), i => Assert.Equal(Messages, host.Hooks.Count(hook => hook.Path == $"well{i}")));
    }

    [Fact]
    public async Task A_receiver_that_answers_slowly_delays_no_other()
    {
        await using var host = await WebhookHost.StartAsync();
        await host.SubscribeAsync(name: "slow");
        await host.SubscribeAsync(name: "fast");
        using var answers = new SemaphoreSlim(0);
        host.Receiver.AnswerAsync = async (hook, _, cancellation) =>
        {
            if (hook.Path == "slow")
            {
                await answers.WaitAsync(cancellation);
            }

            return 200;
        };
        await host.EmitAsync(30);
        await Harness.Wait.UntilAsync("the fast one has everything", () => Task.FromResult(host.Hooks.Count(hook => hook.Path == "fast") == 30));
        Assert.Equal(8, host.Receiver.Open("slow"));

        answers.Release(30);
        await host.UntilNothingWaitsAsync();
        Assert.Equal(30, host.Hooks.Count(hook => hook.Path == "slow"));
    }
}
