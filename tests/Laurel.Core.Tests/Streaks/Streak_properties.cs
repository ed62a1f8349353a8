using CsCheck;
using Laurel.Calendars;
using Laurel.Core.Tests.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Streaks;

namespace Laurel.Core.Tests.Streaks;

/// <summary>Streaks against plain models of a person's days.</summary>
public class Streak_properties
{
    private const int FirstDay = 20_000;
    private static readonly Gen<int[]> Days = Gen.Int[0, 700].Array[1, 120];

    [Fact]
    public void The_same_days_in_any_order_end_in_the_same_counts_without_freezes()
    {
        Gen.Select(Days, Gen.Int[0, 3], Gen.Int[0, int.MaxValue]).Sample((days, grace, seed) =>
        {
            var book = Book(grace, freezes: null);
            var later = FirstDay + 800;
            var shuffled = days.ToArray();
            new Random(seed).Shuffle(shuffled);
            var expected = LongestRun(days, grace);
            Assert.Equal(expected, StreakAfter(book, days, later).Longest);
            Assert.Equal(expected, StreakAfter(book, shuffled, later).Longest);

            // Received while the last day runs, all that belongs to it is alive.
            var last = days.Max();
            var running = StreakAfter(book, shuffled, FirstDay + last);
            Assert.Equal(RunEnding(days, last, grace), running.CurrentCount);
        });
    }

    [Fact]
    public void Each_milestone_is_reached_once_a_run_whatever_the_order()
    {
        Gen.Select(Days, Gen.Int[0, int.MaxValue]).Sample((days, seed) =>
        {
            var book = Book(grace: 0, freezes: null, new StreakMilestone(3, []), new StreakMilestone(5, []));
            new Random(seed).Shuffle(days);
            var participant = new SimulatedParticipant(book);
            Record(participant, days, FirstDay + 800);
            var runs = Runs(days, grace: 0);
            var reached = participant.Facts.OfType<StreakMilestoneReached>().CountBy(fact => fact.Count).ToDictionary();

            // Two runs that both reached it before a late day joined them have had it twice: nothing is taken back.
            Assert.True(reached.GetValueOrDefault(3) >= runs.Count(run => run >= 3));
            Assert.True(reached.GetValueOrDefault(5) >= runs.Count(run => run >= 5));

            var inOrder = new SimulatedParticipant(book);
            Record(inOrder, [.. days.Order()], FirstDay + 800);
            Assert.Equal(runs.Count(run => run >= 3), inOrder.Facts.OfType<StreakMilestoneReached>().Count(fact => fact.Count == 3));
            Assert.Equal(runs.Count(run => run >= 5), inOrder.Facts.OfType<StreakMilestoneReached>().Count(fact => fact.Count == 5));
        });
    }

    // The model lives day by day: at the end of a missed day grace is used first, then a freeze, else the streak breaks.
    [Fact]
    public void Lived_day_by_day_grace_freezes_and_breaks_come_as_a_diary_says()
    {
        Gen.Select(Gen.Bool.Array[1, 120], Gen.Int[0, 2], Gen.Int[1, 5], Gen.Int[0, 3]).Sample((active, grace, every, stockpile) =>
        {
            var participant = new SimulatedParticipant(Book(grace, new StreakFreezes(every, stockpile)));
            var (count, longest, missed, freezes) = (0, 0, 0, 0);
            var (used, broken) = (0, 0);
            for (var day = 0; day < active.Length; day++)
            {
                if (active[day])
                {
                    participant.Emit("visit", Properties.Empty, Noon(day), Noon(day));
                    count++;
                    missed = 0;
                    freezes = count % every == 0 ? Math.Min(stockpile, freezes + 1) : freezes;
                    longest = Math.Max(longest, count);
                }
                else if (count > 0)
                {
                    missed++;
                    if (missed > grace && freezes > 0)
                    {
                        (freezes, missed, used) = (freezes - 1, missed - 1, used + 1);
                    }
                    else if (missed > grace)
                    {
                        (count, missed, broken) = (0, 0, broken + 1);
                    }
                }

                participant.PassTime(new Timestamp(Midnight(day + 1)));
                var state = participant.State.Streaks is [var streak] ? streak : null;
                Assert.Equal((count, longest, freezes), (state?.CurrentCount ?? 0, state?.Longest ?? 0, state?.Freezes ?? 0));
            }

            Assert.Equal(used, participant.Facts.OfType<StreakFreezeUsed>().Count());
            Assert.Equal(broken, participant.Facts.OfType<StreakBroken>().Count());
        });
    }

    [Fact]
    public void A_week_without_the_clock_changes_nothing()
    {
        Gen.Select(Gen.Bool.Array[1, 60], Gen.Int[0, 2], Gen.Int[1, 40]).Sample((active, grace, sleep) =>
        {
            var book = Book(grace, new StreakFreezes(2, 2));
            var (awake, asleep) = (new SimulatedParticipant(book), new SimulatedParticipant(book));
            for (var day = 0; day < active.Length; day++)
            {
                if (active[day])
                {
                    awake.Emit("visit", Properties.Empty, Noon(day), Noon(day));
                    asleep.Emit("visit", Properties.Empty, Noon(day), Noon(day));
                }

                awake.PassTime(Noon(day));
            }

            for (var day = 0; day < sleep; day++)
            {
                awake.PassTime(Noon(active.Length + day));
            }

            asleep.PassTime(Noon(active.Length + sleep));
            awake.PassTime(Noon(active.Length + sleep));
            Assert.Equal(awake.Facts.Select(Told), asleep.Facts.Select(Told));
        });

        static string Told(DerivedFact fact) => $"{fact.Kind} {fact.DueAt}";
    }

    private static StreakState StreakAfter(RuleBook book, int[] days, int receivedOn)
    {
        var participant = new SimulatedParticipant(book);
        Record(participant, days, receivedOn);
        return participant.State.Streaks[0];
    }

    private static void Record(SimulatedParticipant participant, int[] days, int receivedOn)
    {
        foreach (var day in days)
        {
            participant.Emit("visit", Properties.Empty, Noon(day), new Timestamp((receivedOn * 86_400_000_000L) + 43_200_000_000));
        }
    }

    private static RuleBook Book(int grace, StreakFreezes? freezes, params StreakMilestone[] milestones) => new(
        1, [Currency.Default], [], [], [], [new Streak("s", "S", "visit", null, PeriodKind.Day, grace, freezes, milestones, IsActive: true)], [], [], LocalCalendar.Utc);

    private static Timestamp Noon(int day) => new(Midnight(day) + 43_200_000_000);

    private static long Midnight(int day) => (FirstDay + day) * 86_400_000_000L;

    private static int LongestRun(int[] days, int grace) => Runs(days, grace).Max();

    private static List<int> Runs(int[] days, int grace)
    {
        var runs = new List<int>();
        int? before = null;
        foreach (var day in days.Distinct().Order())
        {
            if (day - before - 1 <= grace)
            {
                runs[^1]++;
            }
            else
            {
                runs.Add(1);
            }

            before = day;
        }

        return runs;
    }

    private static int RunEnding(int[] days, int last, int grace) => Runs([.. days.Where(day => day <= last)], grace)[^1];
}
