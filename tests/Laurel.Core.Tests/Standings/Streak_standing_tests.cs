using Laurel.Core.Tests.Evaluation;
using Laurel.Streaks;

namespace Laurel.Core.Tests.Standings;

/// <summary>How a streak is shown to one participant at one moment.</summary>
public class Streak_standing_tests
{
    [Theory]
    [InlineData("", "2026-02-10T23:59:59Z", "2/2 safe")]
    [InlineData("", "2026-02-11T00:00:00Z", "2/2 at risk")]
    [InlineData("", "2026-02-12T00:00:00Z", "0/2 safe")]
    [InlineData(""" "grace_periods": 1, """, "2026-02-11T12:00:00Z", "2/2 safe")]
    [InlineData(""" "grace_periods": 1, """, "2026-02-12T12:00:00Z", "2/2 at risk")]
    [InlineData(""" "grace_periods": 1, """, "2026-02-13T00:00:00Z", "0/2 safe")]
    [InlineData(""" "freezes": { "earned_every": 2, "stockpile_max": 1 }, """, "2026-02-11T12:00:00Z", "2/2 safe, 1 freezes")]
    [InlineData(""" "freezes": { "earned_every": 2, "stockpile_max": 1 }, """, "2026-02-12T12:00:00Z", "2/2 at risk")]
    [InlineData(""" "freezes": { "earned_every": 2, "stockpile_max": 1 }, """, "2026-02-13T00:00:00Z", "0/2 safe")]
    public void A_streak_is_at_risk_in_the_last_period_that_can_save_it(string members, string at, string expected)
    {
        var participant = new Timeline($$"""{ "streaks": [{ "code": "s", {{members}} "event_name": "e", "period": "daily" }] }""")
            .Event("e", "2026-02-09T10:00:00Z").Event("e", "2026-02-10T10:00:00Z").Until(at);

        Assert.Equal(expected, Tell(participant, at));
    }

    [Fact]
    public void Nobody_s_streak_is_at_risk_before_its_first_period() =>
        Assert.Equal("0/0 safe", Tell(new Timeline("""{ "streaks": [{ "code": "s", "event_name": "e", "period": "weekly" }] }"""), "2026-02-11T12:00:00Z"));

    private static string Tell(Timeline participant, string at)
    {
        var standing = StreakStanding.Of(participant.Book, participant.Book.Streaks[0], participant.State.Streaks.FirstOrDefault(), Timeline.At(at));
        return $"{standing.CurrentCount}/{standing.LongestCount} {(standing.IsAtRisk ? "at risk" : "safe")}{(standing.Freezes > 0 ? $", {standing.Freezes} freezes" : "")}";
    }
}
