using Laurel.Evaluation;
using Laurel.Facts;
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
        if (draft.OccurredAt < challenge.Schedule.StartsAt
            || draft.OccurredAt >= challenge.Schedule.EndsAt
            || held?.Completions >= challenge.MaxCompletions
            || !ConditionEvaluation.Holds(challenge.Eligibility, view))
        {
            return;
        }

        // Progress goes by the objective's code, so that it survives an edit of all else.
        var objectives = new ObjectiveProgress[challenge.Objectives.Count];
        for (var i = 0; i < objectives.Length; i++)
        {
            var code = challenge.Objectives[i].Code;
            objectives[i] = held?.Of(code) ?? new ObjectiveProgress(code, 0, IsCompleted: false);
        }

        if (Measure(listening, objectives, view))
        {
            var completions = Settle(draft, challenge, objectives, held?.Completions ?? 0);
            draft.SetChallengeProgress(new ChallengeProgress(challenge.Code, completions, objectives));
        }
    }

    // The event that completes an objective does not count for one that requires it: that one counts from the next event on.
    private static bool Measure(ListeningChallenge listening, ObjectiveProgress[] objectives, in FactView view)
    {
        var changed = false;
        Span<bool> open = stackalloc bool[objectives.Length];
        for (var i = 0; i < objectives.Length; i++)
        {
            open[i] = RequirementsAreMet(listening.Challenge.Objectives[i], objectives);
        }

        foreach (var place in listening.Objectives)
        {
            var criteria = listening.Challenge.Objectives[place].Criteria;
            if (open[place] && ConditionEvaluation.Holds(criteria.Where, view) && view.Measure(criteria.Metric) is { } value)
            {
                var progress = objectives[place];
                objectives[place] = progress with { Current = FactView.Add(progress.Current, value) };
                changed = true;
            }
        }

        return changed;
    }

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
                && objectives[i].Current >= objective.Criteria.Target
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
                var surplus = Math.Max(0, objectives[i].Current - challenge.Objectives[i].Criteria.Target);
                objectives[i] = objectives[i] with { Current = surplus, IsCompleted = false };
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
}
