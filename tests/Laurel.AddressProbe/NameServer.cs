using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Laurel.AddressProbe;

/// <summary>
/// A name server on 127.0.0.1:53 that answers as it is told: with any address, and with another one to each look, as an attacker's would.
/// Source: RFC 1035 §4.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private const ushort TypeA = 1;
    private const ushort TypeCname = 5;
    private const ushort TypeAaaa = 28;
    private const int HeaderBytes = 12;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, IPAddress[][]> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Name, ushort Type), int> _looks = new();

    /// <summary>Starts to answer.</summary>
    public NameServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 53));
        new Thread(Serve) { IsBackground = true }.Start();
    }

    /// <summary>Answers looks for a name in turn with these lists of addresses, and with the last one from then on.</summary>
    public void Answer(string name, params IPAddress[][] inTurn) => _answers[name] = inTurn;

    /// <summary>Answers looks for a name with another name, and with what that one has.</summary>
    public void Alias(string name, string other) => _aliases[name] = other;

    /// <summary>Forgets who has looked what up.</summary>
    public void Forget() => _looks.Clear();

    public void Dispose() => _socket.Dispose();

    private void Serve()
    {
        var query = new byte[1500];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                var length = _socket.ReceiveFrom(query, ref from);
                if (length > HeaderBytes)
                {
                    _socket.SendTo(Reply(query.AsSpan(0, length)), from);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The probe is over.
        }
    }

    private byte[] Reply(ReadOnlySpan<byte> query)
    {
        var (name, questionEnd) = NameAt(query);
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[questionEnd..]);
        questionEnd += 4;

        var records = new List<byte[]>();
        while (_aliases.TryGetValue(name, out var other))
        {
            records.Add(Record(name, TypeCname, Encoded(other)));
            name = other;
        }

        var isKnown = _answers.TryGetValue(name, out var inTurn);
        foreach (var address in isKnown ? Turn(name, type, inTurn!) : [])
        {
            if (type == (address.AddressFamily == AddressFamily.InterNetwork ? TypeA : TypeAaaa))
            {
                records.Add(Record(name, type, address.GetAddressBytes()));
            }
        }

        byte[] reply = [.. query[..questionEnd], .. records.SelectMany(record => record)];
        reply[2] = 0x84;
        reply[3] = (byte)(isKnown ? 0x80 : 0x83);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(6), (ushort)records.Count);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(8), 0);
        return reply;
    }

    private IPAddress[] Turn(string name, ushort type, IPAddress[][] inTurn)
    {
        var look = _looks.AddOrUpdate((name.ToUpperInvariant(), type), 0, (_, before) => before + 1);
        return inTurn[Math.Min(look, inTurn.Length - 1)];
    }

    /// <summary>A record that may be kept for no time at all.</summary>
    private static byte[] Record(string name, ushort type, byte[] data)
    {
        var encoded = Encoded(name);
        var record = new byte[encoded.Length + 10 + data.Length];
        encoded.CopyTo(record, 0);
        var rest = record.AsSpan(encoded.Length);
        BinaryPrimitives.WriteUInt16BigEndian(rest, type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(rest[8..], (ushort)data.Length);
        data.CopyTo(rest[10..]);
        return record;
    }

    private static byte[] Encoded(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static (string Name, int End) NameAt(ReadOnlySpan<byte> query)
    {
        var labels = new List<string>();
        var at = HeaderBytes;
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += query[at] + 1;
        }

        return (string.Join('.', labels), at + 1);
    }
}
