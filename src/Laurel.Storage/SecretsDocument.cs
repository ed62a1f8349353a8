using System.Buffers;
using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Storage;

/// <summary>An endpoint's sealed secrets as stores keep them: a JSON array of <c>{"sealed": base64, "valid_until": time or absent}</c>.</summary>
internal static class SecretsDocument
{
    /// <summary>UTF-8 of the secrets, newest first.</summary>
    public static ReadOnlySpan<byte> Write(IReadOnlyList<SealedSecret> secrets)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var secret in secrets)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("sealed"u8, secret.Sealed);
            if (secret.ValidUntil is { } until)
            {
                writer.WriteNumber("valid_until"u8, until.UnixMicroseconds);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    /// <summary>The secrets in a document.</summary>
    public static List<SealedSecret> Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return [.. document.RootElement.EnumerateArray().Select(secret => new SealedSecret(
            secret.GetProperty("sealed"u8).GetBytesFromBase64(),
            secret.TryGetProperty("valid_until"u8, out var until) ? new Timestamp(until.GetInt64()) : null))];
    }
}
