using System.Security.Cryptography;
using Laurel.AspNetCore.Clock;
using Laurel.AspNetCore.Tenants;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.Facts;
using Laurel.Server.Tests.Clock;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// One of two servers that do the same. Its ids come from a seed, its clock is the test's. What runs beside requests runs in the test's own steps: the clock after time has
/// passed, the dispatcher never, so that both servers do everything in one order.
/// </summary>
internal sealed class Twin : IAsyncDisposable
{
    public const string Key = "bq_test_0123456789abcdef0123456789abcdef";
    public const string LiveKey = "bq_live_0123456789abcdef0123456789abcdef";

    // What runs beside requests. The refresher of keys would run twice for each second that a jump of days passes over.
    private static readonly Type?[] Workers = [typeof(ClockWorker), typeof(WebhookUpkeep), typeof(KeyRefresher)];

    private readonly HostOnFakeTime _host;

    private Twin(bool isPostgres, int seed)
    {
        var store = "";
        _host = new HostOnFakeTime
        {
            IsPostgres = isPostgres,
            Configure = options =>
            {
                store = options.Store;
                return options with
                {
                    BootstrapAdminKeys = [Key, LiveKey],
                    ParticipantRatePerSecond = 0.001,
                    ParticipantRateBurst = 6,
                    WebhooksPaused = true,
                    WebhooksEncryptionKeys = [TestStore.EncryptionKey],
                    SqliteFoldAfterInputs = 100,
                };
            },
            ConfigureParts = services =>
            {
                services.RemoveAll<RandomNumberGenerator>().AddSingleton<RandomNumberGenerator>(new SeededBytes(seed));
                foreach (var worker in services.Where(part => Workers.Contains(part.ImplementationType)).ToList())
                {
                    services.Remove(worker);
                }

                // Several lanes would decide the parts of one batch side by side, and who gets the last code of a pool would be chance.
                if (isPostgres)
                {
                    services.RemoveAll<ILaurelStore>().AddSingleton<ILaurelStore>(_ => new PostgresStore(new PostgresStoreOptions(store, WriteLanes: 1)));
                }
            },
        };
    }

    public ILaurelStore Store => _host.Store;

    public TimeProvider Time => _host.Time;

    public Timestamp Now => Timestamp.From(_host.Time.GetUtcNow());

    public Api Api => _host.Test.With(Key);

    /// <summary>What the server has logged.</summary>
    public IEnumerable<string> Log => _host.Log;

    /// <summary>Starts a server on a SQLite file or a PostgreSQL database of its own.</summary>
    public static async Task<Twin> StartAsync(bool isPostgres, int seed)
    {
        var twin = new Twin(isPostgres, seed);
        await twin._host.StartAsync();
        return twin;
    }

    /// <summary>Does an operation; what came of it, as a text that must be the other one's too, and the answer where it was a request.</summary>
    public async Task<(string Text, Reply? Reply)> DoAsync(Operation operation)
    {
        switch (operation)
        {
            case Ask ask:
                var reply = await SendAsync(ask);
                return (Answers.Text(reply), reply);
            case Jump jump:
                _host.Time.Advance(jump.Span);
                await RunClockAsync();
                return ("", null);
            case Deliver deliver:
                return (await Deliveries.RunAsync(Store.Webhooks, Now, deliver.Seed), null);
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "This operation is not known.");
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task<Reply> SendAsync(Ask ask)
    {
        var request = ask.Request;
        if (request.Body?.Length > 256 * 1024)
        {
            // A body that is refused for its size may not be read to its end: that takes a client that reads while it sends.
            return RawHttp.SendAsync(
                _host.Address,
                $"{request.Method} {request.Path} HTTP/1.1\r\nX-API-Key: {request.Key}\r\nContent-Type: {request.MediaType}\r\nContent-Length: {request.Body.Length}",
                request.Body);
        }

        List<(string, string)> headers = [];
        headers.AddRange(request.IdempotencyKey is { } key ? [("Idempotency-Key", key)] : []);
        headers.AddRange(ask.IfMatch is { } tag ? [("If-Match", tag)] : []);
        return Api.With(request.Key).SendAsync(new HttpMethod(request.Method), request.Path, request.Body, request.MediaType, [.. headers]);
    }

    // A worker of its own for each time that time passes: when it has stopped, nothing of it comes later.
    private async Task RunClockAsync()
    {
        using var clock = ActivatorUtilities.CreateInstance<ClockWorker>(_host.Services, InOrder.Over(Store));
        await clock.StartAsync(default);
        await Wait.UntilAsync("nobody is due any more", async () =>
            (await Store.ReadUnsweptAsync(default)).Count == 0 && (await Store.ReadNextDueAsync(Now, default) is not { } next || next > Now));
        await clock.StopAsync(default);
    }
}
