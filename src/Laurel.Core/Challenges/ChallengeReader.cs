using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>Reads one challenge of a program document. Source: program.md "challenges".</summary>
internal static class ChallengeReader
{
    private const string Eligibility = "eligibility";

    private static readonly string[] MemberNames =
    [
        "code", "name", "description", "schedule", "enrollment", "eligibility", "objectives", "completion", "max_completions", "rewards", "is_active",
    ];

    private static readonly string[] CompletionMembers = ["any"];

    /// <summary>Reads a challenge; null after a fault.</summary>
    public static Challenge? Read(JsonElement element, string pointer, ReadingScope scope)
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
        var schedule = ChallengeScheduleReader.ReadMember(members, scope);
        var isExplicit = members.Choice("enrollment", "automatic", "explicit") == "explicit";
        var eligibility = ConditionReader.ReadMember(members, Eligibility, scope, eventName: null);
        if (isExplicit)
        {
            CheckEligibility(members, eligibility);
        }

        members.Require("objectives", "a list of at least one objective");
        var written = members.Items("objectives", ProgramLimits.Objectives);
        if (written.Count == 0 && members.Find("objectives") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0)
        {
            members.Fault("objectives", "must list at least one objective");
        }

        var objectives = ObjectiveReader.Read(written, scope, isActive);
        var needed = Completion(members, scope, written.Count);

        // What comes again each period may be completed in each, unless it says how often.
        var completions = members.WholeNumber("max_completions", 1, ProgramLimits.Completions) ?? (schedule.IsRecurring ? int.MaxValue : 1);
        var rewards = RewardReader.Read(members, scope, isActive);
        if (objectives.Count == written.Count)
        {
            ChallengeScheduleReader.CheckTargets(schedule, objectives, place => written[place].Pointer, scope.Faults);
        }

        return scope.Faults.Count == before
            ? new Challenge(code!, name ?? code!, schedule, isExplicit, eligibility, objectives, needed, (int)completions, rewards, isActive)
            : null;
    }

    // At an explicit enrolment there is no event whose properties could be read.
    private static void CheckEligibility(Members members, Condition? condition)
    {
        switch (condition)
        {
            case Condition.Compare { Path: { Root: PropertyRoot.Properties } path }:
                members.Fault(
                    Eligibility,
                    $"reads {path.Text}, but an explicit enrolment has no event; ask for participant.tier or participant.badges, or put it into the 'where' of the objectives");
                break;
            case Condition.Not not:
                CheckEligibility(members, not.Part);
                break;
            case Condition.All all:
                all.Parts.ToList().ForEach(part => CheckEligibility(members, part));
                break;
            case Condition.Any any:
                any.Parts.ToList().ForEach(part => CheckEligibility(members, part));
                break;
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
