using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events;

/// <summary>Hashes by which retried calls are known again. Source: semantics §4.</summary>
internal static class EventPayloadHash
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>
    /// The first 16 bytes of SHA-256 over participant id, event name, the timestamp's text or its absence, and the properties with members sorted.
    /// </summary>
    public static UInt128 Of(EventRequest request)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        Append(buffer, request.ParticipantId);
        Append(buffer, request.EventName);
        Append(buffer, request.TimestampText);
        request.Properties.AppendCanonical(buffer);
        return Hash(buffer.WrittenSpan);
    }

    /// <summary>The same of a command.</summary>
    public static UInt128 Of(string command, string participantId, Properties payload)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        Append(buffer, command);
        Append(buffer, participantId);
        payload.AppendCanonical(buffer);
        return Hash(buffer.WrittenSpan);
    }

    /// <summary>An idempotency key within its environment.</summary>
    public static KeyHash Of(EnvironmentKey environment, string key)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), environment.Value);
        buffer.Advance(4);
        Append(buffer, key);
        return new KeyHash(Hash(buffer.WrittenSpan));
    }

    // Each text goes in with its length, -1 for absence, so that no two payloads run together.
    private static void Append(ArrayBufferWriter<byte> buffer, string? text)
    {
        var length = text is null ? -1 : Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), length);
        buffer.Advance(4);
        if (text is not null)
        {
            buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(length)));
        }
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
