using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Metrics;

/// <summary>
/// The set behind <c>distinct</c>: 64-bit hashes, so that a value of any length takes the same room. Among 10,000 values two share a hash once in 370,000
/// million sets.
/// </summary>
internal static class SeenValues
{
    private const int MostInDocument = 32;
    private const int MeantPerPart = 128;

    /// <summary>The hash of a text, a number by value, true or false; null for what is not counted.</summary>
    public static ulong? HashOf(in PropertyValue value)
    {
        var text = value.Kind switch
        {
            PropertyKind.Text => $"t{value.Text}",

            // Dividing by one with many zeros removes the zeros that 2.50 has and 2.5 has not.
            PropertyKind.Number => $"n{(value.Number / 1.000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)}",
            PropertyKind.True => "true",
            PropertyKind.False => "false",
            _ => null,
        };
        if (text is null)
        {
            return null;
        }

        // FNV-1a with the last mixing steps of MurmurHash3: short, the same everywhere and for ever, and even enough for sets of some thousand.
        unchecked
        {
            var hash = 14695981039346656037UL;
            foreach (var unit in text)
            {
                hash = (hash ^ unit) * 1099511628211UL;
            }

            hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
            hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
            return hash ^ (hash >> 33);
        }
    }

    /// <summary>Adds a hash; false where it is known. Sets that grow out of the document are spread over parts, as many as <paramref name="target"/> asks for.</summary>
    public static bool TryAdd(ref MetricMemory.Seen seen, ulong hash, decimal target, string owner, PartShelf shelf)
    {
        if (seen.PartCount == 0)
        {
            if (Array.IndexOf(seen.Hashes, hash) >= 0)
            {
                return false;
            }

            if (seen.Hashes.Length < MostInDocument)
            {
                seen = seen with { Hashes = [.. seen.Hashes, hash] };
                return true;
            }

            seen = Spread(seen, target, owner, shelf);
        }

        var key = KeyOf(owner, seen, hash);
        var known = Read(shelf.Find(key));
        if (Array.IndexOf(known, hash) >= 0)
        {
            return false;
        }

        shelf.Put(key, Write([.. known, hash]));
        return true;
    }

    private static MetricMemory.Seen Spread(MetricMemory.Seen seen, decimal target, string owner, PartShelf shelf)
    {
        var spread = seen with { Hashes = [], PartCount = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Math.Ceiling(target / MeantPerPart), 1, 1024)) };
        foreach (var group in seen.Hashes.GroupBy(hash => KeyOf(owner, spread, hash), StringComparer.Ordinal))
        {
            shelf.Put(group.Key, Write([.. group]));
        }

        return spread;
    }

    private static string KeyOf(string owner, MetricMemory.Seen seen, ulong hash) =>
        string.Create(CultureInfo.InvariantCulture, $"seen/{owner}/{seen.Since}/{hash & (ulong)(seen.PartCount - 1)}");

    private static byte[] Write(ulong[] hashes) => Encoding.ASCII.GetBytes($"[{string.Join(",", hashes.Select(hash => hash.ToString(CultureInfo.InvariantCulture)))}]");

    private static ulong[] Read(ReadOnlyMemory<byte> document)
    {
        if (document.IsEmpty)
        {
            return [];
        }

        var reader = new Utf8JsonReader(document.Span);
        var hashes = new List<ulong>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                hashes.Add(reader.GetUInt64());
            }
        }

        return [.. hashes];
    }
}
