using Laurel.Calendars;
using Laurel.Core.Tests.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Streaks;

namespace Laurel.Core.Tests.Streaks;

/// <summary>Apia had no 30 December 2011: nobody could do anything on that day.</summary>
public class Skipped_day_tests
{
    private static readonly RuleBook Book = new(
        1,
        [Currency.Default],
        [],
        [],
        [],
        [new Streak("s", "S", "visit", null, PeriodKind.Day, 0, null, [], IsActive: true)],
        [],
        [],
        new LocalCalendar([new ZoneSpan("Pacific/Apia", null)]));

    [Fact]
    public void A_day_that_the_zone_skipped_breaks_no_streak_that_is_lived()
    {
        var participant = new SimulatedParticipant(Book);
        participant.Emit("visit", "{}", "2011-12-29T05:00:00");
        participant.Emit("visit", "{}", "2011-12-30T05:00:00");
        participant.Emit("visit", "{}", "2011-12-30T20:00:00");
        Assert.Equal(3, participant.State.Streaks[0].CurrentCount);
        Assert.Empty(participant.Facts.OfType<StreakBroken>());
    }

    [Fact]
    public void Nor_one_that_is_told_late_and_backwards()
    {
        var participant = new SimulatedParticipant(Book);
        foreach (var at in (string[])["2011-12-30T20:00:00", "2011-12-30T05:00:00", "2011-12-29T05:00:00"])
        {
            participant.Emit("visit", "{}", at, "2012-03-01T00:00:00");
        }

        Assert.Equal(3, participant.State.Streaks[0].Longest);
    }
}
