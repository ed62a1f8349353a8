using System.Text.Json;
using Laurel.Badges;

namespace Laurel.Rules;

/// <summary>Reads lists of rewards. Source: semantics §8 "rewards".</summary>
internal static class RewardReader
{
    private static readonly string[] MemberNames = ["type", "amount", "currency", "code"];

    /// <summary>
    /// Reads the member <c>rewards</c>; faulty ones are left out. <paramref name="badges"/> holds the badges read without a fault;
    /// <paramref name="isActive"/> says whether the definition that grants them is active.
    /// </summary>
    public static List<Reward> Read(Members parent, ReadingScope scope, IReadOnlyDictionary<string, Badge> badges, bool isActive)
    {
        var rewards = new List<Reward>();
        foreach (var (item, pointer) in parent.Items("rewards", ProgramLimits.Rewards))
        {
            if (Members.Open(item, pointer, "a reward", MemberNames, scope.Faults) is { } members
                && ReadOne(members, scope, badges, isActive) is { } reward)
            {
                rewards.Add(reward);
            }
        }

        return rewards;
    }

    /// <summary>Reads the member <c>currency</c>: the first currency where absent.</summary>
    public static string Currency(Members members, ReadingScope scope)
    {
        if (!members.Has("currency") || members.Code("currency") is not { } code)
        {
            return scope.DefaultCurrency;
        }

        if (!scope.Codes.Has(ProgramSections.Currencies, code))
        {
            members.Fault("currency", $"'{code}' is none of the document's currencies");
        }

        return code;
    }

    private static Reward? ReadOne(Members members, ReadingScope scope, IReadOnlyDictionary<string, Badge> badges, bool isActive)
    {
        if (members.Require("type", "points or badge") is not { } type)
        {
            return null;
        }

        if (type.ValueKind == JsonValueKind.String && type.GetString() == "reward")
        {
            members.Fault("type", "rewards of type 'reward' are not built yet in this version of Laurel; use points or badge");
            return null;
        }

        var before = scope.Faults.Count;
        if (members.Choice("type", "points", "badge") == "badge")
        {
            Without(members, "badge", "amount", "currency");
            return Badge(members, scope, badges, isActive);
        }

        if (scope.Faults.Count > before)
        {
            return null;
        }

        Without(members, "points", "code");
        members.Require("amount", $"whole points from 1 to {ProgramLimits.PointAmount}");
        var amount = members.WholeNumber("amount", 1, ProgramLimits.PointAmount);
        var currency = Currency(members, scope);
        return amount is null ? null : new Reward.Points(amount.Value, currency, ExpiresAfter: null);
    }

    private static Reward.BadgeAward? Badge(Members members, ReadingScope scope, IReadOnlyDictionary<string, Badge> badges, bool isActive)
    {
        if (members.Code() is not { } code)
        {
            return null;
        }

        if (!scope.Codes.Has(ProgramSections.Badges, code))
        {
            members.Fault("code", $"'{code}' is none of the document's badges");
        }
        else if (isActive && !scope.Codes.HasActive(ProgramSections.Badges, code))
        {
            members.Fault("code", $"the badge '{code}' is not active, so it could not be awarded; activate it or remove the reward");
        }

        return badges.TryGetValue(code, out var badge) ? new Reward.BadgeAward(badge) : null;
    }

    private static void Without(Members members, string type, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (members.Has(name))
            {
                members.Fault(name, $"a reward of type {type} has no {name}; remove it");
            }
        }
    }
}
