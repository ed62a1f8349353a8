using CsCheck;
using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Core.Tests.Calendars;

/// <summary>What holds for every zone that this machine knows and every instant, above all near where clocks changed.</summary>
public class Local_calendar_properties
{
    private const long Hour = 3_600_000_000;
    private static readonly PeriodKind[] Kinds = Enum.GetValues<PeriodKind>();
    private static readonly string[] Zones = [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(TimeZoneName.IsKnown).Order(StringComparer.Ordinal)];

    private static readonly Gen<string> Zone = Gen.Int[0, Zones.Length - 1].Select(place => Zones[place]);

    // Mostly the years in which clocks were changed, sometimes any, and the very ends.
    private static readonly Gen<Timestamp> Instant = Gen.Frequency(
        (8, Gen.Long[-5_000_000L * Hour / 10, 600_000L * Hour].Select(at => new Timestamp(at))),
        (3, Gen.Long[Timestamp.MinValue.UnixMicroseconds, Timestamp.MaxValue.UnixMicroseconds].Select(at => new Timestamp(at))),
        (1, Gen.Long[0, 40 * Hour].Select(at => new Timestamp(Timestamp.MinValue.UnixMicroseconds + at))),
        (1, Gen.Long[0, 40 * Hour].Select(at => new Timestamp(Timestamp.MaxValue.UnixMicroseconds - at))));

    private static readonly Gen<LocalCalendar> Calendar = Gen.OneOf(
        Zone.Select(zone => new LocalCalendar([new ZoneSpan(zone, null)])),
        Gen.Select(Zone.Array[2, 4], Gen.Long[0, 500_000 * Hour], Gen.Long[0, 60 * Hour].Array[3], (zones, first, gaps) =>
            new LocalCalendar([.. zones.Select((zone, place) => new ZoneSpan(zone, place == 0 ? null : new Timestamp(first + gaps[..place].Sum())))])));

    [Fact]
    public void Periods_tile_time() => Gen.Select(Calendar, Instant, Gen.Long[0, 50 * Hour]).Sample(
        (calendar, at, step) =>
        {
            var instants = calendar.Spans.Where(span => span.From is not null).Select(span => new Timestamp(span.From!.Value.UnixMicroseconds + step)).Append(at);
            foreach (var (kind, instant) in Kinds.SelectMany(kind => instants.Select(instant => (kind, instant))))
            {
                HoldsItsInstant(calendar, kind, instant);
                IsNotBeforeAnEarlierOne(calendar, kind, instant, step);
            }
        },
        iter: 20_000);

    [Fact]
    public void Periods_tile_time_wherever_a_clock_changed_in_any_zone()
    {
        var changes = 0;
        foreach (var zone in Zones)
        {
            var calendar = new LocalCalendar([new ZoneSpan(zone, null)]);
            foreach (var change in ChangesOf(TimeZoneInfo.FindSystemTimeZoneById(zone)))
            {
                changes++;
                for (var half = -54; half <= 54; half += 9)
                {
                    var at = new Timestamp(change.UnixMicroseconds + (half * Hour / 2));
                    HoldsItsInstant(calendar, PeriodKind.Day, at);
                    IsNotBeforeAnEarlierOne(calendar, PeriodKind.Day, at, 3 * Hour / 2);
                    BeginsWithItsFirstInstant(calendar, at);
                }
            }
        }

        Assert.True(changes > 20_000, $"{changes} changes were looked at");
    }

    [Fact]
    public void A_day_that_was_asked_for_before_changes_no_answer() => Gen.Select(Calendar, Instant, Gen.Long[-60 * Hour, 60 * Hour].Array[1, 20]).Sample((calendar, first, steps) =>
    {
        foreach (var step in steps)
        {
            var at = new Timestamp(Math.Clamp(first.UnixMicroseconds + step, Timestamp.MinValue.UnixMicroseconds, Timestamp.MaxValue.UnixMicroseconds));
            Assert.Equal(new LocalCalendar(calendar.Spans).PeriodOf(PeriodKind.Day, at), calendar.PeriodOf(PeriodKind.Day, at));
        }
    });

