using Laurel.Facts;

namespace Laurel.Calendars;

/// <summary>A time zone and the instant from which it governs; null for the first one.</summary>
public sealed record ZoneSpan(string Zone, Timestamp? From);

/// <summary>
/// A program's calendar: which local period an instant falls in, and when periods begin. Immutable. A changed time zone governs periods that begin after
/// the change: the one that runs then ends as it began. Source: semantics §3, §8.
/// </summary>
public sealed class LocalCalendar
{
    private const long Hour = 3_600_000_000;
    private const long Day = 24 * Hour;
    private static readonly PeriodKind[] Kinds = Enum.GetValues<PeriodKind>();
    private readonly TimeZoneInfo[] _zones;

    // Per zone, and per kind of period by its number: what ran when the zone came into force. The first zone has none.
    private readonly Seam[][] _seams;

    // The day that was asked for last: most events are of today. A reference, so that any thread may read and replace it.
    private KnownDay _lastDay = new(default, default, default);

    /// <summary><paramref name="spans"/>: at least one, in order of time, the first without a start.</summary>
    public LocalCalendar(IReadOnlyList<ZoneSpan> spans)
    {
        Spans = spans;
        _zones = [.. spans.Select(span => TimeZoneInfo.FindSystemTimeZoneById(span.Zone))];
        _seams = new Seam[_zones.Length][];
        _seams[0] = [];
        for (var place = 1; place < _zones.Length; place++)
        {
            var seams = new Seam[Kinds.Length];
            foreach (var kind in Kinds)
            {
                var running = PeriodOf(kind, ChangeTo(place), place - 1);
                seams[(int)kind] = new Seam(running, StartOf(running.Next, place - 1));
            }

            _seams[place] = seams;
        }
    }

    /// <summary>The calendar in UTC.</summary>
    public static readonly LocalCalendar Utc = new([new ZoneSpan("UTC", null)]);

    /// <summary>The zones, the one that governs now last.</summary>
    public IReadOnlyList<ZoneSpan> Spans { get; }

    /// <summary>The period of a kind that <paramref name="at"/> falls in.</summary>
    public Period PeriodOf(PeriodKind kind, Timestamp at) => PeriodOf(kind, at, _zones.Length - 1);

    /// <summary>The first instant of a period; the end of time for what lies beyond it.</summary>
    public Timestamp StartOf(Period period) => StartOf(period, _zones.Length - 1);

    /// <summary>The first instant after a period; the last one of the year 9999 belongs to the period that it ends.</summary>
    public Timestamp EndOf(Period period) => period.Kind == PeriodKind.AllTime ? Timestamp.MaxValue : StartOf(period.Next);

    /// <summary>
    /// <paramref name="at"/> plus months and days by the local clock, then hours and smaller exactly. A local time that the clock skips counts as the first
    /// one after the gap; what passes the year 9999 is its end.
    /// </summary>
    public Timestamp Plus(Timestamp at, CalendarDuration duration)
    {
        if (duration.Months == 0 && duration.Days == 0)
        {
            return Plus(at, duration.Time);
        }

        var zone = ZoneAt(at);
        var local = ToLocal(zone, at);
        try
        {
            local = local.AddMonths(duration.Months).AddDays(duration.Days);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Timestamp.MaxValue;
        }

        return Plus(FirstInstantFrom(zone, local), duration.Time);
    }

    private static Timestamp Plus(Timestamp at, TimeSpan time) =>
        new(Math.Min(Timestamp.MaxValue.UnixMicroseconds, at.UnixMicroseconds + (time.Ticks / TimeSpan.TicksPerMicrosecond)));

    private Timestamp ChangeTo(int place) => Spans[place].From ?? Timestamp.MinValue;

    // A zone's periods, clipped by the end of the one that ran when the zone came into force.
    private Period PeriodOf(PeriodKind kind, Timestamp at, int place)
    {
        if (kind == PeriodKind.AllTime)
        {
            return Period.AllTime;
        }

        while (place > 0 && at < ChangeTo(place))
        {
            place--;
        }

        if (place == 0)
        {
            return Period.Of(kind, DateIn(0, at));
        }

        var seam = _seams[place][(int)kind];
        if (at < seam.End)
        {
            return seam.Running;
        }

        var period = Period.Of(kind, DateIn(place, at));
        return period.Number < seam.Running.Number ? seam.Running : period;
    }

