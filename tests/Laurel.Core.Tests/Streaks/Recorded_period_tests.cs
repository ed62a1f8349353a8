using Laurel.Badges;
using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Streaks;

namespace Laurel.Core.Tests.Streaks;

/// <summary>Periods of a streak by hand, and badges by hand.</summary>
public class Recorded_period_tests
{
    private const string Program =
        """
        {"time_zone":"Asia/Tokyo",
         "badges":[{"code":"given"},{"code":"gone","is_active":false}],
         "streaks":[{"code":"days","event_name":"visit","where":{"property":"properties.real","op":"eq","value":true},"period":"daily","milestones":[{"count":2,"rewards":[{"type":"badge","code":"given"}]}]},
                    {"code":"past","event_name":"visit","period":"daily","is_active":false}]}
        """;

    [Fact]
    public void A_period_counts_without_an_event_once_and_reaches_milestones()
    {
        var participant = New();

        Assert.Equal(["streak.extended"], Record(participant, null, "2026-02-14T10:00:00Z").Facts.Select(fact => fact.Kind));
        Assert.Equal(Refusal.PeriodRecorded, Record(participant, null, "2026-02-14T11:00:00Z").Refusal);
        Assert.Equal(["streak.extended", "streak.milestone_reached", "badge.unlocked"], Record(participant, null, "2026-02-15T10:00:00Z").Facts.Select(fact => fact.Kind));
    }

    [Fact]
    public void The_callers_time_chooses_the_period_in_the_zone_of_the_program_and_a_late_one_joins()
    {
        var participant = New();
        Record(participant, null, "2026-02-14T16:00:00Z");

        // It is the 14th in Tokyo still at 14:59 UTC, and the 15th a minute later.
        var joined = Record(participant, "2026-02-14T14:59:00Z", "2026-02-15T10:00:00Z");
        Assert.Equal((2, true), (((StreakExtended)joined.Facts[0]).Count, ((StreakExtended)joined.Facts[0]).IsNewRecord));
        Assert.Equal(Refusal.PeriodRecorded, Record(participant, "2026-02-14T15:00:00Z", "2026-02-15T10:00:00Z").Refusal);
    }

    [Fact]
    public void A_run_as_long_as_the_longest_is_no_new_record()
    {
        var participant = New();
        var records = Enumerable.Range(0, 5).Select(place => Record(participant, null, $"2026-02-{(place < 2 ? place + 1 : place + 8):00}").Facts.OfType<StreakExtended>().Single().IsNewRecord);

        Assert.Equal([true, true, false, false, true], records);
    }

    [Theory]
    [InlineData("past")]
    [InlineData("nothing")]
    public void Only_an_active_streak_is_recorded(string code) =>
        Assert.Equal(Refusal.StreakNotFound, New().Run(new RecordStreakInput(default, code, null, default), "2026-02-14").Refusal);

    [Fact]
    public void A_badge_is_given_once_and_only_an_active_one()
    {
        var participant = New();
        Assert.Equal(Refusal.BadgeNotFound, participant.Run(new AwardBadgeInput(default, "gone", null, default), "2026-02-14").Refusal);

        Assert.Null(participant.Run(new AwardBadgeInput(default, "given", """{"by":"hand"}""", default), "2026-02-14").Refusal);

        Assert.Equal(Refusal.BadgeHeld, participant.Run(new AwardBadgeInput(default, "given", null, default), "2026-02-15").Refusal);
        Assert.Equal(SimulatedParticipant.At("2026-02-14"), Assert.Single(participant.State.Badges).EarnedAt);
    }

    private static SimulatedParticipant New() => new(Kept.Book(Program));

    private static Decision Record(SimulatedParticipant participant, string? at, string now) =>
        participant.Run(new RecordStreakInput(default, "days", at is null ? null : SimulatedParticipant.At(at), default), now);
}
