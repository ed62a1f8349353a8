using System.Buffers;
using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Rewards;

/// <summary>
/// What became of a claim, when, and by which input of the participant's log. Only claims that moved have one, as a part of the state: all others are just issued, and
/// a participant of many claims carries none of them along.
/// </summary>
public sealed record ClaimStanding(string Status, Timestamp At, long Seq)
{
    public const string Issued = "issued";
    public const string Redeemed = "redeemed";
    public const string Cancelled = "cancelled";

    /// <summary>The key of the part.</summary>
    public static string KeyOf(FactId claimId) => $"claim/{claimId}";

    /// <summary>Reads a part; null where there is none.</summary>
    public static ClaimStanding? Read(ReadOnlyMemory<byte> part)
    {
        if (part.IsEmpty)
        {
            return null;
        }

        using var document = JsonDocument.Parse(part);
        var root = document.RootElement;
        return new ClaimStanding(root.GetProperty("status"u8).GetString()!, new Timestamp(root.GetProperty("at"u8).GetInt64()), root.GetProperty("seq"u8).GetInt64());
    }

    internal byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("status"u8, Status);
        writer.WriteNumber("at"u8, At.UnixMicroseconds);
        writer.WriteNumber("seq"u8, Seq);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
