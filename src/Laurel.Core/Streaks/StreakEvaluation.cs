using Laurel.Calendars;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Streaks;

/// <summary>
/// What a streak does with a fact, and with time that passes. Without grace and freezes, the same days in any order end in the same counts; a late day
/// rejoins runs, refunds no freeze and revokes no milestone. Source: semantics §3.
/// </summary>
internal static class StreakEvaluation
{
    public static void Apply(Draft draft, Streak streak, in FactView view)
    {
        if (draft.Trace is null)
        {
            Record(draft, streak, view);
            return;
        }

        var before = draft.StreakOf(streak.Code)?.CurrentCount;
        var reason = Record(draft, streak, view);
        draft.Trace.Note(new RuleTrace(
            streak.Source.Type, streak.Code, null, draft.LookedAt, reason is null, reason ?? "recorded",
            ConditionTrace.Of(streak.Where, view), before, draft.StreakOf(streak.Code)?.CurrentCount));
    }

    /// <summary>When the clock next does something to the streak: uses a freeze, or breaks it. Null where it does not run.</summary>
    public static Timestamp? NextDue(RuleBook book, Streak streak, StreakState state) =>
        state.IsAlive && state.Kind == streak.Period ? book.Calendar.EndOf(new Period(state.Kind, NextMissed(streak, state))) : null;

    /// <summary>Does what is due: uses a freeze for the period that ended without an event, or breaks the streak.</summary>
    public static void ApplyDue(Draft draft, Streak streak, StreakState state)
    {
        if (state.Freezes > 0)
        {
            var marks = new PeriodMarks(state.Periods, streak.PartOwner, draft.Parts);
            draft.SetStreak(UseFreeze(draft, streak, state, marks) with { Periods = marks.ToSet() });
            return;
        }

        draft.SetStreak(state with { IsAlive = false });
        draft.Add(new StreakBroken(draft.NextPlace, draft.Cause, streak.Source, streak.Name, state.Count, state.Longest));
    }

    /// <summary>Why nothing was recorded; null where something was.</summary>
    private static string? Record(Draft draft, Streak streak, in FactView view)
    {
        return ConditionEvaluation.Holds(streak.Where, view) ? RecordPeriod(draft, streak) : "the condition does not hold";
    }

    /// <summary>Records the period of what is looked at. Why nothing was recorded; null where something was.</summary>
    public static string? RecordPeriod(Draft draft, Streak streak)
    {
        var period = draft.Book.Calendar.PeriodOf(streak.Period, draft.OccurredAt);
        var state = draft.StreakOf(streak.Code);
        if (state is null || state.Kind != streak.Period)
        {
            state = new StreakState(streak.Code, streak.Period, period.Number - 1, 0, 0, 0, 0, IsAlive: false, default, PeriodSet.BegunAfter(draft.FactsSoFar));
        }

        // Most events of a day are not its first.
        if (state.Periods.ShowsActive(period.Number))
        {
            return "the period is recorded already";
        }

        var marks = new PeriodMarks(state.Periods, streak.PartOwner, draft.Parts);
        if (marks.IsActive(period.Number))
        {
            return "the period is recorded already";
        }

        if (!draft.HasRoomFor(1 + streak.Milestones.Count))
        {
            return "the input made all the facts it may";
        }

        var step = period.Number > state.Latest ? Append(draft, streak, state, marks, period) : Insert(draft.Book.Calendar, streak, state, marks, period);
        var after = step.State with
        {
            LastRecordedAt = state.Count == 0 || draft.OccurredAt > state.LastRecordedAt ? draft.OccurredAt : state.LastRecordedAt,
            Periods = marks.ToSet(),
        };
        draft.SetStreak(after with { IsAlive = after.IsAlive && IsInTime(draft, streak, after) });
        draft.Add(new StreakExtended(draft.NextPlace, draft.Cause, streak.Source, streak.Name, period.ToString(), step.Count, after.Longest)
        {
            IsNewRecord = after.Longest > state.Longest,
        });
        foreach (var milestone in streak.Milestones)
        {
            if (milestone.Count > step.CountBefore && milestone.Count <= step.Count)
            {
                var reached = draft.NextPlace;
                draft.Add(new StreakMilestoneReached(reached, draft.Cause, streak.Source, streak.Name, milestone.Count));
                draft.Grant(milestone.Rewards, streak.Source, reached);
            }
        }

        return null;
    }

