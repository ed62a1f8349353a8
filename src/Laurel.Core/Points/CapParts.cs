using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Laurel.Calendars;

namespace Laurel.Points;

/// <summary>What a capped rule has awarded in an older period, as a part of the participant's state.</summary>
internal static class CapParts
{
    public static string KeyOf(string rule, Period period) =>
        string.Create(CultureInfo.InvariantCulture, $"cap/{rule}/{period.Kind}/{period.Number}");

    public static byte[] Write(long awarded) => Encoding.ASCII.GetBytes(awarded.ToString(CultureInfo.InvariantCulture));

    /// <summary>0 where there is none.</summary>
    public static long Read(ReadOnlyMemory<byte> document) => Utf8Parser.TryParse(document.Span, out long awarded, out _) ? awarded : 0;
}
