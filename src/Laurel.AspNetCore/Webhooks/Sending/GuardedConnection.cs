using System.Net;
using System.Net.Sockets;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>Looks a name up. Throws <see cref="SocketException"/> when there is none.</summary>
internal delegate Task<IPAddress[]> HostLookup(string host, CancellationToken cancellation);

/// <summary>
/// Opens the connections of the sender: looks a name up once, judges every address of the answer, and connects to the addresses that were
/// judged, never to the name again. A name server that changes its answer after the check so gains nothing. Runs on any thread.
/// </summary>
internal sealed class GuardedConnection(AddressGuard guard, HostLookup lookup, TimeProvider time)
{
    /// <summary>Addresses of a name that are tried. A name may have more, all of which are judged.</summary>
    public const int TriedAddressLimit = 8;

    /// <summary>How long one of several addresses may take to accept, so that a silent one leaves time for the next.</summary>
    public static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A connected stream to <paramref name="target"/>, which the caller owns. Throws <see cref="AddressRefusedException"/> when even one of
    /// its addresses is refused, and <see cref="SocketException"/> when it has none or none accepts.
    /// </summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellation)
    {
        // 1. What stands in the URL as an address is not looked up.
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await lookup(target.Host, cancellation);

        // 2. One refused address refuses them all: a name that mixes public and private ones has no good reason to.
        foreach (var address in addresses)
        {
            if (guard.Refusal(address) is { } kind)
            {
                throw new AddressRefusedException(kind);
            }
        }

        // 3. Connect to what was judged.
        SocketException? last = null;
        for (var i = 0; i < Math.Min(addresses.Length, TriedAddressLimit); i++)
        {
            try
            {
                var isLast = i == Math.Min(addresses.Length, TriedAddressLimit) - 1;
                return await ConnectAsync(new IPEndPoint(addresses[i], target.Port), isLast ? Timeout.InfiniteTimeSpan : AddressTimeout, cancellation);
            }
            catch (SocketException e)
            {
                last = e;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<Stream> ConnectAsync(IPEndPoint address, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A connection that was not made because its address is one that webhooks do not go to. The message is for people and names no address.</summary>
internal sealed class AddressRefusedException(string kind)
    : IOException($"refused: the host's address is not public ({kind}); an operator can let a network through with the option Webhooks:AllowedNetworks");
