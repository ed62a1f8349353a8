using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>The command to enrol in a challenge that takes only who enrols. Eligibility is judged here and then never again.</summary>
internal static class ChallengeEnrollment
{
    public static void Apply(Draft draft, string code)
    {
        if (draft.Book.FindActiveChallenge(code) is not { } challenge)
        {
            draft.Refusal = Refusal.ChallengeNotFound;
            return;
        }

        var progress = draft.ChallengeProgressOf(code) ?? ChallengeProgress.None(code);
        draft.Refusal = WhyRefused(draft, challenge, progress);
        if (draft.Refusal is null)
        {
            var period = draft.Book.Calendar.PeriodOf(challenge.Schedule.Recurrence, draft.Now);
            var enrolled = progress with
            {
                EnrolledAt = draft.Now,
                IsEnded = false,
                IsPeriodDone = false,
                IsRolling = challenge.Schedule.Rolling is not null,
                Period = period,
                Objectives = [],
            };
            draft.SetChallengeProgress(enrolled, canEnd: true);
            draft.Add(new ChallengeEnrolled(draft.NextPlace, draft.Cause, challenge.Source, challenge.Name));
        }
    }

    private static Refusal? WhyRefused(Draft draft, Challenge challenge, ChallengeProgress progress)
    {
        if (!challenge.IsExplicit)
        {
            return Refusal.EnrollmentNotExplicit;
        }

        if (draft.Now < challenge.Schedule.StartsAt || draft.Now >= challenge.Schedule.EndsAt)
        {
            return Refusal.ChallengeNotOpen;
        }

        if (progress.Completions >= challenge.MaxCompletions)
        {
            return Refusal.AlreadyCompleted;
        }

        if (progress.EnrolledAt is not null && !(draft.Now >= ChallengeClock.WindowEnd(draft.Book, challenge, progress)))
        {
            return Refusal.AlreadyEnrolled;
        }

        var view = new FactView(Properties.Empty, draft.Tier?.Code, draft.Badges, draft.Profile, draft.Book.Calendar, draft.OccurredAt);
        return ConditionEvaluation.Holds(challenge.Eligibility, view) ? null : Refusal.NotEligible;
    }
}
