using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Attempts against receivers that behave, and such that do not. Source: semantics §10, docs/operate/webhooks.md.</summary>
public sealed class SenderTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly DateTimeOffset _now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _time = new(_now);
    private readonly WebhookSender _sender;

    public SenderTests() => _sender = new(new AddressGuard([IPNetwork.Parse("127.0.0.0/8")]), Dns.GetHostAddressesAsync, _time);

    public void Dispose() => _sender.Dispose();

    [Fact]
    public async Task A_message_arrives_as_it_was_signed()
    {
        await using var receiver = Receiver.Answering(Ok);
        using var activity = new Activity("a trace of ours").Start();

        var answered = await AnsweredAsync(receiver.Url);

        Assert.Equal((200, "ok", null), (answered.Status, answered.AnswerStart, answered.RetryAfter));
        var received = Assert.Single(receiver.Requests);
        Assert.Equal("POST /hook HTTP/1.1", received.RequestLine);
        Assert.Equal("""{"id":"fact-1","name":"Zoë"}""", received.Body);
        Assert.Equal(
            ["content-length", "content-type", "host", "user-agent", "webhook-id", "webhook-signature", "webhook-timestamp"],
            received.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("application/json", received.Headers["content-type"]);
        Assert.Matches(@"^Laurel/\d+\.\d+\.\d+$", received.Headers["user-agent"]);
        Assert.Equal("fact-1", received.Headers["webhook-id"]);
        Assert.Equal("1795521600", received.Headers["webhook-timestamp"]);
        Assert.Equal("v1,bmV3 v1,b2xk", received.Headers["webhook-signature"]);
    }

    [Theory]
    [InlineData(204, "")]
    [InlineData(400, "why")]
    [InlineData(410, "gone")]
    [InlineData(500, "oops")]
    public async Task Any_status_is_an_answer(int status, string body)
    {
        await using var receiver = Receiver.Answering(
            status == 204 ? "HTTP/1.1 204 No Content\r\n\r\n" : $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        var answered = await AnsweredAsync(receiver.Url);

        Assert.Equal((status, body), (answered.Status, answered.AnswerStart));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_an_answer_and_is_not_followed(int status)
    {
        await using var other = Receiver.Answering(Ok);
        await using var receiver = Receiver.Answering($"HTTP/1.1 {status} X\r\nLocation: {other.Url}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(status, (await AnsweredAsync(receiver.Url)).Status);

        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("86401", 86_400)]
    [InlineData("99999999999999999999999999", 86_400)]
    [InlineData("Tue, 24 Nov 2026 12:01:00 GMT", 60)]
    [InlineData("Tuesday, 24-Nov-26 12:01:00 GMT", 60)]
    [InlineData("Tue Nov 24 12:01:00 2026", 60)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("Sat, 24 Nov 2029 12:00:00 GMT", 86_400)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("1.5", null)]
    public async Task Retry_after_is_read_in_both_forms_and_ends_at_24_hours(string header, int? seconds)
    {
        await using var receiver = Receiver.Answering($"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n");

        var answered = await AnsweredAsync(receiver.Url);

        Assert.Equal((429, seconds is { } s ? TimeSpan.FromSeconds(s) : (TimeSpan?)null), (answered.Status, answered.RetryAfter));
    }

    [Fact]
    public async Task A_receiver_that_hangs_is_a_failure_when_the_time_is_over()
    {
        await using var receiver = Receiver.Hanging("", () => _time.Advance(_timeout));

        var failed = await FailedAsync(receiver.Url);

        Assert.Equal(new SendResult.Failed("timed out: no answer within 15 s", _timeout), failed);
    }

    [Fact]
    public async Task Headers_that_never_end_are_a_failure_when_the_time_is_over()
    {
        await using var receiver = Receiver.Hanging("HTTP/1.1 200 OK\r\nX: y", () => _time.Advance(_timeout));

        Assert.Contains("timed out", (await FailedAsync(receiver.Url)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_success_whose_body_hangs_is_a_success()
    {
        var time = new TimeAskedFor(_now);
        await using var receiver = new Receiver(async (stream, _, cancellation) =>
        {
            time.IsWatched = true;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun"u8.ToArray(), cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
            return false;
        }).Start();
        using var sender = new WebhookSender(new AddressGuard([IPNetwork.Parse("127.0.0.0/8")]), Dns.GetHostAddressesAsync, time);

        var sending = sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);
        await time.Asked.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        time.Advance(_timeout);

        Assert.Equal(200, Assert.IsType<SendResult.Answered>(await sending).Status);
    }

    [Fact]
    public async Task A_success_whose_body_is_cut_is_a_success()
    {
        await using var receiver = new Receiver(async (stream, _, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun"u8.ToArray(), cancellation);
            return false;
        }).Start();

        Assert.Equal("begun", (await AnsweredAsync(receiver.Url)).AnswerStart);
    }

    [Fact]
    public async Task A_connection_cut_before_the_answer_is_a_failure()
    {
        await using var receiver = new Receiver((_, _, _) => Task.FromResult(false)).Start();

        Assert.Equal("the connection was cut before the answer", (await FailedAsync(receiver.Url)).Reason);
    }

    [Fact]
    public async Task An_answer_of_headers_without_end_is_a_failure()
    {
        await using var receiver = new Receiver(async (stream, _, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancellation);
            while (true)
            {
                await stream.WriteAsync("X-Header: 0123456789012345678901234567890123456789\r\n"u8.ToArray(), cancellation);
            }
        }).Start();

        Assert.Equal("the answer's headers are larger than 16 KiB", (await FailedAsync(receiver.Url)).Reason);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n\r\n")]
    [InlineData("\0\u0001\u0002\r\n\r\n")]
    public async Task What_is_not_http_is_a_failure(string answer)
    {
        await using var receiver = Receiver.Answering(answer);

        Assert.Equal("what came back is not HTTP", (await FailedAsync(receiver.Url)).Reason);
    }

    [Fact]
    public async Task Of_a_huge_body_a_kibibyte_is_kept_and_the_connection_is_cut()
    {
        // Without end: were it read on, the receiver would never see the connection go.
        var cut = new TaskCompletionSource();
        await using var receiver = new Receiver(async (stream, _, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), cancellation);
            try
            {
                while (true)
                {
                    await stream.WriteAsync("4\r\nabcd\r\n"u8.ToArray(), cancellation);
                }
            }
            catch (IOException)
            {
                cut.SetResult();
            }

            return false;
        }).Start();

        var answered = await AnsweredAsync(receiver.Url);

        Assert.Equal(string.Concat(Enumerable.Repeat("abcd", 256)), answered.AnswerStart);
        await cut.Task.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_compressed_answer_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[10_000_000]);
        }

        var head = Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n");
        await using var receiver = Receiver.Answering([.. head, .. packed.ToArray()]);

        var answered = await AnsweredAsync(receiver.Url);

        Assert.Equal(200, answered.Status);
        Assert.StartsWith("\u001f\uFFFD\b", answered.AnswerStart, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("\u00ff\u00fe", "\uFFFD\uFFFD")]
    [InlineData("\u00c3\u00a9", "é")]
    public async Task An_answer_is_kept_as_text_that_every_store_takes(string latin1, string kept)
    {
        await using var receiver = Receiver.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {latin1.Length}\r\n\r\n{latin1}");

        Assert.Equal(kept, (await AnsweredAsync(receiver.Url)).AnswerStart);
    }

    [Fact]
    public async Task A_character_that_the_kibibyte_cuts_is_left_out()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 1022) + "€€");
        await using var receiver = Receiver.Answering([.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n"), .. body]);

        Assert.Equal(new string('x', 1022), (await AnsweredAsync(receiver.Url)).AnswerStart);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n4\r\noops\r\n0\r\n\r\n")]
    public async Task Connections_are_used_again(string answer)
    {
        await using var receiver = Receiver.Answering(answer);

        for (var i = 0; i < 10; i++)
        {
            await AnsweredAsync(receiver.Url);
        }

        Assert.Equal((10, 1), (receiver.Requests.Count, receiver.Connections));
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var receiver = Receiver.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");

        await AnsweredAsync(receiver.Url);
        await AnsweredAsync(receiver.Url);

        Assert.All(receiver.Requests, request => Assert.DoesNotContain("cookie", request.Headers.Keys));
    }

    [Fact]
    public async Task A_name_without_an_address_is_a_failure()
    {
        using var sender = new WebhookSender(new AddressGuard([]), (_, _) => throw new SocketException((int)SocketError.HostNotFound), _time);

        var failed = Assert.IsType<SendResult.Failed>(await sender.SendAsync(Request("http://nowhere.example/"), TestContext.Current.CancellationToken));

        Assert.Equal("the host's name has no address", failed.Reason);
    }

    [Fact]
    public async Task A_lookup_that_hangs_ends_with_the_timeout()
    {
        using var sender = new WebhookSender(
            new AddressGuard([]),
            async (_, cancellation) =>
            {
                _time.Advance(_timeout);
                await Task.Delay(Timeout.Infinite, cancellation);
                return [];
            },
            _time);

        var failed = Assert.IsType<SendResult.Failed>(await sender.SendAsync(Request("http://slow.example/"), TestContext.Current.CancellationToken));

        Assert.Equal("timed out: no answer within 15 s", failed.Reason);
    }

    [Fact]
    public async Task A_refused_address_is_a_failure_that_does_not_tell_the_address()
    {
        await using var receiver = Receiver.Answering(Ok);
        using var sender = new WebhookSender(new AddressGuard([]), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _time);

        var failed = Assert.IsType<SendResult.Failed>(
            await sender.SendAsync(Request(receiver.Url.Replace("127.0.0.1", "inside.example", StringComparison.Ordinal)), TestContext.Current.CancellationToken));

        Assert.Equal(
            "refused: the host's address is not public (loopback); an operator can let a network through with the option Webhooks:AllowedNetworks", failed.Reason);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task The_second_address_is_tried_when_the_first_does_not_accept()
    {
        await using var receiver = Receiver.Answering(Ok);
        using var sender = new WebhookSender(
            new AddressGuard([IPNetwork.Parse("127.0.0.0/8")]),
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]),
            _time);

        Assert.IsType<SendResult.Answered>(
            await sender.SendAsync(Request(receiver.Url.Replace("127.0.0.1", "two.example", StringComparison.Ordinal)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task In_live_http_is_refused_before_any_connection()
    {
        await using var receiver = Receiver.Answering(Ok);

        var failed = Assert.IsType<SendResult.Failed>(await SendAsync(receiver.Url, isLive: true));

        Assert.Contains("https://", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_a_failure()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeTlsAsync(listener, certificate);

        var failed = await SendAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", isLive: true);

        Assert.StartsWith("TLS failed: ", Assert.IsType<SendResult.Failed>(failed).Reason, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    [Fact]
    public async Task A_server_that_stops_gives_up_attempts_without_calling_them_failures()
    {
        using var stop = new CancellationTokenSource();
        await using var receiver = Receiver.Hanging("", stop.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _sender.SendAsync(Request(receiver.Url), stop.Token));
    }

    private static WebhookRequest Request(string url, bool isLive = false) =>
        new(url, isLive, "fact-1", _now, "v1,bmV3 v1,b2xk", Encoding.UTF8.GetBytes("""{"id":"fact-1","name":"Zoë"}"""), _timeout);

    /// <summary>Shakes hands and waits for a request, which must not come.</summary>
    private static async Task ServeTlsAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(certificate);
        await tls.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
    }

    private async Task<SendResult.Answered> AnsweredAsync(string url) => Assert.IsType<SendResult.Answered>(await SendAsync(url));

    private async Task<SendResult.Failed> FailedAsync(string url) => Assert.IsType<SendResult.Failed>(await SendAsync(url));

    private Task<SendResult> SendAsync(string url, bool isLive = false) => _sender.SendAsync(Request(url, isLive), TestContext.Current.CancellationToken);

    /// <summary>Tells when the sender asks what time it is, which it does once the headers are there.</summary>
    private sealed class TimeAskedFor(DateTimeOffset now) : FakeTimeProvider(now)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsWatched;

        public Task Asked => _asked.Task;

        public override DateTimeOffset GetUtcNow()
        {
            if (IsWatched)
            {
                _asked.TrySetResult();
            }

            return base.GetUtcNow();
        }
    }
}
