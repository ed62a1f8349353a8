using System.Globalization;
using Laurel.Challenges;
using Laurel.Core.Tests.Evaluation;

namespace Laurel.Core.Tests.Standings;

/// <summary>How a challenge is shown to one participant at one moment.</summary>
public class Challenge_standing_tests
{
    private const string Objective = """{ "code": "o", "event_name": "e", "metric": { "type": "count" }, "target": 2 }""";

    [Fact]
    public void A_recurring_challenge_shows_the_local_period_that_runs() => Assert.Equal(
        "active 2026-02-08T23:00:00Z..2026-02-15T23:00:00Z x0 1/2",
        Tell(Challenge("\"schedule\": { \"recurrence\": \"weekly\" }").Event("e", "2026-02-09T10:00:00Z"), "2026-02-14T10:00:00Z"));

    [Fact]
    public void What_an_older_period_has_come_to_is_not_shown_in_the_next() => Assert.Equal(
        "active 2026-02-15T23:00:00Z..2026-02-22T23:00:00Z x0 0/2",
        Tell(Challenge("\"schedule\": { \"recurrence\": \"weekly\" }").Event("e", "2026-02-09T10:00:00Z"), "2026-02-15T23:00:00Z"));

    [Fact]
    public void A_period_that_is_done_is_completed_until_the_next_begins()
    {
        var participant = Challenge("\"schedule\": { \"recurrence\": \"weekly\" }").Event("e", "2026-02-09T10:00:00Z").Event("e", "2026-02-09T11:00:00Z");

        Assert.Equal("completed 2026-02-08T23:00:00Z..2026-02-15T23:00:00Z x1 2/2 done", Tell(participant, "2026-02-15T22:59:59Z"));
        Assert.Equal("active 2026-02-15T23:00:00Z..2026-02-22T23:00:00Z x1 0/2", Tell(participant, "2026-02-15T23:00:00Z"));
    }

    [Fact]
    public void All_completions_used_are_completed_in_every_period() => Assert.Equal(
        "completed 2026-03-01T23:00:00Z..2026-03-08T23:00:00Z x1 0/2",
        Tell(Challenge("\"schedule\": { \"recurrence\": \"weekly\" }, \"max_completions\": 1").Event("e", "2026-02-09T10:00:00Z").Event("e", "2026-02-09T11:00:00Z"), "2026-03-04T00:00:00Z"));

    [Fact]
    public void An_event_ahead_of_the_clock_does_not_hide_the_period_that_runs()
    {
        var participant = Challenge("\"schedule\": { \"recurrence\": \"daily\" }")
            .Event("e", "2026-02-09T10:00:00Z").Event("e", "2026-02-09T12:00:00Z", occurred: "2026-02-10T10:00:00Z");

        Assert.Equal("active 2026-02-08T23:00:00Z..2026-02-09T23:00:00Z x0 1/2", Tell(participant, "2026-02-09T13:00:00Z"));
        Assert.Equal("active 2026-02-09T23:00:00Z..2026-02-10T23:00:00Z x0 1/2", Tell(participant, "2026-02-10T13:00:00Z"));
    }

    [Fact]
    public void Fixed_dates_cut_the_first_and_the_last_period()
    {
        var participant = Challenge("\"schedule\": { \"recurrence\": \"monthly\", \"starts_at\": \"2026-02-10T00:00:00Z\", \"ends_at\": \"2026-03-10T00:00:00Z\" }");

        Assert.Equal("active 2026-02-10T00:00:00Z..2026-02-28T23:00:00Z x0 0/2", Tell(participant, "2026-01-01T00:00:00Z"));
        Assert.Equal("active 2026-02-28T23:00:00Z..2026-03-10T00:00:00Z x0 0/2", Tell(participant, "2026-03-09T23:59:59Z"));
        Assert.Equal("ended 2026-02-28T23:00:00Z..2026-03-10T00:00:00Z x0 0/2", Tell(participant, "2026-05-10T00:00:00Z"));
    }

