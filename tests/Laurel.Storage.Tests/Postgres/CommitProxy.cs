using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>Where a connection is lost around a COMMIT.</summary>
internal enum CommitCut
{
    /// <summary>The server never gets the COMMIT.</summary>
    BeforeItArrives,

    /// <summary>The server gets it, and nobody waits for what it does.</summary>
    AsItArrives,

    /// <summary>The server has committed and said so, and the answer is lost.</summary>
    AfterItsAnswer,

    /// <summary>Nothing arrives any more at either end, and neither is told: a half-open connection, COMMIT not delivered.</summary>
    InSilence,
}

/// <summary>A TCP proxy that reads PostgreSQL's protocol so far as to know a COMMIT, prepared or not, and loses the connection around the next one when it is told to.</summary>
internal sealed class CommitProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private int _armed = -1;

    public CommitProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections lost so far.</summary>
    public int Cuts { get; private set; }

    /// <summary>Loses the connection around the next COMMIT.</summary>
    public void Arm(CommitCut cut) => Volatile.Write(ref _armed, (int)cut);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_host, _port, _stop.Token);
                var conversation = new Conversation(this, client.GetStream(), server.GetStream(), _stop.Token);
                await Task.WhenAny(conversation.ForwardRequestsAsync(), conversation.ForwardAnswersAsync());
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
            {
                // One of the two has gone.
            }
        }
    }

    private CommitCut? Take()
    {
        var armed = Interlocked.Exchange(ref _armed, -1);
        if (armed < 0)
        {
            return null;
        }

        Cuts++;
        return (CommitCut)armed;
    }

    private sealed class Conversation(CommitProxy proxy, NetworkStream client, NetworkStream server, CancellationToken stop)
    {
        private readonly HashSet<string> _commits = [];
        private volatile bool _isLosingAnswers;

        // The first message has no type. All are passed on one by one.
        public async Task ForwardRequestsAsync()
        {
            await PassAsync(await ReadMessageAsync(hasType: false));
            while (true)
            {
                var message = await ReadMessageAsync(hasType: true);
                if (!IsCommit(message) || proxy.Take() is not { } cut)
                {
                    await PassAsync(message);
                    continue;
                }

                switch (cut)
                {
                    case CommitCut.BeforeItArrives:
                        return;
                    case CommitCut.InSilence:
                        _isLosingAnswers = true;
                        await Task.Delay(Timeout.Infinite, stop);
                        return;
                    default:
                        await PassRestAsync(message);
                        if (cut == CommitCut.AfterItsAnswer)
                        {
                            _isLosingAnswers = true;
                            await Task.Delay(Timeout.Infinite, stop);
                        }

                        return;
                }
            }
        }

        public async Task ForwardAnswersAsync()
        {
            var buffer = new byte[65536];
            while (await server.ReadAsync(buffer, stop) is > 0 and var count)
            {
                if (!_isLosingAnswers)
                {
                    await client.WriteAsync(buffer.AsMemory(0, count), stop);
                }
                else if (buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) >= 0)
                {
                    return;
                }
            }

            // In silence, an end is not passed on either.
            if (_isLosingAnswers)
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
        }

        // Up to and with the Sync, at which the server sets to work.
        private async Task PassRestAsync(byte[] message)
        {
            _isLosingAnswers = true;
            await PassAsync(message);
            while (message[0] is not ((byte)'S' or (byte)'Q'))
            {
                message = await ReadMessageAsync(hasType: true);
                await PassAsync(message);
            }
        }

        // Parse names the statement that holds the text; Bind runs it by its name. Both come with every statement that is not prepared.
        private bool IsCommit(byte[] message)
        {
            var texts = Encoding.UTF8.GetString(message.AsSpan(5)).Split('\0');
            switch ((char)message[0])
            {
                case 'P' when texts[1].Equals("commit", StringComparison.OrdinalIgnoreCase):
                    _commits.Add(texts[0]);
                    return false;
                case 'P':
                    _commits.Remove(texts[0]);
                    return false;
                case 'B':
                    return _commits.Contains(texts[1]);
                default:
                    return false;
            }
        }

        private async Task<byte[]> ReadMessageAsync(bool hasType)
        {
            var head = new byte[hasType ? 5 : 4];
            await client.ReadExactlyAsync(head, stop);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(head.Length - 4)) + head.Length - 4];
            head.CopyTo(message, 0);
            await client.ReadExactlyAsync(message.AsMemory(head.Length), stop);
            return message;
        }

        private ValueTask PassAsync(byte[] message) => server.WriteAsync(message, stop);
    }
}
