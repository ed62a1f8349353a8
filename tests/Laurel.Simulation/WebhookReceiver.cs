using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Laurel.Simulation;

/// <summary>
/// A receiver on a port of its own, with moods. It judges each request as a careful receiver would, and notes what came. What it finds wrong is data
/// (<see cref="Faults"/>). Requests come on many threads.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private const int FaultLimit = 100;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, WebhookMessage> _messages = new(StringComparer.Ordinal);
    private readonly HashSet<string> _neverTaken = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly Uri? _trap;
    private WebhookMood _mood;
    private double _share;
    private int _leftToRefuse;

    private WebhookReceiver(string name, IReadOnlyList<string> eventTypes, Uri? trap, int seed)
    {
        Name = name;
        EventTypes = eventTypes;
        _trap = trap;
        _random = new Random(seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The filter it is registered with.</summary>
    public IReadOnlyList<string> EventTypes { get; }

    public Uri Url => new(_app.Urls.Single());

    /// <summary>Set once the endpoint is registered, before anything can come.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The id that Laurel gave it.</summary>
    public string WebhookId { get; set; } = "";

    /// <summary>Requests of all messages.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests that were answered with each mood.</summary>
    public Dictionary<WebhookMood, int> Answers { get; } = [];

    /// <summary>What was wrong with requests, each a sentence.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>A receiver that listens. <paramref name="trap"/> is where it redirects to.</summary>
    public static async Task<WebhookReceiver> StartAsync(string name, IReadOnlyList<string> eventTypes, Uri? trap, int seed)
    {
        var receiver = new WebhookReceiver(name, eventTypes, trap, seed);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>From now on, <paramref name="share"/> of the requests is treated in this mood, and the others are accepted.</summary>
    public void Feel(WebhookMood mood, double share)
    {
        lock (_lock)
        {
            (_mood, _share) = (mood, share);
        }
    }

    /// <summary>The next <paramref name="messages"/> new messages are never taken, until <see cref="TakeAll"/>: so dead letters are sure to be made.</summary>
    public void Refuse(int messages)
    {
        lock (_lock)
        {
            _leftToRefuse = messages;
        }
    }

    /// <summary>Takes what it refused, too.</summary>
    public void TakeAll()
    {
        lock (_lock)
        {
            _leftToRefuse = 0;
            _neverTaken.Clear();
        }
    }

    /// <summary>Whether each of these messages was taken at least once.</summary>
    public bool HasTaken(IEnumerable<string> ids)
    {
        lock (_lock)
        {
            return ids.All(id => _messages.TryGetValue(id, out var message) && message.Accepted > 0);
        }
    }

    /// <summary>How often a message came.</summary>
    public int RequestsOf(string id)
    {
        lock (_lock)
        {
            return _messages.TryGetValue(id, out var message) ? message.Requests : 0;
        }
    }

    /// <summary>All messages that came, as they are now.</summary>
    public List<WebhookMessage> Messages()
    {
        lock (_lock)
        {
            return [.. _messages.Values.Select(message => message with { })];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        _ending.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var response = context.Response;
        switch (Note(context.Request, buffer.ToArray()))
        {
            case WebhookMood.Fail:
                response.StatusCode = 500;
                await response.WriteAsync("out of order");
                break;
            case WebhookMood.Hang:
                await HangAsync(context);
                break;
            case WebhookMood.CutBeforeAnswer:
                context.Abort();
                break;
            case WebhookMood.CutInAnswer:
                response.ContentLength = 1000;
                await response.WriteAsync("only the begin");
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case WebhookMood.Redirect:
                response.StatusCode = 307;
                response.Headers.Location = _trap!.ToString();
                break;
            case WebhookMood.TooMany:
                response.StatusCode = 429;
                response.Headers.RetryAfter = "1";
                break;
            default:
                await response.WriteAsync("ok");
                break;
        }
    }

    private async Task HangAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending.Token);
        await Task.Delay(Timeout.Infinite, ended.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Abort();
    }

    private WebhookMood Note(HttpRequest request, byte[] body)
    {
        lock (_lock)
        {
            Requests++;
            if (Judge(request, body) is not { } message)
            {
                return WebhookMood.Fail;
            }

            message.Requests++;
            if (_leftToRefuse > 0 && message.Requests == 1)
            {
                _leftToRefuse--;
                _neverTaken.Add(message.Id);
            }

            var mood = _neverTaken.Contains(message.Id) ? WebhookMood.Fail : _random.NextDouble() < _share ? _mood : WebhookMood.Accept;
            Answers[mood] = Answers.GetValueOrDefault(mood) + 1;
            message.Accepted += mood is WebhookMood.Accept or WebhookMood.CutInAnswer ? 1 : 0;
            return mood;
        }
    }

    // Null for what is no message of ours at all.
    private WebhookMessage? Judge(HttpRequest request, byte[] body)
    {
        WebhookMessage read;
        try
        {
            read = WebhookMessage.Read(body);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Fault($"a request with the body {Encoding.UTF8.GetString(body)} came: {e.Message}");
            return null;
        }

        var id = request.Headers["webhook-id"].ToString();
        var timestamp = request.Headers["webhook-timestamp"].ToString();
        var expected = Encoding.UTF8.GetBytes(WebhookMessage.Sign(Secret, id, timestamp, body));
        var isSigned = request.Headers["webhook-signature"].ToString().Split(' ')
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
        FaultUnless(isSigned, $"message {read.Id} has no right signature");
        FaultUnless(id == read.Id, $"message {read.Id} came with the webhook-id {id}");
        FaultUnless(request.Method == "POST" && request.ContentType == "application/json", $"message {read.Id} came as {request.Method} with {request.ContentType}");
        FaultUnless(read.Environment == "test", $"message {read.Id} is of the environment {read.Environment}");
        FaultUnless(read.IsWantedBy(EventTypes), $"message {read.Id} is of the type {read.Type}, which was not asked for");
        if (!_messages.TryGetValue(read.Id, out var known))
        {
            _messages.Add(read.Id, read);
            return read;
        }

        FaultUnless(known.BodyHash == read.BodyHash, $"message {read.Id} came with another body than before");
        return known;
    }

    private void FaultUnless(bool holds, string fault)
    {
        if (!holds)
        {
            Fault(fault);
        }
    }

    private void Fault(string fault)
    {
        if (_faults.Count < FaultLimit)
        {
            _faults.Add($"{Name}: {fault}");
        }
    }
}
