using System.Globalization;
using System.Text.Json;
using Laurel.Calendars;
using Laurel.Metrics;
using Laurel.Streaks;

namespace Laurel.Evaluation;

/// <summary>The members of a metric's progress, or of a set of periods, gathered among others.</summary>
internal struct MeasuredMembers()
{
    private decimal? _current;
    private ulong[]? _seen;
    private int _seenParts;
    private PeriodKind? _runKind;
    private bool _hasOlder;
    private long _since;
    private PeriodPage[] _pages = [];

    public readonly PeriodSet Periods => new(_pages, _hasOlder, _since);

    public StreakState Read(ref Utf8JsonReader reader, StreakState streak)
    {
        Read(ref reader);
        return streak;
    }

    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("current"u8))
        {
            reader.Read();
            _current = reader.GetDecimal();
        }
        else if (reader.ValueTextEquals("seen_parts"u8))
        {
            _seenParts = (int)StateDocumentReader.Long(ref reader);
        }
        else if (reader.ValueTextEquals("seen"u8))
        {
            var hashes = new List<ulong>();
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                hashes.Add(reader.GetUInt64());
            }

            _seen = [.. hashes];
        }
        else if (reader.ValueTextEquals("run_kind"u8))
        {
            _runKind = (PeriodKind)StateDocumentReader.Long(ref reader);
        }
        else if (reader.ValueTextEquals("since"u8))
        {
            _since = StateDocumentReader.Long(ref reader);
        }
        else if (reader.ValueTextEquals("has_older"u8))
        {
            _hasOlder = StateDocumentReader.Flag(ref reader);
        }
        else
        {
            _pages = ReadPages(ref reader);
        }
    }

    public readonly Measured ToMeasured() => new(
        _current,
        _seen is not null ? new MetricMemory.Seen(_seen, _seenParts, _since) : _runKind is { } kind ? new MetricMemory.Run(kind, Periods) : null);

    private static PeriodPage[] ReadPages(ref Utf8JsonReader reader)
    {
        var pages = new List<PeriodPage>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var number = reader.GetInt32();
            pages.Add(new PeriodPage(number, Bits(ref reader), Bits(ref reader)));
        }

        return [.. pages];
    }

    private static UInt128 Bits(ref Utf8JsonReader reader)
    {
        reader.Read();
        return UInt128.Parse(reader.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
