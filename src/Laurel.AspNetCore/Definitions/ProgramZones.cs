using System.Buffers;
using System.Text.Json;
using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.AspNetCore.Definitions;

/// <summary>
/// The time zones of an environment so far, as each version of its program keeps them: <c>[{"zone":"UTC","from":null},{"zone":"Europe/Berlin","from":…}]</c>,
/// <c>from</c> in microseconds since 1970. Kept with the version, so that an input replayed under it falls into the periods it fell into then. Source: semantics §3, §8.
/// </summary>
internal static class ProgramZones
{
    /// <summary>
    /// Zones that a version remembers: each makes every look at the calendar dearer. Beyond that the oldest is forgotten, and the one after it governs from ever.
    /// </summary>
    public const int MostSpans = 64;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static IReadOnlyList<ZoneSpan> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(span => new ZoneSpan(
                span.GetProperty("zone").GetString()!,
                span.GetProperty("from") is { ValueKind: JsonValueKind.Number } from ? new Timestamp(from.GetInt64()) : null)),
        ];
    }

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<ZoneSpan> spans)
    {
        var output = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartArray();
            foreach (var span in spans)
            {
                writer.WriteStartObject();
                writer.WriteString("zone", span.Zone);
                if (span.From is { } from)
                {
                    writer.WriteNumber("from", from.UnixMicroseconds);
                }
                else
                {
                    writer.WriteNull("from");
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return output.WrittenMemory;
    }

    /// <summary>Adds <paramref name="zone"/>, governing from <paramref name="now"/>, where it is not the one that governs already; the first governs from ever.</summary>
    public static IReadOnlyList<ZoneSpan> With(IReadOnlyList<ZoneSpan> spans, string zone, Timestamp now)
    {
        if (spans.Count == 0)
        {
            return [new ZoneSpan(zone, null)];
        }

        if (spans[^1].Zone == zone)
        {
            return spans;
        }

        // A clock that was set back must not put a change before the one it follows.
        var from = spans[^1].From is { } last && now <= last ? new Timestamp(last.UnixMicroseconds + 1) : now;
        return spans.Count < MostSpans
            ? [.. spans, new ZoneSpan(zone, from)]
            : [spans[1] with { From = null }, .. spans.Skip(2), new ZoneSpan(zone, from)];
    }
}
