using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Laurel.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>A message as it came. <paramref name="Path"/> is that of the URL, so that one receiver plays many endpoints.</summary>
internal sealed record Hook(string Path, string Id, long Timestamp, string Signatures, byte[] Body)
{
    /// <summary>The body.</summary>
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    /// <summary>The message's type.</summary>
    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>The id of the event in its data; null where there is none.</summary>
    public string? EventId => Json.GetProperty("data").GetProperty("event") is { ValueKind: JsonValueKind.Object } caller ? caller.GetProperty("event_id").GetString() : null;

    /// <summary>Whether these secrets signed it, the newest first, and no other.</summary>
    public bool IsSignedBy(params WebhookSecret[] secrets) => Signatures == WebhookSignature.Of(secrets, Id, Timestamp, Body);
}

/// <summary>A real receiver on loopback that answers as a test says at the time.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Hook> _hooks = new();
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _end = new();

    private HookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/{name}", TakeAsync);
    }

    /// <summary>What to do with a message; the status of the answer, whose headers may be set on the response. 200 where nothing else is said.</summary>
    public Func<Hook, HttpResponse, CancellationToken, Task<int>> AnswerAsync { get; set; } = (_, _, _) => Task.FromResult(200);

    /// <summary>All that came, in order, whatever was answered.</summary>
    public IReadOnlyList<Hook> Hooks => [.. _hooks];

    /// <summary>Requests to a path that wait for their answer.</summary>
    public int Open(string path) => _open.GetValueOrDefault(path);

    public string Url(string name = "hook") => $"{_app.Urls.Single()}/{name}";

    public static async Task<HookReceiver> StartAsync()
    {
        var receiver = new HookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Answers this status from now on.</summary>
    public void Answer(int status) => AnswerAsync = (_, _, _) => Task.FromResult(status);

    /// <summary>From now on, answers nothing on the paths that are meant, until the sender gives up.</summary>
    public void Hang(Func<string, bool> isMeant) => AnswerAsync = async (hook, _, cancellation) =>
    {
        if (isMeant(hook.Path))
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return 200;
    };

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.DisposeAsync();
        _end.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers;
        var hook = new Hook(
            context.Request.Path.Value![1..],
            headers["webhook-id"].Single()!,
            long.Parse(headers["webhook-timestamp"].Single()!, CultureInfo.InvariantCulture),
            headers["webhook-signature"].Single()!,
            body.ToArray());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        _open.AddOrUpdate(hook.Path, 1, (_, open) => open + 1);
        _hooks.Enqueue(hook);
        try
        {
            context.Response.StatusCode = await AnswerAsync(hook, context.Response, either.Token);
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("noted"));
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        finally
        {
            _open.AddOrUpdate(hook.Path, 0, (_, open) => open - 1);
        }
    }
}
