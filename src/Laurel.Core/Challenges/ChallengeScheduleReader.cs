using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>Reads when a challenge counts, and finds objectives that nobody could reach within one period. Source: program.md "schedule".</summary>
internal static class ChallengeScheduleReader
{
    private static readonly string[] MemberNames = ["starts_at", "ends_at", "recurrence", "rolling"];

    /// <summary>Reads the member <c>schedule</c>: always, where absent.</summary>
    public static ChallengeSchedule ReadMember(Members parent, ReadingScope scope)
    {
        if (parent.Find("schedule") is not { } value
            || Members.Open(value, parent.PointerTo("schedule"), "a schedule", MemberNames, scope.Faults) is not { } members)
        {
            return ChallengeSchedule.Perpetual;
        }

        var startsAt = members.Instant("starts_at");
        var endsAt = members.Instant("ends_at");
        if (endsAt <= startsAt)
        {
            members.Fault("ends_at", $"must be later than starts_at, {startsAt}, but is {endsAt}");
        }

        var recurrence = PeriodReader.Recurrence(members, "recurrence");
        var rolling = members.Duration("rolling");
        if (recurrence != PeriodKind.AllTime && members.Has("rolling"))
        {
            members.Fault(
                "rolling",
                $"counts from each participant's enrolment, but the recurrence {PeriodReader.RhythmOf(recurrence)} follows the calendar; remove one of them");
        }

        return new ChallengeSchedule(startsAt, endsAt, recurrence, rolling);
    }

    /// <summary>Adds a fault for each objective that asks for more calendar periods than the challenge lasts before it starts anew or ends.</summary>
    public static void CheckTargets(ChallengeSchedule schedule, IReadOnlyList<Objective> objectives, Func<int, string> pointerTo, FaultList faults)
    {
        for (var place = 0; place < objectives.Count; place++)
        {
            var criteria = objectives[place].Criteria;
            if (PeriodCountedBy(criteria.Metric) is { } counted && MostWithin(schedule, counted) is { } most && criteria.Target > most)
            {
                var lasts = schedule.IsRecurring ? $"one {Noun(schedule.Recurrence)}" : "the rolling time";
                faults.Add($"{pointerTo(place)}/target", $"must be at most {most}, since {lasts} touches no more {Noun(counted)}s, but is {criteria.Target}");
            }
        }
    }

    private static PeriodKind? PeriodCountedBy(Metric metric) => metric switch
    {
        Metric.Streak streak => streak.Period,
        Metric.Distinct distinct => distinct.Property.Root switch
        {
            PropertyRoot.LocalDay => PeriodKind.Day,
            PropertyRoot.LocalWeek => PeriodKind.Week,
            PropertyRoot.LocalMonth => PeriodKind.Month,
            _ => null,
        },
        _ => null,
    };

    private static long? MostWithin(ChallengeSchedule schedule, PeriodKind counted)
    {
        var (days, weeks, months) = schedule.Recurrence switch
        {
            PeriodKind.Day => (1L, 1L, 1L),
            PeriodKind.Week => (7, 1, 2),
            PeriodKind.Month => (31, 6, 1),
            PeriodKind.Year => (366, 54, 12),
            _ => (0, 0, 0),
        };
        if (schedule.Rolling is { } rolling)
        {
            // Generous by a day: one that starts at noon touches one more than it lasts.
            days = (rolling.Months * 31L) + rolling.Days + (long)Math.Ceiling(rolling.Time.TotalDays) + 2;
            (weeks, months) = (((days + 5) / 7) + 1, (days / 28) + 2);
        }

        return days == 0 ? null : counted switch
        {
            PeriodKind.Day => days,
            PeriodKind.Week => weeks,
            _ => months,
        };
    }

    private static string Noun(PeriodKind kind) => kind switch
    {
        PeriodKind.Day => "day",
        PeriodKind.Week => "week",
        PeriodKind.Month => "month",
        _ => "year",
    };
}
