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
    private readonly TimeZoneInfo[] _zones;
    private readonly Timestamp[] _changes;

    // The day that was asked for last: most events are of today. A reference, so that any thread may read and replace it.
    private KnownDay _lastDay = new(default, default, default);

    /// <summary><paramref name="spans"/>: at least one, in order of time, the first without a start.</summary>
    public LocalCalendar(IReadOnlyList<ZoneSpan> spans)
    {
        Spans = spans;
        _zones = [.. spans.Select(span => TimeZoneInfo.FindSystemTimeZoneById(span.Zone))];
        _changes = [.. spans.Select(span => span.From ?? Timestamp.MinValue)];
    }

    /// <summary>The calendar in UTC.</summary>
    public static readonly LocalCalendar Utc = new([new ZoneSpan("UTC", null)]);

    /// <summary>The zones, the one that governs now last.</summary>
    public IReadOnlyList<ZoneSpan> Spans { get; }

    /// <summary>The period of a kind that <paramref name="at"/> falls in.</summary>
    public Period PeriodOf(PeriodKind kind, Timestamp at)
    {
        if (kind == PeriodKind.AllTime)
        {
            return Period.AllTime;
        }

        if (_zones.Length > 1)
        {
            return PeriodOf(kind, at, _zones.Length - 1);
        }

        return Period.Of(kind, DateOf(at));
    }

    /// <summary>The first instant of a period; the end of time for what lies beyond it.</summary>
    public Timestamp StartOf(Period period) => period.Kind == PeriodKind.AllTime ? Timestamp.MinValue : StartOf(period, _zones.Length - 1);

    /// <summary>The first instant after a period.</summary>
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

    private DateOnly DateOf(Timestamp at)
    {
        var known = _lastDay;
        if (at >= known.Start && at < known.End)
        {
            return known.Date;
        }

        var zone = _zones[0];
        var date = DateIn(zone, at);
        _lastDay = new KnownDay(StartIn(zone, date), date == DateOnly.MaxValue ? Timestamp.MaxValue : StartIn(zone, date.AddDays(1)), date);
        return date;
    }

    // A zone's periods, clipped by the end of the one that ran when the zone came into force.
    private Period PeriodOf(PeriodKind kind, Timestamp at, int place)
    {
        if (place == 0)
        {
            return Period.Of(kind, DateIn(_zones[0], at));
        }

        if (at < _changes[place])
        {
            return PeriodOf(kind, at, place - 1);
        }

        var running = PeriodOf(kind, _changes[place], place - 1);
        if (at < StartOf(running.Next, place - 1))
        {
            return running;
        }

        var period = Period.Of(kind, DateIn(_zones[place], at));
        return period.Number < running.Number ? running : period;
    }

    private Timestamp StartOf(Period period, int place)
    {
        var start = StartIn(_zones[place], period.FirstDay);
        if (place == 0)
        {
            return start;
        }

        var running = PeriodOf(period.Kind, _changes[place], place - 1);
        if (period.Number <= running.Number)
        {
            return StartOf(period, place - 1);
        }

        var end = StartOf(running.Next, place - 1);
        return start > end ? start : end;
    }

    private TimeZoneInfo ZoneAt(Timestamp at)
    {
        var place = _zones.Length - 1;
        while (place > 0 && at < _changes[place])
        {
            place--;
        }

        return _zones[place];
    }

    // Some clocks went back over midnight, so that a date came twice: a day begins once, with the first instant of its date or a later one.
    private static DateOnly DateIn(TimeZoneInfo zone, Timestamp at)
    {
        var date = DateOnly.FromDateTime(ToLocal(zone, at));
        if (!HasChangeNear(zone, at))
        {
            return date;
        }

        while (date < DateOnly.MaxValue && StartIn(zone, date.AddDays(1)) <= at)
        {
            date = date.AddDays(1);
        }

        return date;
    }

    private static Timestamp StartIn(TimeZoneInfo zone, DateOnly date) => FirstInstantFrom(zone, date.ToDateTime(TimeOnly.MinValue));

    /// <summary>The first instant at which the local clock shows <paramref name="local"/> or later.</summary>
    private static Timestamp FirstInstantFrom(TimeZoneInfo zone, DateTime local)
    {
        // No zone is further than 15 hours from UTC. A change of the clock near by is found by halving: conversion from UTC is always defined.
        var asUtc = Timestamp.From(DateTime.SpecifyKind(local, DateTimeKind.Utc)).UnixMicroseconds;
        const long Reach = 15L * 3_600_000_000;
        var low = Math.Max(Timestamp.MinValue.UnixMicroseconds, asUtc - Reach);
        var high = Math.Min(Timestamp.MaxValue.UnixMicroseconds, asUtc + Reach);
        var offset = OffsetAt(zone, new Timestamp(low));
        if (offset == OffsetAt(zone, new Timestamp(high)))
        {
            return new Timestamp(Math.Clamp(asUtc - offset, low, high));
        }

        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = ToLocal(zone, new Timestamp(middle)) >= local ? (low, middle) : (middle + 1, high);
        }

        return new Timestamp(low);
    }

    private static bool HasChangeNear(TimeZoneInfo zone, Timestamp at)
    {
        const long Reach = 30L * 3_600_000_000;
        var before = new Timestamp(Math.Max(Timestamp.MinValue.UnixMicroseconds, at.UnixMicroseconds - Reach));
        var after = new Timestamp(Math.Min(Timestamp.MaxValue.UnixMicroseconds, at.UnixMicroseconds + Reach));
        return OffsetAt(zone, before) != OffsetAt(zone, after);
    }

    // Clamped, since a local clock may leave the years 0001 to 9999 though UTC does not.
    private static DateTime ToLocal(TimeZoneInfo zone, Timestamp at)
    {
        var ticks = at.ToDateTime().Ticks + (OffsetAt(zone, at) * TimeSpan.TicksPerMicrosecond);
        return new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Unspecified);
    }

    private static long OffsetAt(TimeZoneInfo zone, Timestamp at) => zone.GetUtcOffset(at.ToDateTime()).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed record KnownDay(Timestamp Start, Timestamp End, DateOnly Date);
}
