using System.Net;
using System.Security.Cryptography;
using Laurel.AspNetCore.Tenants;
using Laurel.AspNetCore.Webhooks;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.Facts;
using Laurel.Server.Tests.Clock;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Tenants;
using Laurel.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>A whole server on a clock that the test moves, and a real receiver.</summary>
internal sealed class WebhookHost : IAsyncDisposable
{
    /// <summary>A program in which little happens: what is delivered is the events.</summary>
    public const string Program = """{"point_rules":[{"code":"spend","event_name":"buy","amount":1}]}""";

    private WebhookHost(HostOnFakeTime server, HookReceiver receiver) => (Server, Receiver) = (server, receiver);

    public HostOnFakeTime Server { get; }

    public HookReceiver Receiver { get; }

    public IWebhookStore Store => Server.Services.GetRequiredService<ILaurelStore>().Webhooks;

    public Timestamp Now => Timestamp.From(Server.Time.GetUtcNow());

    public IReadOnlyList<Hook> Hooks => Receiver.Hooks;

    public static async Task<WebhookHost> StartAsync(string program = Program, Action<IServiceCollection>? parts = null)
    {
        var server = new HostOnFakeTime
        {
            Configure = options => options with { WebhooksAllowedNetworks = [IPNetwork.Parse("127.0.0.0/8")] },
            ConfigureParts = parts ?? (_ => { }),
        };
        await server.StartAsync();
        await server.PublishAsync(program);
        return new WebhookHost(server, await HookReceiver.StartAsync());
    }

    public static WebhookSecret Secret() => WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.MadeBytes));

    /// <summary>An endpoint at the receiver's path <paramref name="name"/>; secrets are newest first, with the time until which they sign.</summary>
    public async Task<WebhookEndpoint> SubscribeAsync(string types = "event.processed", string name = "hook", params (WebhookSecret Secret, Timestamp? Until)[] secrets)
    {
        var environment = EnvironmentKey.Of(Bootstrap.DefaultTenant(Server.Services.GetRequiredService<KeyRing>().Current).Key, live: false);
        var id = Ulid.NewUlid().ToString();
        var seal = Server.Services.GetRequiredService<SecretSeal>();
        var endpoint = new WebhookEndpoint(
            0, id, environment, 0, Receiver.Url(name), "", types.Split(' '), EndpointStatus.Enabled, null,
            [.. (secrets.Length > 0 ? secrets : [(Secret(), null)]).Select(secret => new SealedSecret(seal.Seal(id, secret.Secret)!, secret.Until))], Now, Now, null);
        return (await Store.WriteEndpointAsync(endpoint, new EndpointNote(Now, "test", "created", ""), 1_000, CancellationToken.None))!;
    }

    public async Task<WebhookEndpoint?> ReadAsync(WebhookEndpoint endpoint) =>
        (await Store.ReadEndpointsAsync(endpoint.Environment, CancellationToken.None)).SingleOrDefault(candidate => candidate.Key == endpoint.Key);

    /// <summary>Changes an endpoint as an administrator does.</summary>
    public async Task ChangeAsync(WebhookEndpoint endpoint, Func<WebhookEndpoint, WebhookEndpoint> change)
    {
        var changed = change((await ReadAsync(endpoint))!);
        Assert.NotNull(await Store.WriteEndpointAsync(changed, new EndpointNote(Now, "test", "updated", ""), 1_000, CancellationToken.None));
        Server.Services.GetRequiredService<WebhookDispatcher>().Recall(endpoint.Key);
    }

    /// <summary>Lets little time pass at each look, so that what takes real time does not run out of it.</summary>
    public Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(string,Func{bool})"/>
    public Task UntilAsync(string what, Func<Task<bool>> condition) => Wait.UntilAsync(what, () =>
    {
        Server.Time.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    });

    /// <summary>Waits until no delivery and no outbox row is left but dead letters, and those of endpoints that are disabled.</summary>
    public Task UntilNothingWaitsAsync() => UntilAsync("nothing waits", async () =>
        await Store.ReadBacklogAsync(CancellationToken.None) is { Outbox: 0 } backlog
        && backlog.Endpoints.All(endpoint => endpoint.Waiting == 0 || endpoint.Status == EndpointStatus.Disabled));

    /// <summary>All attempts at an endpoint, newest first.</summary>
    public async Task<IReadOnlyList<WebhookAttempt>> AttemptsAsync(WebhookEndpoint endpoint) =>
        (await Store.ReadAttemptsAsync(new AttemptsQuery(endpoint.Key, null, null, 1, 10_000), CancellationToken.None)).Attempts;

    /// <summary>Waits until there are so many attempts at an endpoint.</summary>
    public async Task<IReadOnlyList<WebhookAttempt>> UntilAttemptsAsync(WebhookEndpoint endpoint, int count)
    {
        await UntilAsync($"there are {count} attempts", async () => (await AttemptsAsync(endpoint)).Count >= count);
        return await AttemptsAsync(endpoint);
    }

    /// <summary>Emits events one after the other and returns their ids.</summary>
    public async Task<IReadOnlyList<string>> EmitAsync(int count, string participant = "p", string name = "visit")
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await Server.EmitAsync(participant, name)).Json.GetProperty("event_id").GetString()!);
        }

        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        // First the receiver: what hangs there ends at once.
        await Receiver.DisposeAsync();
        await Server.DisposeAsync();
    }
}
