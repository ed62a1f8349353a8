using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>The end of a challenge for one participant, which comes without any event. Late events that occurred before it still count.</summary>
internal static class ChallengeClock
{
    /// <summary>When the participant's time is over: the challenge's end, or that of the window which runs from enrolment; null = never.</summary>
    public static Timestamp? WindowEnd(RuleBook book, Challenge challenge, ChallengeProgress progress)
    {
        if (challenge.Schedule.Rolling is not { } duration || progress.EnrolledAt is not { } enrolledAt)
        {
            return challenge.Schedule.EndsAt;
        }

        var end = book.Calendar.Plus(enrolledAt, duration);
        return challenge.Schedule.EndsAt is { } last && last < end ? last : end;
    }

    /// <summary>When the end is to be told; null where it was, where there is none, and where nothing is left to end.</summary>
    public static Timestamp? NextDue(RuleBook book, Challenge challenge, ChallengeProgress progress) =>
        progress.IsEnded || progress.Completions >= challenge.MaxCompletions || (progress.EnrolledAt is null && (challenge.IsExplicit || progress.Objectives.Length == 0))
            ? null
            : WindowEnd(book, challenge, progress);

    /// <summary>Tells the end.</summary>
    public static void ApplyDue(Draft draft, Challenge challenge, ChallengeProgress progress)
    {
        draft.SetChallengeProgress(progress with { IsEnded = true }, canEnd: true);
        draft.Add(new ChallengeEnded(draft.NextPlace, draft.Cause, challenge.Source, challenge.Name, progress.Completions));
    }
}