    [Fact]
    public void A_rolling_challenge_shows_the_participants_own_window()
    {
        var participant = Challenge("\"schedule\": { \"rolling\": \"P7D\" }, \"enrollment\": \"explicit\"");
        Assert.Equal("not_enrolled .. x0 0/2", Tell(participant, "2026-02-09T09:00:00Z"));

        participant.Enroll("c", "2026-02-09T10:00:00Z").Event("e", "2026-02-10T10:00:00Z");

        Assert.Equal("active 2026-02-09T10:00:00Z..2026-02-16T10:00:00Z x0 1/2 since 2026-02-09T10:00:00Z", Tell(participant, "2026-02-16T09:59:59Z"));
        Assert.Equal("ended 2026-02-09T10:00:00Z..2026-02-16T10:00:00Z x0 1/2 since 2026-02-09T10:00:00Z", Tell(participant, "2026-02-16T10:00:00Z"));
    }

    [Fact]
    public void A_window_of_the_first_event_on_shows_once_that_has_come()
    {
        var participant = Challenge("\"schedule\": { \"rolling\": \"PT1H\" }");
        Assert.Equal("active .. x0 0/2", Tell(participant, "2026-02-09T09:00:00Z"));

        participant.Event("e", "2026-02-09T10:00:00Z");

        Assert.Equal("active 2026-02-09T10:00:00Z..2026-02-09T11:00:00Z x0 1/2 since 2026-02-09T10:00:00Z", Tell(participant, "2026-02-09T10:30:00Z"));
    }

    [Fact]
    public void A_challenge_that_is_over_is_ended_for_those_who_did_not_enrol_too() => Assert.Equal(
        "ended ..2026-03-01T00:00:00Z x0 0/2",
        Tell(Challenge("\"schedule\": { \"ends_at\": \"2026-03-01T00:00:00Z\" }, \"enrollment\": \"explicit\""), "2026-03-01T00:00:00Z"));

    [Theory]
    [InlineData("max", "null/5")]
    [InlineData("min", "null/5")]
    [InlineData("sum", "0/5")]
    [InlineData("distinct", "0/5")]
    public void A_metric_without_a_value_shows_none(string metric, string expected) => Assert.EndsWith(
        expected,
        Tell(
            new Timeline($$"""{"challenges":[{"code":"c","objectives":[{"code":"o","event_name":"e","metric":{"type":"{{metric}}","property":"properties.x"},"target":5}]}]}"""),
            "2026-01-01T00:00:00Z"),
        StringComparison.Ordinal);

    private static Timeline Challenge(string members) =>
        new($$"""{ "time_zone": "Europe/Berlin", "challenges": [{ "code": "c", {{members}}, "objectives": [{{Objective}}] }] }""");

    private static string Tell(Timeline participant, string at)
    {
        participant.Until(at);
        var challenge = participant.Book.Challenges[0];
        var held = Array.Find(participant.State.Challenges, progress => progress.Code == challenge.Code);
        var now = Timeline.At(at);
        var part = participant.PartOf(ChallengeStanding.PartOf(participant.Book, challenge, held, now));
        var standing = ChallengeStanding.Of(participant.Book, challenge, held, part, now);
        var objective = challenge.Objectives[0];
        var status = standing.Status == ChallengeStatus.NotEnrolled ? "not_enrolled" : standing.Status.ToString().ToLowerInvariant();
        return $"{status} {standing.PeriodStart}..{standing.PeriodEnd} x{standing.Progress.Completions} "
            + $"{standing.CurrentOf(objective)?.ToString(CultureInfo.InvariantCulture) ?? "null"}/{objective.Criteria.Target.ToString(CultureInfo.InvariantCulture)}"
            + (standing.Progress.Of("o").IsCompleted ? " done" : "")
            + (standing.Progress.EnrolledAt is { } enrolledAt ? $" since {enrolledAt}" : "");
    }
}
