using System.Globalization;
using System.Text;
using CsCheck;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>
/// Events that are received at one instant, in any order: no count, sum, maximum, minimum, distinct count or graceless streak knows the order, in any period, also where
/// periods and sets have grown out of the state's document.
/// </summary>
public class Order_properties
{
    private sealed record Visit(int Minute, int Value)
    {
        public Timestamp At => new(Kept.NewYear.UnixMicroseconds + (Minute * 60_000_000L));

        public Properties Properties => Properties.ReadTrusted(Encoding.UTF8.GetBytes($$"""{"n":{{((Value / 4m) + 2).ToString(CultureInfo.InvariantCulture)}}}"""));
    }

    private const int Minutes = 60 * 24 * 365 * 8;
    private static readonly Timestamp Received = new(Kept.NewYear.UnixMicroseconds + (Minutes * 60_000_000L));

    // Spread over eight years, which are 23 pages of days; and near each other, so that days follow each other.
    private static readonly Gen<Visit[]> Visits = Gen.Select(Gen.OneOf(Gen.Int[0, Minutes], Gen.Int[0, 60 * 24 * 60].Select(minute => Minutes - minute)), Gen.Int[0, 400], (minute, value) => new Visit(minute, value)).Array[1, 250];

    // No target is ever reached: values are from 2 to 102, and no month is full.
    private static readonly (string Code, string Measure)[] Metrics =
    [
        ("count", """ "metric":{"type":"count"},"target":1000000 """), ("sum", """ "metric":{"type":"sum","property":"properties.n"},"target":1000000 """),
        ("max", """ "metric":{"type":"max","property":"properties.n"},"target":1000 """), ("min", """ "metric":{"type":"min","property":"properties.n"},"target":1 """),
        ("distinct", """ "metric":{"type":"distinct","property":"properties.n"},"target":10000 """), ("few", """ "metric":{"type":"distinct","property":"properties.n"},"target":450 """),
    ];

    private static readonly (string Code, string Measure)[] LongMetrics =
    [
        ("days", """ "metric":{"type":"distinct","property":"local_day"},"target":3000 """), ("weeks", """ "metric":{"type":"streak","period":"weekly"},"target":5000 """),
        ("run", """ "metric":{"type":"streak","period":"daily"},"target":5000 """),
    ];

    [Fact]
    public void The_order_of_events_changes_no_metric_in_any_period()
    {
        var (parts, spread) = (0, 0);
        var book = Kept.Book(Program("Europe/Berlin"));
        Gen.Select(Visits, Gen.Int[0, int.MaxValue]).Sample(
            (visits, seed) =>
            {
                var shuffled = visits.ToArray();
                new Random(seed).Shuffle(shuffled);
                var (one, other) = (After(book, visits), After(book, shuffled));
                var expected = Measures(one);
                Assert.Equal(expected, Measures(other));

                // Not that both were wrong together.
                Assert.Contains($"badge count {visits.Length}", expected);
                Assert.Contains($"badge distinct {visits.Select(visit => visit.Value).Distinct().Count()}", expected);
                Assert.Contains($"badge few {visits.Select(visit => visit.Value).Distinct().Count()}", expected);
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"badge sum {visits.Sum(visit => (visit.Value / 4m) + 2):0.####}"), expected);
                Interlocked.Add(ref parts, one.PartCount);
                Interlocked.Add(ref spread, one.Parts.Keys.Count(key => key.StartsWith("seen/badge/distinct", StringComparison.Ordinal)));
            },
            iter: LongRun.Times(20));
        Assert.True(parts > 600 && spread > 100, $"{parts} parts, {spread} of one set");
    }

    private static SimulatedParticipant After(Laurel.Rules.RuleBook book, Visit[] visits)
    {
        var participant = new SimulatedParticipant(book);
        foreach (var visit in visits)
        {
            participant.Emit("visit", visit.Properties, visit.At, Received);
        }

        return participant;
    }

    private static List<string> Measures(SimulatedParticipant participant)
    {
        var state = participant.State;
        var lines = state.BadgeProgress.Select(progress => string.Create(CultureInfo.InvariantCulture, $"badge {progress.Code} {progress.Measured.Current:0.####}"))
            .Concat(state.Challenges.Concat(Older(participant)).SelectMany(Lines))
            .Concat(state.Streaks.Select(streak => $"streak {streak.Code} {streak.CurrentCount} {streak.Count} {streak.Longest} {streak.Latest}"))
            .Concat(state.Balances.Select(balance => $"{balance}"))
            .Concat(state.Challenges.Select(progress => $"{progress.Code} completed {progress.Completions}"));
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<ChallengeProgress> Older(SimulatedParticipant participant) =>
        participant.Parts.Where(part => part.Key.StartsWith("challenge/", StringComparison.Ordinal)).Select(part => StateDocumentReader.ReadChallengePart(part.Value));

    private static IEnumerable<string> Lines(ChallengeProgress progress) => progress.Objectives.Select(objective =>
        string.Create(CultureInfo.InvariantCulture, $"challenge {progress.Code} {progress.Period} {objective.Code} {objective.Current:0.####} {objective.IsCompleted}"));

    private static string Program(string zone)
    {
        var badges = Metrics.Concat(LongMetrics).Select(metric => $$"""{"code":"{{metric.Code}}","criteria":{"event_name":"visit",{{metric.Measure}}} }""");
        var challenges = Enum.GetValues<PeriodKind>().Select(kind =>
            $$"""{"code":"{{kind.ToString().ToLowerInvariant()}}","schedule":{"recurrence":"{{PeriodReader.RhythmOf(kind)}}"},"objectives":[{{Objectives(kind)}}]}""");
        var streaks = (string[])["daily", "weekly", "monthly"];
        return $$"""
            {"time_zone":"{{zone}}","badges":[{{string.Join(',', badges)}}],"challenges":[{{string.Join(',', challenges)}}],
             "streaks":[{{string.Join(',', streaks.Select(period => $$"""{"code":"{{period}}","event_name":"visit","period":"{{period}}"}"""))}}],
             "point_rules":[{"code":"capped","event_name":"visit","amount":7,"cap":{"period":"month","amount":20} },{"code":"spent","event_name":"visit","amount":{"property":"properties.n"},"cap":{"period":"day","amount":90} }]}
            """;
    }

    // What recurs has targets that fit into its periods.
    private static string Objectives(PeriodKind kind)
    {
        IEnumerable<(string Code, string Measure)> fitting = kind switch
        {
            PeriodKind.AllTime => Metrics.Concat(LongMetrics),
            PeriodKind.Year => Metrics.Append(("run", """ "metric":{"type":"streak","period":"daily"},"target":200 """)),
            _ => Metrics,
        };
        return string.Join(',', fitting.Select(metric => $$"""{"code":"{{metric.Code}}","event_name":"visit",{{metric.Measure}} }"""));
    }
}
