using System.Text.Json;
using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>Reads one challenge of a program document. Source: program.md "challenges".</summary>
internal static class ChallengeReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "schedule", "enrollment", "eligibility", "objectives", "completion", "max_completions", "rewards", "is_active",
    ];

    private static readonly string[] ScheduleMembers = ["starts_at", "ends_at", "recurrence", "rolling"];
    private static readonly string[] CompletionMembers = ["any"];

    /// <summary>Reads a challenge; null after a fault. <paramref name="badges"/> holds the badges read without a fault.</summary>
    public static Challenge? Read(JsonElement element, string pointer, ReadingScope scope, IReadOnlyDictionary<string, Badge> badges)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a challenge", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        var isActive = members.Flag("is_active", otherwise: true);
        var (startsAt, endsAt) = Schedule(members, scope);
        Enrollment(members);
        var eligibility = ConditionReader.ReadMember(members, "eligibility", scope, eventName: null);
        members.Require("objectives", "a list of at least one objective");
        var written = members.Items("objectives", ProgramLimits.Objectives);
        if (written.Count == 0 && members.Find("objectives") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0)
        {
            members.Fault("objectives", "must list at least one objective");
        }

        var objectives = ObjectiveReader.Read(written, scope, badges, isActive);
        var needed = Completion(members, scope, written.Count);
        var completions = members.WholeNumber("max_completions", 1, ProgramLimits.Completions) ?? 1;
        var rewards = RewardReader.Read(members, scope, badges, isActive);
        return scope.Faults.Count == before
            ? new Challenge(code!, name ?? code!, new ChallengeSchedule(startsAt, endsAt, PeriodKind.AllTime, Rolling: null), IsExplicit: false, eligibility, objectives, needed, (int)completions, rewards, isActive)
            : null;
    }

    private static (Timestamp? StartsAt, Timestamp? EndsAt) Schedule(Members parent, ReadingScope scope)
    {
        if (parent.Find("schedule") is not { } value
            || Members.Open(value, parent.PointerTo("schedule"), "a schedule", ScheduleMembers, scope.Faults) is not { } members)
        {
            return (null, null);
        }

        var startsAt = members.Instant("starts_at");
        var endsAt = members.Instant("ends_at");
        if (endsAt <= startsAt)
        {
            members.Fault("ends_at", $"must be later than starts_at, {startsAt}, but is {endsAt}");
        }

        if (members.Find("recurrence") is { } recurrence)
        {
            if (recurrence.ValueKind == JsonValueKind.String && recurrence.GetString() is "daily" or "weekly" or "monthly" or "yearly")
            {
                members.Fault("recurrence", $"'{recurrence.GetString()}' is not built yet in this version of Laurel; use none, or leave it out");
            }
            else
            {
                members.Choice("recurrence", "none");
            }
        }

        members.NotBuilt("rolling", "schedules that start with the participant are");
        return (startsAt, endsAt);
    }

    private static void Enrollment(Members members)
    {
        if (members.Find("enrollment") is { ValueKind: JsonValueKind.String } value && value.GetString() == "explicit")
        {
            members.Fault("enrollment", "'explicit' is not built yet in this version of Laurel; use automatic, or leave it out");
        }
        else
        {
            members.Choice("enrollment", "automatic");
        }
    }

    /// <summary>How many objectives complete the challenge: <c>"all"</c>, the default, or <c>{"any": n}</c>.</summary>
    private static int Completion(Members parent, ReadingScope scope, int objectives)
    {
        if (parent.Find("completion") is not { } value || (value.ValueKind == JsonValueKind.String && value.GetString() == "all"))
        {
            return objectives;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            parent.Fault("completion", $"must be \"all\", or how many objectives are enough, such as {{\"any\": 2}}, but is {Members.Shown(value)}");
            return objectives;
        }

        var members = Members.Open(value, parent.PointerTo("completion"), "completion", CompletionMembers, scope.Faults)!;
        members.Require("any", "how many objectives are enough");
        return (int)(members.WholeNumber("any", 1, Math.Max(1, objectives)) ?? objectives);
    }
}
