using System.Collections.Concurrent;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Webhooks.Dispatch;

namespace Laurel.Server.Tests.Nodes;

/// <summary>What one node began or was given, another takes over when it dies.</summary>
[Trait(TestStore.Trait, TestStore.Postgres)]
public sealed class NodeDeathTests
{
    [Fact]
    public async Task A_message_that_a_dead_node_was_sending_is_sent_by_another()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Hang(_ => true);
        await using var first = NewNode();
        await first.StartAsync();
        var tenant = await TestTenant.CreateAsync(first.Operator, first.Test);
        var made = await tenant.Admin.PostAsync(Api.Webhooks, $$"""{"url":"{{receiver.Url()}}","event_types":["event.processed"]}""");
        Assert.True(made.Status == 201, made.ToString());
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event("p")));
        await Wait.UntilAsync("the message is under way", () => Task.FromResult(receiver.Open("hook") == 1));
        await using var other = first.AnotherNode();
        await other.StartAsync();

        await first.KillAsync();
        receiver.Answer(200);

        await Wait.UntilAsync("the message came again", () => Task.FromResult(receiver.Hooks.Count >= 2));
        Assert.Single(receiver.Hooks.Select(hook => hook.Id).Distinct());
        var admin = other.Anonymous.With(tenant.Admin.Key);
        await Wait.UntilAsync("nothing waits", async () =>
            (await admin.GetAsync($"{Api.Webhooks}/{made["webhook_id"]}/attempts")).Json.GetProperty("total").GetInt32() >= 1);
    }

    [Fact]
    public async Task A_webhook_made_on_one_node_gets_every_event_that_either_keeps_from_its_answer_on()
    {
        const int Events = 60;
        await using var receiver = await HookReceiver.StartAsync();
        await using var first = NewNode();
        await first.StartAsync();
        await using var other = first.AnotherNode();
        await other.StartAsync();
        var tenant = await TestTenant.CreateAsync(first.Operator, first.Test);
        Api[] apis = [tenant.Participant, other.Anonymous.With(tenant.Participant.Key)];
        await Wait.UntilAsync("the key works on the other node", async () => (await apis[1].PostEventAsync(Some.Event("before"))).Status == 200);
        Assert.Equal(201, (await tenant.Admin.PostAsync(Api.Webhooks, $$"""{"url":"{{receiver.Url()}}","event_types":["event.processed"]}""")).Status);

        // The very next event on the node that did not make it is among them.
        var sent = new ConcurrentBag<string> { Expect.Processed((await apis[1].PostEventAsync(Some.Event("p"))).Json) };
        await Task.WhenAll(Enumerable.Range(0, Events).Select(async i => sent.Add(Expect.Processed((await apis[i % 2].PostEventAsync(Some.Event($"p{i % 7}"))).Json))));

        await Wait.UntilAsync("all came", () => Task.FromResult(receiver.Hooks.Select(hook => hook.EventId).Distinct().Count() >= sent.Count));
        Assert.Equal(sent.Order(StringComparer.Ordinal), receiver.Hooks.Select(hook => hook.EventId!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_due_while_a_node_dies_happens_once_to_everybody()
    {
        const int Participants = 400;
        await using var first = NewNode();
        await first.StartAsync();
        await using var other = first.AnotherNode();
        await other.StartAsync();
        var tenant = await TestTenant.CreateAsync(first.Operator, first.Test);
        await tenant.PublishAsync("""{"point_rules":[{"code":"short","event_name":"buy","amount":7,"expires_after":"PT5S"}]}""");
        foreach (var numbers in Enumerable.Range(0, Participants).Chunk(100))
        {
            Assert.Equal(200, (await tenant.Participant.PostBatchAsync(numbers.Select(number => Some.Event($"p{number}", "buy")))).Status);
        }

        await Wait.UntilAsync("the first points expire", async () => await ExpiredAsync(tenant.Participant, 0) > 0);
        await first.KillAsync();

        var api = other.Anonymous.With(tenant.Participant.Key);
        for (var number = 0; number < Participants; number++)
        {
            var id = number;
            await Wait.UntilAsync($"the points of p{id} have expired", async () => await ExpiredAsync(api, id) > 0);
            Assert.Equal(1, await ExpiredAsync(api, id));
        }
    }

    private static async Task<int> ExpiredAsync(Api api, int number) =>
        (await api.FactsAsync($"p{number}", $"?kind={FactKinds.PointsExpired}")).Json.GetProperty("total").GetInt32();

    private static LaurelServer NewNode()
    {
        var node = new LaurelServer { IsOnPostgres = true };
        node.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";

        // A claim lasts as long as its attempt may.
        node.Settings["Laurel__Webhooks__TimeoutSeconds"] = "5";
        return node;
    }
}
