using CsCheck;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>The worker only wakes participants: how often it does changes nothing but the numbers of the log.</summary>
public class Clock_properties
{
    [Fact]
    public void Waking_whenever_something_is_due_once_a_month_or_only_before_events_comes_to_the_same()
    {
        var stamped = new int[FactKinds.All.Count];
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.InOrder).Sample(
            (program, moves) =>
            {
                var alert = Live(program, moves, WakeWheneverDue);
                var monthly = Live(program, moves, WakeMonthly);
                var asleep = Live(program, moves, (_, _, _) => { });
                Assert.Equal(Told(alert), Told(monthly));
                Assert.Equal(Told(alert), Told(asleep));
                Assert.Equal(Kept.State(alert.State with { Seq = 0 }), Kept.State(monthly.State with { Seq = 0 }));
                Assert.Equal(Kept.State(alert.State with { Seq = 0 }), Kept.State(asleep.State with { Seq = 0 }));
                Assert.Equal(Kept.Parts(alert.Parts), Kept.Parts(asleep.Parts));
                alert.Facts.Where(fact => fact.DueAt is not null).ToList().ForEach(fact => Interlocked.Increment(ref stamped[fact.KindIndex]));
            },
            iter: LongRun.Times(200));

        // Of what the clock makes itself, and of what that sets off.
        string[] expected = [FactKinds.PointsExpired, FactKinds.StreakBroken, FactKinds.StreakFreezeUsed, FactKinds.ChallengeEnded, FactKinds.TierChanged, FactKinds.PointsAwarded, FactKinds.BadgeUnlocked];
        Assert.All(expected, kind => Assert.True(stamped[FactKinds.All.ToList().IndexOf(kind)] > 0, $"{kind}: {string.Join(' ', stamped)}"));
    }

    // Generated programs set off little by the clock: this one does nothing else.
    [Fact]
    public void What_the_clock_sets_off_is_judged_as_of_when_it_was_due()
    {
        const string Program =
            """
            {"currencies":[{"code":"points"},{"code":"gems"}],
             "point_rules":[{"code":"r","event_name":"buy","amount":5,"expires_after":"P3D"},{"code":"e","event_name":"login","amount":5,"expires_after":"P40D"}],
             "streaks":[{"code":"s","event_name":"points.expired","period":"daily","grace_periods":1,"freezes":{"earned_every":2,"stockpile_max":2}}],
             "challenges":[{"code":"c","schedule":{"recurrence":"monthly"},"objectives":[{"code":"o","event_name":"streak.broken","target":1}],"rewards":[{"type":"reward","code":"c"}]},
                           {"code":"d","schedule":{"rolling":"P10D"},"max_completions":9,"objectives":[{"code":"o","event_name":"points.expired","metric":{"type":"sum","property":"properties.amount"},"target":30}],"rewards":[{"type":"points","amount":2,"currency":"gems"}]}],
             "tiers":[{"code":"t0","level":1,"criteria_config":{"min_points":0}},{"code":"t1","level":2,"criteria_config":{"min_points":20},"requalify":{"period":"weekly","min_points":10}}],
             "rewards":[{"code":"c","type":"coupon","stock":3,"code_pool":true,"expires_at":"2026-05-20T00:00:00Z"}]}
            """;
        GeneratedMoves.InOrder.Sample(
            moves =>
            {
                var alert = Live(Program, moves, WakeWheneverDue);
                var asleep = Live(Program, moves, (_, _, _) => { });
                Assert.Equal(Told(alert), Told(asleep));
                Assert.Equal(Kept.State(alert.State with { Seq = 0 }), Kept.State(asleep.State with { Seq = 0 }));
            },
            iter: LongRun.Times(80));
    }

    [Fact]
    public void What_the_state_says_is_due_next_is_what_is_due_next()
    {
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.WithLate).Sample(
            (program, moves) => new SimulatedParticipant(Kept.Book(program))
            {
                Judged = judged =>
                {
                    Assert.Equal(Clock.NextDue(judged.Book, judged.Decision.State), Evaluator.NextDue(judged.Book, judged.Decision.State));
                    Assert.All(judged.Decision.Facts, fact => Assert.Equal(judged.Input is TickInput, fact.DueAt is not null));
                    Assert.All(judged.Decision.Facts, fact => Assert.True(fact.DueAt is null || fact.DueAt <= judged.Input.ReceivedAt));
                },
            }.Play(moves, Kept.NewYear),
            iter: LongRun.Times(100));
    }

    private static SimulatedParticipant Live(string program, Move[] moves, Action<SimulatedParticipant, Timestamp, Timestamp> wake)
    {
        var participant = new SimulatedParticipant(Kept.Book(program)) { Stock = { ["c0"] = 1, ["c1"] = 3 } };
        var now = Kept.NewYear;
        foreach (var move in moves.Append(new Move.Sleep(TimeSpan.FromDays(500))))
        {
            var next = Kept.Later(now, move.Wait);
            wake(participant, now, next);
            participant.Do(move, next);
            now = next;
        }

        return participant;
    }

    private static void WakeWheneverDue(SimulatedParticipant participant, Timestamp from, Timestamp to)
    {
        while (Evaluator.NextDue(participant.Book, participant.State) is { } due && due <= to)
        {
            participant.PassTime(due > from ? due : from);
        }
    }

    private static void WakeMonthly(SimulatedParticipant participant, Timestamp from, Timestamp to)
    {
        for (var at = Kept.Later(from, TimeSpan.FromDays(30)); at < to; at = Kept.Later(at, TimeSpan.FromDays(30)))
        {
            participant.PassTime(at);
        }
    }

    // Where a fact has no due time, it came true when its input was received. Places differ with the ticks.
    private static IEnumerable<string> Told(SimulatedParticipant participant) => participant.Facts.Select((fact, place) =>
        $"{fact.DueAt ?? participant.FactsReceivedAt[place]} {(fact.DueAt is null ? "" : "due")} {Kept.Facts([fact with { CausedBy = Math.Min(fact.CausedBy, 0) }])}");
}
