using System.Text.Json;
using Laurel.Calendars;
using Laurel.Rules;

namespace Laurel.Streaks;

/// <summary>Reads one streak of a program document. Source: program.md "streaks".</summary>
internal static class StreakReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "event_name", "where", "period", "grace_periods", "freezes", "milestones", "is_active",
    ];

    private static readonly string[] FreezeMembers = ["earned_every", "stockpile_max"];
    private static readonly string[] MilestoneMembers = ["count", "rewards"];

    /// <summary>Reads a streak, its milestones in the order of their counts; null after a fault.</summary>
    public static Streak? Read(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a streak", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        var isActive = members.Flag("is_active", otherwise: true);
        var eventName = CriteriaReader.EventName(members);
        var where = ConditionReader.ReadMember(members, "where", scope, eventName);
        var period = PeriodReader.Rhythm(members, "period", PeriodKind.Month);
        var grace = members.WholeNumber("grace_periods", 0, ProgramLimits.GracePeriods) ?? 0;
        var freezes = Freezes(members, scope);
        var milestones = Milestones(members, scope, isActive);
        return scope.Faults.Count == before
            ? new Streak(code!, name ?? code!, eventName!, where, period!.Value, (int)grace, freezes, milestones, isActive)
            : null;
    }

    private static StreakFreezes? Freezes(Members parent, ReadingScope scope)
    {
        if (parent.Find("freezes") is not { } value
            || Members.Open(value, parent.PointerTo("freezes"), "freezes", FreezeMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        members.Require("earned_every", "how many periods of the streak earn one freeze");
        var earnedEvery = members.WholeNumber("earned_every", 1, ProgramLimits.FreezeEarnedEvery);
        members.Require("stockpile_max", "how many freezes one participant may keep");
        var most = members.WholeNumber("stockpile_max", 1, ProgramLimits.FreezeStockpile);
        return earnedEvery is null || most is null ? null : new StreakFreezes((int)earnedEvery, (int)most);
    }

    private static List<StreakMilestone> Milestones(Members parent, ReadingScope scope, bool isActive)
    {
        var milestones = new List<StreakMilestone>();
        var places = new Dictionary<long, string>();
        foreach (var (item, pointer) in parent.Items("milestones", ProgramLimits.Milestones))
        {
            if (Members.Open(item, pointer, "a milestone", MilestoneMembers, scope.Faults) is not { } members)
            {
                continue;
            }

            members.Require("count", "after how many periods it is reached");
            var count = members.WholeNumber("count", 1, ProgramLimits.StreakPeriods);
            if (count is not null && !places.TryAdd(count.Value, pointer))
            {
                members.Fault("count", $"is {count}, the count of {places[count.Value]} too; each milestone needs its own");
            }

            members.Require("rewards", "what the milestone earns; an empty list makes only the fact");
            milestones.Add(new StreakMilestone((int)(count ?? 0), RewardReader.Read(members, scope, isActive)));
        }

        return [.. milestones.OrderBy(milestone => milestone.Count)];
    }
}