    [Fact]
    public void A_duration_never_leads_back_and_a_longer_one_never_less_far() =>
        Gen.Select(Calendar, Instant, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 400], Gen.Int[0, 500_000]), Gen.Int[0, 3]).Sample((calendar, at, length, more) =>
        {
            var duration = new CalendarDuration(length.Item1, length.Item2, TimeSpan.FromSeconds(length.Item3));
            var end = calendar.Plus(at, duration);

            Assert.True(end >= at || duration.Days + duration.Months == 0, $"{duration} after {at} is {end}");
            Assert.True(calendar.Plus(at, duration with { Days = duration.Days + more }) >= end || duration.Days + duration.Months == 0, $"{duration} after {at}, {more} days more");
        });

    private static void HoldsItsInstant(LocalCalendar calendar, PeriodKind kind, Timestamp at)
    {
        var period = calendar.PeriodOf(kind, at);
        var (start, end) = (calendar.StartOf(period), calendar.EndOf(period));
        Assert.True(start <= at && (at < end || end == Timestamp.MaxValue), $"{kind} {period} of {at} in {Names(calendar)} is {start} to {end}");
        Assert.Equal(period, calendar.PeriodOf(kind, start));
        if (end == Timestamp.MaxValue)
        {
            return;
        }

        // Days that a zone skipped are empty: they begin where they end.
        var next = period.Next;
        while (calendar.StartOf(next) == calendar.EndOf(next))
        {
            next = next.Next;
        }

        Assert.Equal(next, calendar.PeriodOf(kind, end));
    }

    private static void IsNotBeforeAnEarlierOne(LocalCalendar calendar, PeriodKind kind, Timestamp at, long step)
    {
        var earlier = new Timestamp(Math.Max(Timestamp.MinValue.UnixMicroseconds, at.UnixMicroseconds - step));
        Assert.True(calendar.PeriodOf(kind, earlier).Number <= calendar.PeriodOf(kind, at).Number, $"{kind} of {earlier} and {at} in {Names(calendar)}");
    }

    // Before a day's start the local clock never showed its date or a later one; at its start it does.
    private static void BeginsWithItsFirstInstant(LocalCalendar calendar, Timestamp at)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(calendar.Spans[0].Zone);
        var period = calendar.PeriodOf(PeriodKind.Day, at);
        var start = calendar.StartOf(period);
        Assert.True(DateOf(zone, start) >= period.FirstDay, $"{period} in {zone.Id} begins at {start}");
        Assert.True(DateOf(zone, at) <= period.FirstDay, $"{at} in {zone.Id} is {period}");
        for (var minutes = 1; minutes < 26 * 60; minutes += 59)
        {
            var before = new Timestamp(start.UnixMicroseconds - (minutes * Hour / 60));
            Assert.True(DateOf(zone, before) < period.FirstDay, $"{period} in {zone.Id} begins at {start}, but it is {before} already");
        }
    }

    private static DateOnly DateOf(TimeZoneInfo zone, Timestamp at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(at.ToDateTime(), zone));

    /// <summary>The instants from 1900 to 2030 at which a zone's offset changed.</summary>
    private static IEnumerable<Timestamp> ChangesOf(TimeZoneInfo zone)
    {
        var start = new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var day = start; day.Year < 2030; day = day.AddDays(3))
        {
            var (low, high) = (day, day.AddDays(3));
            if (zone.GetUtcOffset(low) == zone.GetUtcOffset(high))
            {
                continue;
            }

            while (high - low > TimeSpan.FromMinutes(1))
            {
                var middle = low + ((high - low) / 2);
                (low, high) = zone.GetUtcOffset(middle) == zone.GetUtcOffset(low) ? (middle, high) : (low, middle);
            }

            yield return Timestamp.From(high);
        }
    }

    private static string Names(LocalCalendar calendar) => string.Join(", ", calendar.Spans.Select(span => $"{span.Zone} from {span.From?.ToString() ?? "the first"}"));
}
