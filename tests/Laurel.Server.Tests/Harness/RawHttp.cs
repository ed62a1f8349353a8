using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Laurel.Server.Tests.Harness;

/// <summary>Speaks HTTP/1.1 over a bare socket, for what a well-behaved client would not send.</summary>
public static class RawHttp
{
    /// <summary>
    /// Sends <paramref name="head"/> (request line and headers, without the closing blank line) and <paramref name="body"/>, and reads the answer.
    /// It reads while it sends, as a server may answer before it has taken the whole body.
    /// </summary>
    public static async Task<Reply> SendAsync(Uri address, string head, byte[]? body = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        var sending = WriteAsync(stream, Encoding.Latin1.GetBytes($"{head}\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), body ?? []);
        var answer = await ReadAsync(stream);
        await sending;
        return Parse(answer);
    }

    private static async Task WriteAsync(NetworkStream stream, byte[] head, byte[] body)
    {
        try
        {
            await stream.WriteAsync(head);
            for (var sent = 0; sent < body.Length; sent += 64 * 1024)
            {
                await stream.WriteAsync(body.AsMemory(sent, Math.Min(64 * 1024, body.Length - sent)));
            }
        }
        catch (IOException)
        {
            // The server has answered and stopped listening: the answer tells.
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            {
                answer.Write(buffer, 0, count);
            }
        }
        catch (IOException) when (answer.Length > 0)
        {
            // Reset after the answer: what came is what counts.
        }

        return answer.ToArray();
    }

    private static Reply Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            throw new InvalidDataException($"No HTTP answer, but: {Encoding.Latin1.GetString(answer)}");
        }

        var lines = Encoding.Latin1.GetString(answer, 0, end).Split("\r\n");
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = answer[(end + 4)..];
        var chunked = headers.GetValueOrDefault("Transfer-Encoding") == "chunked";
        return new Reply(int.Parse(lines[0].Split(' ')[1]), headers, chunked ? Unchunk(body) : body);
    }

    private static byte[] Unchunk(byte[] body)
    {
        using var whole = new MemoryStream();
        for (var at = 0; ;)
        {
            var lineEnd = body.AsSpan(at).IndexOf("\r\n"u8);
            var size = int.Parse(Encoding.ASCII.GetString(body, at, lineEnd), NumberStyles.HexNumber);
            if (size == 0)
            {
                return whole.ToArray();
            }

            whole.Write(body, at + lineEnd + 2, size);
            at += lineEnd + 2 + size + 2;
        }
    }
}