    private Timestamp StartOf(Period period, int place)
    {
        if (period.Kind == PeriodKind.AllTime || period.Number <= Period.Of(period.Kind, DateOnly.MinValue).Number)
        {
            return Timestamp.MinValue;
        }

        if (period.Number > Period.Of(period.Kind, DateOnly.MaxValue).Number)
        {
            return Timestamp.MaxValue;
        }

        while (place > 0 && period.Number <= _seams[place][(int)period.Kind].Running.Number)
        {
            place--;
        }

        var start = StartIn(_zones[place], period.FirstDay);
        return place > 0 && _seams[place][(int)period.Kind].End is var end && end > start ? end : start;
    }

    private TimeZoneInfo ZoneAt(Timestamp at)
    {
        var place = _zones.Length - 1;
        while (place > 0 && at < ChangeTo(place))
        {
            place--;
        }

        return _zones[place];
    }

    private DateOnly DateIn(int place, Timestamp at)
    {
        if (place < _zones.Length - 1)
        {
            return DayIn(_zones[place], at).Date;
        }

        var known = _lastDay;
        if (at < known.Start || at >= known.End)
        {
            known = DayIn(_zones[place], at);
            _lastDay = known;
        }

        return known.Date;
    }

    private static KnownDay DayIn(TimeZoneInfo zone, Timestamp at)
    {
        var local = ToLocal(zone, at);
        var date = DateOnly.FromDateTime(local);
        if (!HasChangeNear(zone, at))
        {
            var start = at.UnixMicroseconds - (local.TimeOfDay.Ticks / TimeSpan.TicksPerMicrosecond);
            return date > DateOnly.MinValue && date < DateOnly.MaxValue
                ? new KnownDay(new Timestamp(start), new Timestamp(start + Day), date)
                : new KnownDay(at, at, date);
        }

        // Some clocks went back over midnight, so that a date came twice: a day begins once, with the first instant of its date or a later one.
        while (date < DateOnly.MaxValue && StartIn(zone, date.AddDays(1)) <= at)
        {
            date = date.AddDays(1);
        }

        return new KnownDay(StartIn(zone, date), date < DateOnly.MaxValue ? StartIn(zone, date.AddDays(1)) : Timestamp.MaxValue, date);
    }

    private static Timestamp StartIn(TimeZoneInfo zone, DateOnly date) =>
        date == DateOnly.MinValue ? Timestamp.MinValue : FirstInstantFrom(zone, date.ToDateTime(TimeOnly.MinValue));

    /// <summary>The first instant at which the local clock shows <paramref name="local"/> or later.</summary>
    private static Timestamp FirstInstantFrom(TimeZoneInfo zone, DateTime local)
    {
        // No zone is further than 15 hours from UTC, and none changed its clock twice within as long.
        var asUtc = Timestamp.From(DateTime.SpecifyKind(local, DateTimeKind.Utc)).UnixMicroseconds;
        const long Reach = 15 * Hour;
        var low = Math.Max(Timestamp.MinValue.UnixMicroseconds, asUtc - Reach);
        var high = Math.Min(Timestamp.MaxValue.UnixMicroseconds, asUtc + Reach);
        var before = OffsetAt(zone, low);
        var after = OffsetAt(zone, high);
        var inOldTime = asUtc - before;
        if (before == after)
        {
            return new Timestamp(Math.Clamp(inOldTime, low, high));
        }

        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = OffsetAt(zone, middle) == before ? (middle + 1, high) : (low, middle);
        }

        // The clock changes at `low`. What it shows by then it shows in the old time; what it skips comes true with the change.
        return new Timestamp(inOldTime < low ? inOldTime : Math.Max(low, asUtc - after));
    }

    private static bool HasChangeNear(TimeZoneInfo zone, Timestamp at)
    {
        const long Reach = 30 * Hour;
        var before = Math.Max(Timestamp.MinValue.UnixMicroseconds, at.UnixMicroseconds - Reach);
        var after = Math.Min(Timestamp.MaxValue.UnixMicroseconds, at.UnixMicroseconds + Reach);
        return OffsetAt(zone, before) != OffsetAt(zone, after);
    }

    // Clamped, since a local clock may leave the years 0001 to 9999 though UTC does not.
    private static DateTime ToLocal(TimeZoneInfo zone, Timestamp at)
    {
        var ticks = at.ToDateTime().Ticks + (OffsetAt(zone, at) * TimeSpan.TicksPerMicrosecond);
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Unspecified);
    }

    private static long OffsetAt(TimeZoneInfo zone, long at) => OffsetAt(zone, new Timestamp(at));

    private static long OffsetAt(TimeZoneInfo zone, Timestamp at) => zone.GetUtcOffset(at.ToDateTime()).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The period that ran when a zone came into force, and when it ended.</summary>
    private readonly record struct Seam(Period Running, Timestamp End);

    private sealed record KnownDay(Timestamp Start, Timestamp End, DateOnly Date);
}
