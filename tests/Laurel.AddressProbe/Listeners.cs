using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Laurel.AddressProbe;

/// <summary>
/// Accepts connections to every address there is, which in the probe's network are all this machine's own, and notes which one each was
/// made to. It answers HTTP as the path says, and on port 443 shakes hands with a certificate that names a place to fetch its issuer from.
/// </summary>
internal sealed class Listeners : IDisposable
{
    /// <summary>Ports of the URLs that are tried.</summary>
    public static readonly int[] Ports = [21, 25, 70, 80, 443, 6379, 8080];

    private readonly List<Socket> _listening = [];
    private readonly ConcurrentQueue<(EndPoint From, IPAddress To, int Port)> _arrivals = new();
    private readonly Certificates _certificates = new();

    public Listeners()
    {
        foreach (var port in Ports)
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            socket.Listen(512);
            _listening.Add(socket);
            new Thread(() => Accept(socket, port)) { IsBackground = true }.Start();
        }
    }

    /// <summary>
    /// The addresses that connections were made to since the last call. Connections are accepted in order, so one of our own to each port,
    /// once it is noted, says that all before it are.
    /// </summary>
    public async Task<IReadOnlyList<IPAddress>> TakeAsync()
    {
        // With the port, for connections to several ports may share their own end.
        var own = new HashSet<(EndPoint From, int Port)>();
        foreach (var port in Ports)
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port));
            own.Add((socket.LocalEndPoint!, port));
        }

        var taken = new List<IPAddress>();
        while (own.Count > 0)
        {
            if (!_arrivals.TryDequeue(out var arrival))
            {
                await Task.Yield();
            }
            else if (!own.Remove((arrival.From, arrival.Port)))
            {
                taken.Add(arrival.To);
            }
        }

        return taken;
    }

    public void Dispose()
    {
        _listening.ForEach(socket => socket.Dispose());
        _certificates.Dispose();
    }

    private void Accept(Socket listening, int port)
    {
        try
        {
            while (true)
            {
                var socket = listening.Accept();
                var to = ((IPEndPoint)socket.LocalEndPoint!).Address;
                _arrivals.Enqueue((socket.RemoteEndPoint!, to.IsIPv4MappedToIPv6 ? to.MapToIPv4() : new IPAddress(to.GetAddressBytes()), port));
                _ = ServeAsync(socket, port == 443);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The probe is over.
        }
    }

    private async Task ServeAsync(Socket socket, bool isSecure)
    {
        try
        {
            await using var plain = new NetworkStream(socket, ownsSocket: true);
            if (!isSecure)
            {
                await AnswerAsync(plain);
                return;
            }

            await using var tls = new SslStream(plain);
            await tls.AuthenticateAsServerAsync(
                (_, hello, _, _) => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    // Offline, for a server that looks for its own issuer would be taken for the sender.
                    ServerCertificateContext = SslStreamCertificateContext.Create(_certificates.For(hello.ServerName), additionalCertificates: null, offline: true),
                }),
                state: null);
            await AnswerAsync(tls);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or SocketException)
        {
            // Who connected has gone.
        }
    }

    /// <summary><c>/redirect/307/http://10.0.0.1/</c> redirects, <c>/header/Refresh/…</c> answers with a header, and all else is a 204.</summary>
    private static async Task AnswerAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var target = (await reader.ReadLineAsync() ?? "").Split(' ').ElementAtOrDefault(1) ?? "";
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        var parts = target.Split('/', 4);
        var (status, header) = parts switch
        {
            ["", "redirect", var code, var to] => (code, $"Location: {Uri.UnescapeDataString(to)}\r\n"),
            ["", "header", var name, var value] => ("200", $"{name}: {Uri.UnescapeDataString(value)}\r\n"),
            _ => ("204", ""),
        };
        var length = status == "204" ? "" : "Content-Length: 0\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status} X\r\n{header}{length}Connection: close\r\n\r\n"));
    }
}
