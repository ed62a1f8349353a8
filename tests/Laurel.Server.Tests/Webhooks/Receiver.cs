using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>What a receiver was sent: the request line, the headers with lowercase names, the body.</summary>
internal sealed record Received(string RequestLine, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>
/// A receiver of webhooks on loopback that answers byte for byte as a test says, so that it can break HTTP as well. Each connection reads
/// requests, and lets <paramref name="answerAsync"/> write what it likes; a connection ends when that returns false.
/// </summary>
internal sealed class Receiver(Func<NetworkStream, Received, CancellationToken, Task<bool>> answerAsync) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<Received> _requests = new();
    private readonly ConcurrentBag<Task> _running = [];
    private int _connections;

    /// <summary>All that came, in order.</summary>
    public IReadOnlyList<Received> Requests => [.. _requests];

    /// <summary>Connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

    /// <summary>One that answers these bytes to each request and keeps the connection.</summary>
    public static Receiver Answering(string answer) => Answering(Encoding.Latin1.GetBytes(answer));

    /// <inheritdoc cref="Answering(string)"/>
    public static Receiver Answering(byte[] answer) => new Receiver(async (stream, _, cancellation) =>
    {
        await stream.WriteAsync(answer, cancellation);
        return true;
    }).Start();

    /// <summary>One that reads the request, tells <paramref name="onRequest"/>, writes these bytes and then nothing for ever.</summary>
    public static Receiver Hanging(string start, Action onRequest) => new Receiver(async (stream, _, cancellation) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), cancellation);
        onRequest();
        await Task.Delay(Timeout.Infinite, cancellation);
        return false;
    }).Start();

    public Receiver Start()
    {
        _listener.Start();
        _running.Add(AcceptAsync());
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_running);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                _running.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over: the listener is disposed, or not even listening any more.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ReadAsync(stream) is { } request)
                {
                    _requests.Enqueue(request);
                    if (!await answerAsync(stream, request, _end.Token))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The sender, or the test, has had enough.
            }
        }
    }

    private async Task<Received?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1], StringComparer.Ordinal);
        var body = new byte[int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new Received(lines[0], headers, Encoding.UTF8.GetString(body));
    }
}
