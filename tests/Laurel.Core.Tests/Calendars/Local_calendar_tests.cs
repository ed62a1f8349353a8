using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Core.Tests.Calendars;

public class Local_calendar_tests
{
    [Theory]
    // Clocks go forward and back.
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23.0)]
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25.0)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5)]
    // Half an hour, three quarters.
    [InlineData("Asia/Kolkata", "2026-02-14", "2026-02-13T18:30:00Z", 24.0)]
    [InlineData("Asia/Kathmandu", "2026-02-14", "2026-02-13T18:15:00Z", 24.0)]
    // Moscow moved its clock for good, twice.
    [InlineData("Europe/Moscow", "2011-03-27", "2011-03-26T21:00:00Z", 23.0)]
    [InlineData("Europe/Moscow", "2014-10-26", "2014-10-25T20:00:00Z", 25.0)]
    [InlineData("Europe/Moscow", "2026-01-01", "2025-12-31T21:00:00Z", 24.0)]
    // Midnight does not exist: the day begins at one.
    [InlineData("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23.0)]
    // At midnight the clock went back to eleven: the evening is longer, midnight comes once.
    [InlineData("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25.0)]
    // At one past midnight the clock went back to the day before: that minute began the day.
    [InlineData("America/St_Johns", "2009-11-01", "2009-11-01T02:30:00Z", 25.0)]
    [InlineData("America/St_Johns", "2009-10-31", "2009-10-31T02:30:00Z", 24.0)]
    // Samoa crossed the date line: a day that nobody lived.
    [InlineData("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24.0)]
    [InlineData("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0.0)]
    [InlineData("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24.0)]
    // A leap day.
    [InlineData("Europe/Berlin", "2028-02-29", "2028-02-28T23:00:00Z", 24.0)]
    public void A_day_begins_with_its_first_instant_and_is_as_long_as_it_was(string zone, string day, string start, double hours)
    {
        var calendar = Calendar(zone);
        var period = Period.Of(PeriodKind.Day, DateOnly.Parse(day));

        Assert.Equal(start, calendar.StartOf(period).ToString());
        Assert.Equal(hours, (calendar.EndOf(period).ToDateTime() - calendar.StartOf(period).ToDateTime()).TotalHours);
        if (hours > 0)
        {
            Assert.Equal(period, calendar.PeriodOf(PeriodKind.Day, calendar.StartOf(period)));
            Assert.Equal(period, calendar.PeriodOf(PeriodKind.Day, Before(calendar.EndOf(period))));
        }
    }

    [Theory]
    [InlineData("2020-12-31T23:59:59.999999Z", "2020-12-31", "2020-W53", "2020-12", "2020")]
    [InlineData("2021-01-03T23:59:59Z", "2021-01-03", "2020-W53", "2021-01", "2021")]
    [InlineData("2021-01-04T00:00:00Z", "2021-01-04", "2021-W01", "2021-01", "2021")]
    [InlineData("2018-12-31T00:00:00Z", "2018-12-31", "2019-W01", "2018-12", "2018")]
    [InlineData("1969-12-28T12:00:00Z", "1969-12-28", "1969-W52", "1969-12", "1969")]
    [InlineData("1969-12-29T00:00:00Z", "1969-12-29", "1970-W01", "1969-12", "1969")]
    [InlineData("2028-02-29T12:00:00Z", "2028-02-29", "2028-W09", "2028-02", "2028")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01", "0001-W01", "0001-01", "0001")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31", "9999-W52", "9999-12", "9999")]
    public void An_instant_has_one_day_week_month_and_year(string at, string day, string week, string month, string year)
    {
        string Of(PeriodKind kind) => LocalCalendar.Utc.PeriodOf(kind, At(at)).ToString();
        Assert.Equal([day, week, month, year, "all_time"], [Of(PeriodKind.Day), Of(PeriodKind.Week), Of(PeriodKind.Month), Of(PeriodKind.Year), Of(PeriodKind.AllTime)]);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/New_York")]
    [InlineData("Pacific/Kiritimati")]
    public void The_first_and_the_last_period_reach_to_the_ends_of_time(string zone)
    {
        var calendar = Calendar(zone);
        foreach (var kind in new[] { PeriodKind.Day, PeriodKind.Week, PeriodKind.Month, PeriodKind.Year, PeriodKind.AllTime })
        {
            Assert.Equal(Timestamp.MinValue, calendar.StartOf(calendar.PeriodOf(kind, Timestamp.MinValue)));
            Assert.Equal(Timestamp.MaxValue, calendar.EndOf(calendar.PeriodOf(kind, Timestamp.MaxValue)));
        }
    }

    [Fact]
    public void A_period_that_runs_when_the_zone_changes_ends_as_it_began()
    {
        // Saturday noon in Berlin, the program moves to New York, six hours behind.
        var calendar = new LocalCalendar([new ZoneSpan("Europe/Berlin", null), new ZoneSpan("America/New_York", At("2026-01-10T11:00:00Z"))]);
        Assert.Equal(("2026-01-09T23:00:00Z", "2026-01-11T05:00:00Z"), Bounds(calendar, PeriodKind.Day, "2026-01-10"));
        Assert.Equal(("2026-01-11T05:00:00Z", "2026-01-12T05:00:00Z"), Bounds(calendar, PeriodKind.Day, "2026-01-11"));
        Assert.Equal(("2026-01-04T23:00:00Z", "2026-01-12T05:00:00Z"), Bounds(calendar, PeriodKind.Week, "2026-01-10"));
        Assert.Equal(("2025-12-31T23:00:00Z", "2026-02-01T05:00:00Z"), Bounds(calendar, PeriodKind.Month, "2026-01-10"));
        Assert.Equal("2026-01-10", calendar.PeriodOf(PeriodKind.Day, At("2026-01-11T04:59:59Z")).ToString());
        Assert.Equal("2026-01-08", calendar.PeriodOf(PeriodKind.Day, At("2026-01-08T22:59:59Z")).ToString());
    }

    [Fact]
    public void A_zone_ahead_takes_over_when_the_period_that_runs_has_ended()
    {
        // In New York it is still the 10th when Berlin's 11th has begun: the 11th is shorter, and no instant is in two days.
        var calendar = new LocalCalendar([new ZoneSpan("America/New_York", null), new ZoneSpan("Europe/Berlin", At("2026-01-10T23:30:00Z"))]);
        Assert.Equal(("2026-01-10T05:00:00Z", "2026-01-11T05:00:00Z"), Bounds(calendar, PeriodKind.Day, "2026-01-10"));
        Assert.Equal(("2026-01-11T05:00:00Z", "2026-01-11T23:00:00Z"), Bounds(calendar, PeriodKind.Day, "2026-01-11"));
    }

    [Theory]
    [InlineData("UTC", "2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z")]
    [InlineData("UTC", "2028-01-31T10:00:00Z", "P1M", "2028-02-29T10:00:00Z")]
    [InlineData("UTC", "2028-02-29T10:00:00Z", "P1Y", "2029-02-28T10:00:00Z")]
    [InlineData("UTC", "2026-01-31T10:00:00Z", "P1M1D", "2026-03-01T10:00:00Z")]
    // A day by the local clock, 24 hours exactly.
    [InlineData("Europe/Berlin", "2026-03-28T11:00:00Z", "P1D", "2026-03-29T10:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-28T11:00:00Z", "PT24H", "2026-03-29T11:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T10:00:00Z", "P1D", "2026-10-25T11:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T10:00:00Z", "P1W", "2026-10-31T11:00:00Z")]
    // Half past two is skipped: three o'clock. Half past two comes twice: the first.
    [InlineData("Europe/Berlin", "2026-03-28T01:30:00Z", "P1D", "2026-03-29T01:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T00:30:00Z", "P1D", "2026-10-25T00:30:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T05:00:00Z", "P1D", "2011-12-30T10:00:00Z")]
    [InlineData("UTC", "9999-12-31T10:00:00Z", "P1D", "9999-12-31T23:59:59.999999Z")]
    [InlineData("Asia/Kolkata", "9999-12-31T20:00:00Z", "PT12H", "9999-12-31T23:59:59.999999Z")]
    public void A_duration_counts_months_and_days_by_the_local_clock_and_hours_exactly(string zone, string at, string duration, string expected)
    {
        Assert.True(CalendarDuration.TryParse(duration, out var parsed));
        Assert.Equal(expected, Calendar(zone).Plus(At(at), parsed).ToString());
    }

    [Theory]
    [InlineData("P1Y2M3W4DT5H6M7S", 14, 25, 18_367)]
    [InlineData("P365D", 0, 365, 0)]
    [InlineData("PT90M", 0, 0, 5_400)]
    [InlineData("P1000Y", 12_000, 0, 0)]
    public void A_duration_is_read(string text, int months, int days, int seconds)
    {
        Assert.True(CalendarDuration.TryParse(text, out var duration));
        Assert.Equal(new CalendarDuration(months, days, TimeSpan.FromSeconds(seconds)), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P0D")]
    [InlineData("-P1D")]
    [InlineData("P-1D")]
    [InlineData("P1.5D")]
    [InlineData("P1H")]
    [InlineData("PT1D")]
    [InlineData("P1D1M")]
    [InlineData("P1D2D")]
    [InlineData("PT1HT1M")]
    [InlineData("1D")]
    [InlineData("p1d")]
    [InlineData("P1001Y")]
    [InlineData("P366001D")]
    [InlineData("P9999999999D")]
    [InlineData("P1D ")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(CalendarDuration.TryParse(text, out _));

    private static LocalCalendar Calendar(string zone) => new([new ZoneSpan(zone, null)]);

    private static Timestamp At(string text)
    {
        Assert.True(TimestampText.TryParse(text, out var at), text);
        return at;
    }

    private static Timestamp Before(Timestamp at) => new(at.UnixMicroseconds - 1);

    private static (string Start, string End) Bounds(LocalCalendar calendar, PeriodKind kind, string day)
    {
        var period = Period.Of(kind, DateOnly.Parse(day));
        return (calendar.StartOf(period).ToString(), calendar.EndOf(period).ToString());
    }
}