    // A period after all others: it goes on with the run, by using up freezes where it must, or starts another one.
    private static Step Append(Draft draft, Streak streak, StreakState state, PeriodMarks marks, Period period)
    {
        var first = state.Count == 0;
        while (!first && NextMissed(streak, state) < period.Number && state.Freezes > 0)
        {
            state = UseFreeze(draft, streak, state, marks);
        }

        marks.SetActive(period, draft.Book.Calendar);
        var goesOn = !first && NextMissed(streak, state) >= period.Number;
        var before = goesOn ? state.Count : 0;
        var count = before + 1;

        // Freezes may have been used for periods after this one already, where it comes late.
        var frozen = 0;
        while (marks.IsFrozen(period.Number + frozen + 1))
        {
            frozen++;
        }

        var after = state with { Latest = period.Number, Count = count, Longest = Math.Max(state.Longest, count), Frozen = frozen, IsAlive = true };
        return new Step(WithFreezesEarned(streak, after, Earned(streak, count) - Earned(streak, before)), before, count);
    }

    // A late period: it lengthens the run that it touches, or joins two.
    private static Step Insert(LocalCalendar calendar, Streak streak, StreakState state, PeriodMarks marks, Period period)
    {
        marks.SetActive(period, calendar);
        var left = marks.Run(period.Number, step: -1, streak.GracePeriods);
        var right = marks.Run(period.Number, step: 1, streak.GracePeriods);
        var count = left.Count + 1 + right.Count;
        var before = Math.Max(left.Count, right.Count);
        var after = state with { Longest = Math.Max(state.Longest, count) };
        if (right.End == state.Latest)
        {
            after = WithFreezesEarned(
                streak, after with { Count = count }, Earned(streak, count) - Earned(streak, left.Count) - Earned(streak, right.Count));
        }

        return new Step(after, before, count);
    }

    private static StreakState UseFreeze(Draft draft, Streak streak, StreakState state, PeriodMarks marks)
    {
        var missed = NextMissed(streak, state);
        marks.SetFrozen(missed);
        var after = state with { Freezes = state.Freezes - 1, Frozen = state.Frozen + 1 };
        if (draft.HasRoomFor(1))
        {
            draft.Add(new StreakFreezeUsed(
                draft.NextPlace, draft.Cause, streak.Source, streak.Name, new Period(state.Kind, missed).ToString(), after.Freezes));
        }

        return after;
    }

    /// <summary>The period whose end, without an event, costs a freeze or the streak.</summary>
    private static int NextMissed(Streak streak, StreakState state) => state.Latest + streak.GracePeriods + state.Frozen + 1;

    // What ended long before it was received never ran for anybody: it is not told as broken.
    private static bool IsInTime(Draft draft, Streak streak, StreakState state) =>
        draft.Book.Calendar.EndOf(new Period(state.Kind, NextMissed(streak, state) + state.Freezes)) > draft.Now;

    private static int Earned(Streak streak, int count) => streak.Freezes is { } freezes ? count / freezes.EarnedEvery : 0;

    private static StreakState WithFreezesEarned(Streak streak, StreakState state, int earned) =>
        streak.Freezes is { } freezes && earned > 0 ? state with { Freezes = Math.Max(state.Freezes, Math.Min(freezes.StockpileMax, state.Freezes + earned)) } : state;

    /// <summary>The streak after a period was recorded, and how long the run with it was before and is now.</summary>
    private readonly record struct Step(StreakState State, int CountBefore, int Count);
}
