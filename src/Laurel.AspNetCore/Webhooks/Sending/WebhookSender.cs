using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>
/// Makes attempts over HTTP: one request, one answer, no redirect, no proxy, no cookie, and connections to judged addresses only. Safe for
/// use by many at once; connections are kept and shared. Source: docs/operate/webhooks.md.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>How much of an answer's body is kept.</summary>
    public const int KeptAnswerBytes = 1024;

    /// <summary>How much of an answer's body is read, so that its connection can be used again; beyond that it is cut.</summary>
    public const int ReadAnswerBytes = 64 * 1024;

    /// <summary>How large an answer's headers may be in KiB.</summary>
    public const int AnswerHeadersLimitKb = 16;

    /// <summary>
    /// Connections to one host at most. The dispatcher bounds its requests itself, by endpoint: this is the last bound, and lies above, because
    /// endpoints of many tenants may share a host.
    /// </summary>
    private const int ConnectionsPerHostLimit = 1024;

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _connectionLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _connectionIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _drainTimeout = TimeSpan.FromSeconds(1);
    private static readonly MediaTypeHeaderValue _json = new("application/json");
    private static readonly string _userAgent = $"Laurel/{typeof(WebhookSender).Assembly.GetName().Version?.ToString(3)}";

    private readonly AddressGuard _guard;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    /// <summary>A sender that connects to what <paramref name="guard"/> permits and looks names up with <paramref name="lookup"/>.</summary>
    public WebhookSender(AddressGuard guard, HostLookup lookup, TimeProvider time)
    {
        _guard = guard;
        _time = time;
        _http = new HttpMessageInvoker(Handler(new GuardedConnection(guard, lookup, time)), disposeHandler: true);
    }

    /// <summary>
    /// Sends once. The status decides as soon as the headers are there: what then becomes of the body changes nothing, so a 2xx whose body
    /// hangs or is cut is a success. All of it ends within the request's timeout. Throws <see cref="OperationCanceledException"/> only when
    /// <paramref name="cancellation"/> asks for it before there are headers; then nobody knows whether the receiver has the message.
    /// </summary>
    public async Task<SendResult> SendAsync(WebhookRequest request, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();

        // 1. A URL was checked when it was given, but the rules and the options may have changed since.
        var faults = new List<string>();
        if (WebhookUrl.Read(request.Url, request.IsLive, _guard, faults) is not { } url)
        {
            return new SendResult.Failed($"refused: {string.Join(' ', faults)}", _time.GetElapsedTime(started));
        }

        using var deadline = new CancellationTokenSource(request.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            // 2. Until the headers are there.
            using var message = Message(request, url);
            using var answer = await _http.SendAsync(message, either.Token);
            var latency = _time.GetElapsedTime(started);

            // 3. What the receiver has to say, as far as the time allows. The rest is drained when the answer is disposed of.
            var retryAfter = RetryAfter.Read(RetryAfterHeader(answer), _time.GetUtcNow());
            return new SendResult.Answered((int)answer.StatusCode, latency, retryAfter, await AnswerStartAsync(answer, either.Token));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new SendResult.Failed(
                $"timed out: no answer within {request.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", _time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new SendResult.Failed(SendFailure.Reason(e), _time.GetElapsedTime(started));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Every setting by which a request could go elsewhere than to the judged address is off.</summary>
    internal static SocketsHttpHandler Handler(GuardedConnection connection) => new()
    {
        ConnectCallback = (context, cancellation) => connection.ConnectAsync(context.DnsEndPoint, cancellation),
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // No trace ids of ours to strangers.
        ActivityHeadersPropagator = null,
        // New connections see new addresses.
        PooledConnectionLifetime = _connectionLifetime,
        PooledConnectionIdleTimeout = _connectionIdle,
        ConnectTimeout = _connectTimeout,
        MaxConnectionsPerServer = ConnectionsPerHostLimit,
        MaxResponseHeadersLength = AnswerHeadersLimitKb,
        MaxResponseDrainSize = ReadAnswerBytes,
        ResponseDrainTimeout = _drainTimeout,
        SslOptions = new SslClientAuthenticationOptions
        {
            // A certificate may name a URL to fetch its issuer from, and the runtime would fetch it, from anywhere.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        },
    };

    private static HttpRequestMessage Message(WebhookRequest request, Uri url)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ReadOnlyMemoryContent(request.Body),
            // HTTP/3 would not go through the connections of this sender.
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        message.Content.Headers.ContentType = _json;
        message.Headers.TryAddWithoutValidation("user-agent", _userAgent);
        message.Headers.TryAddWithoutValidation("webhook-id", request.MessageId);
        message.Headers.TryAddWithoutValidation("webhook-timestamp", request.Timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        message.Headers.TryAddWithoutValidation("webhook-signature", request.Signatures);
        return message;
    }

    private static string? RetryAfterHeader(HttpResponseMessage answer) =>
        answer.Headers.NonValidated.TryGetValues("retry-after", out var values) ? values.First() : null;

    /// <summary>The first KiB, or as much of it as came.</summary>
    private static async Task<string> AnswerStartAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var kept = new byte[KeptAnswerBytes];
        var count = 0;
        try
        {
            var body = await answer.Content.ReadAsStreamAsync(cancellation);
            while (count < kept.Length && await body.ReadAsync(kept.AsMemory(count), cancellation) is > 0 and var read)
            {
                count += read;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status has decided; what came until here is kept.
        }

        // No store can keep every character: NUL is shown as what cannot be read is. A character cut at the end is left out.
        return Encoding.UTF8.GetString(kept, 0, count < kept.Length ? count : WholeCharacters(kept)).Replace('\0', '\uFFFD');
    }

    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0b1100_0000) == 0b1000_0000)
            {
                continue;
            }

            var length = lead switch { >= 0b1111_0000 => 4, >= 0b1110_0000 => 3, >= 0b1100_0000 => 2, _ => 1 };
            return length > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
