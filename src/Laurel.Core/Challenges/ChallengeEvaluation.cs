using System.Globalization;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Metrics;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>
/// What a challenge does with a fact: measure, then complete as often as the measure allows. Surplus beyond a target carries into the
/// next round; an objective that was not needed for a completion keeps what it has. Source: semantics §8.
/// </summary>
internal static class ChallengeEvaluation
{
    public static void Apply(Draft draft, ListeningChallenge listening, in FactView view)
    {
        var challenge = listening.Challenge;
        var held = draft.ChallengeProgressOf(challenge.Code);
        var period = draft.Book.Calendar.PeriodOf(challenge.Schedule.Recurrence, draft.OccurredAt);
        var progress = ChallengePeriods.Find(draft, challenge, held ?? ChallengeProgress.None(challenge.Code), period);
        if (WhyClosed(draft, challenge, progress, view) is { } reason)
        {
            NoteClosed(draft, listening, view, reason);
            return;
        }

        // Progress goes by the objective's code, so that it survives an edit of all else.
        var objectives = new ObjectiveProgress[challenge.Objectives.Count];
        for (var i = 0; i < objectives.Length; i++)
        {
            objectives[i] = progress.Of(challenge.Objectives[i].Code);
        }

        if (Measure(draft, listening, progress, objectives, view))
        {
            progress = Enrolled(draft, challenge, progress);
            var completions = Settle(draft, challenge, objectives, progress.Completions);
            ChallengePeriods.Keep(
                draft, challenge, held, progress with { Completions = completions, Objectives = objectives, IsPeriodDone = challenge.Schedule.IsRecurring && completions > progress.Completions });
        }
    }

    private static string? WhyClosed(Draft draft, Challenge challenge, ChallengeProgress progress, in FactView view)
    {
        var schedule = challenge.Schedule;
        return draft.OccurredAt < schedule.StartsAt ? "it occurred before the challenge starts"
            : draft.OccurredAt >= schedule.EndsAt ? "it occurred after the challenge ended"
            : progress.Completions >= challenge.MaxCompletions ? "the challenge is completed as often as it can be"
            : progress.IsPeriodDone ? "the challenge is completed in this period"
            : challenge.IsExplicit && progress.EnrolledAt is null ? "the participant is not enrolled"
            : draft.OccurredAt < progress.EnrolledAt ? "it occurred before the participant was enrolled"
            : ChallengeClock.WindowEnd(draft.Book, challenge, progress) is { } end && draft.OccurredAt >= end ? "it occurred after the participant's time was over"
            : !challenge.IsExplicit && !ConditionEvaluation.Holds(challenge.Eligibility, view) ? "the participant is not eligible"
            : null;
    }

    // Where the time runs from a participant's enrolment and nobody enrols, the first event that counts does.
    private static ChallengeProgress Enrolled(Draft draft, Challenge challenge, ChallengeProgress progress)
    {
        if (challenge.Schedule.Rolling is null || progress.EnrolledAt is not null || !draft.HasRoomFor(1))
        {
            return progress;
        }

        draft.Add(new ChallengeEnrolled(draft.NextPlace, draft.Cause, challenge.Source, challenge.Name));
        return progress with { EnrolledAt = draft.OccurredAt };
    }

    // The event that completes an objective does not count for one that requires it: that one counts from the next event on.
    private static bool Measure(Draft draft, ListeningChallenge listening, ChallengeProgress progress, ObjectiveProgress[] objectives, in FactView view)
    {
        var changed = false;
        Span<bool> open = stackalloc bool[objectives.Length];
        for (var i = 0; i < objectives.Length; i++)
        {
            open[i] = RequirementsAreMet(listening.Challenge.Objectives[i], objectives);
        }

        foreach (var place in listening.Objectives)
        {
            var objective = listening.Challenge.Objectives[place];
            var before = objectives[place].Measured;
            var reason = !open[place] ? "an objective that it requires is open"
                : !ConditionEvaluation.Holds(objective.Criteria.Where, view) ? "the condition does not hold"
                : null;
            if (reason is null)
            {
                var owner = OwnerOf(listening.Challenge, objective, progress);
                var counts = MetricEvaluation.TryMeasure(draft, objective.Criteria, view, owner, before, out var after);
                objectives[place] = objectives[place] with { Measured = after };
                changed |= counts;
                reason = counts ? null : "the metric does not count it";
            }

            draft.Trace?.Note(new RuleTrace(
                listening.Challenge.Source.Type, listening.Challenge.Code, objective.Code, draft.LookedAt, reason is null, reason ?? "counted",
                ConditionTrace.Of(objective.Criteria.Where, view), before.Current, objectives[place].Measured.Current));
        }

        return changed;
    }

