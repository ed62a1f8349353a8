using System.Globalization;
using Laurel.Calendars;
using Laurel.Evaluation;

namespace Laurel.Challenges;

/// <summary>
/// A recurring challenge has progress of its own in each calendar period. The newest stands in the state's document, older ones are parts, which a late
/// event opens again.
/// </summary>
internal static class ChallengePeriods
{
    /// <summary>The progress in <paramref name="period"/>; completions and enrolment are those of the whole challenge.</summary>
    public static ChallengeProgress Find(Draft draft, Challenge challenge, ChallengeProgress held, Period period)
    {
        var isRolling = challenge.Schedule.Rolling is not null;
        if (held.IsRolling != isRolling)
        {
            // The schedule was changed: what ran by the other one is lost.
            return held with
            {
                Period = period,
                IsPeriodDone = false,
                IsEnded = false,
                IsRolling = isRolling,
                EnrolledAt = challenge.IsExplicit ? held.EnrolledAt : null,
                Objectives = [],
            };
        }

        if (held.Period == period)
        {
            return held;
        }

        // Progress by another kind of period was lost when the recurrence was changed.
        var fresh = held with { Period = period, IsPeriodDone = false, Objectives = [] };
        if (held.Period.Kind != period.Kind || held.Period.Number < period.Number)
        {
            return fresh;
        }

        var document = draft.Parts.Find(KeyOf(held.Code, period));
        return document.IsEmpty ? fresh : StateDocumentReader.ReadChallengePart(document.Span) with { Completions = held.Completions, EnrolledAt = held.EnrolledAt, IsEnded = held.IsEnded };
    }

    /// <summary>Keeps progress where it belongs.</summary>
    public static void Keep(Draft draft, Challenge challenge, ChallengeProgress? held, ChallengeProgress progress)
    {
        if (held is not null && held.Period.Kind == progress.Period.Kind && held.Period.Number > progress.Period.Number)
        {
            draft.Parts.Put(KeyOf(progress.Code, progress.Period), StateDocument.WritePart(progress));
            draft.SetChallengeProgress(held with { Completions = progress.Completions, EnrolledAt = progress.EnrolledAt, IsEnded = progress.IsEnded }, CanEnd(challenge));
            return;
        }

        if (held is { Objectives.Length: > 0 } && held.Period.Kind == progress.Period.Kind && held.Period.Number < progress.Period.Number)
        {
            draft.Parts.Put(KeyOf(held.Code, held.Period), StateDocument.WritePart(held));
        }

        draft.SetChallengeProgress(progress, CanEnd(challenge));
    }

    internal static string KeyOf(string challenge, Period period) =>
        string.Create(CultureInfo.InvariantCulture, $"challenge/{challenge}/{period.Kind}/{period.Number}");

    private static bool CanEnd(Challenge challenge) => challenge.Schedule.EndsAt is not null || challenge.Schedule.Rolling is not null;
}