    // Only sets and runs have parts, so that the others need no name. Each period has its own, which a late event opens again; what a completion leaves as it is goes on.
    private static string OwnerOf(Challenge challenge, Objective objective, ChallengeProgress progress) =>
        objective.Criteria.Metric is Metric.Distinct or Metric.Streak
            ? string.Create(CultureInfo.InvariantCulture, $"challenge/{challenge.Code}/{objective.Code}/{progress.Period.Number}")
            : "";

    private static int Settle(Draft draft, Challenge challenge, ObjectiveProgress[] objectives, int completions)
    {
        while (completions < challenge.MaxCompletions)
        {
            CompleteObjectives(draft, challenge, objectives);
            if (objectives.Count(progress => progress.IsCompleted) < challenge.ObjectivesNeeded || !draft.HasRoomFor(1 + challenge.Rewards.Count))
            {
                break;
            }

            completions++;
            var completion = draft.NextPlace;
            draft.Add(new ChallengeCompleted(completion, draft.Cause, challenge.Source, challenge.Name, completions));
            draft.Grant(challenge.Rewards, challenge.Source, completion);
            if (challenge.Schedule.IsRecurring)
            {
                break;
            }

            if (completions < challenge.MaxCompletions)
            {
                StartNextRound(challenge, objectives);
            }
        }

        return completions;
    }

    private static void CompleteObjectives(Draft draft, Challenge challenge, ObjectiveProgress[] objectives)
    {
        for (var i = 0; i < objectives.Length; i++)
        {
            var objective = challenge.Objectives[i];
            if (!objectives[i].IsCompleted
                && MetricEvaluation.Reaches(objective.Criteria, objectives[i].Measured.Current)
                && RequirementsAreMet(objective, objectives)
                && draft.HasRoomFor(1 + objective.Rewards.Count))
            {
                objectives[i] = objectives[i] with { IsCompleted = true };
                var completion = draft.NextPlace;
                draft.Add(new ObjectiveCompleted(completion, draft.Cause, challenge.Source, objective.Code));
                draft.Grant(objective.Rewards, challenge.Source, completion);
            }
        }
    }

    private static void StartNextRound(Challenge challenge, ObjectiveProgress[] objectives)
    {
        for (var i = 0; i < objectives.Length; i++)
        {
            if (objectives[i].IsCompleted)
            {
                var surplus = MetricEvaluation.Surplus(challenge.Objectives[i].Criteria, objectives[i].Measured);
                objectives[i] = objectives[i] with { Measured = surplus, IsCompleted = false };
            }
        }
    }

    private static bool RequirementsAreMet(Objective objective, ObjectiveProgress[] objectives)
    {
        for (var i = 0; i < objective.Requires.Count; i++)
        {
            if (!objectives[objective.Requires[i]].IsCompleted)
            {
                return false;
            }
        }

        return true;
    }

    private static void NoteClosed(Draft draft, ListeningChallenge listening, in FactView view, string reason)
    {
        if (draft.Trace is { } trace)
        {
            var challenge = listening.Challenge;
            trace.Note(new RuleTrace(
                challenge.Source.Type, challenge.Code, null, draft.LookedAt, Fired: false, reason, ConditionTrace.Of(challenge.Eligibility, view), null, null));
        }
    }
}
