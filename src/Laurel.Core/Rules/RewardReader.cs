namespace Laurel.Rules;

/// <summary>Reads lists of rewards. Source: semantics §8 "rewards".</summary>
internal static class RewardReader
{
    private static readonly string[] MemberNames = ["type", "amount", "currency", "expires_after", "code"];
    private static readonly string[] Types = ["points", "badge", "reward"];

    /// <summary>
    /// Reads the member <c>rewards</c>; faulty ones are left out. <paramref name="isActive"/> says whether the definition that grants them is active.
    /// </summary>
    public static List<Reward> Read(Members parent, ReadingScope scope, bool isActive)
    {
        var rewards = new List<Reward>();
        foreach (var (item, pointer) in parent.Items("rewards", ProgramLimits.Rewards))
        {
            if (Members.Open(item, pointer, "a reward", MemberNames, scope.Faults) is { } members
                && ReadOne(members, scope, isActive) is { } reward)
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

    private static Reward? ReadOne(Members members, ReadingScope scope, bool isActive)
    {
        if (members.RequireChoice("type", Types) is not { } type)
        {
            return null;
        }

        if (type != "points")
        {
            members.Without($"a reward of type {type}", "amount", "currency", "expires_after");
            return type == "badge" ? Badge(members, scope, isActive) : FromCatalogue(members, scope, isActive);
        }

        members.Without("a reward of type points", "code");
        members.Require("amount", $"whole points from 1 to {ProgramLimits.PointAmount}");
        var amount = members.WholeNumber("amount", 1, ProgramLimits.PointAmount);
        var currency = Currency(members, scope);
        var expiresAfter = members.Duration("expires_after");
        return amount is null ? null : new Reward.Points(amount.Value, currency, expiresAfter);
    }

    private static Reward.BadgeAward? Badge(Members members, ReadingScope scope, bool isActive)
    {
        const string Section = ProgramSections.Badges;
        if (members.Code() is not { } code)
        {
            return null;
        }

        if (!scope.Codes.Has(Section, code))
        {
            members.Fault("code", $"'{code}' is none of the document's badges");
        }
        else if (isActive && !scope.Codes.HasActive(Section, code))
        {
            members.Fault("code", $"the badge '{code}' is not active, so it could not be awarded; activate it or remove the reward");
        }

        return scope.Badges.TryGetValue(code, out var badge) ? new Reward.BadgeAward(badge) : null;
    }

    private static Reward.FromCatalogue? FromCatalogue(Members members, ReadingScope scope, bool isActive)
    {
        const string Section = ProgramSections.Rewards;
        if (members.Code() is not { } code)
        {
            return null;
        }

        if (!scope.Codes.Has(Section, code))
        {
            members.Fault("code", $"'{code}' is none of the document's rewards");
        }
        else if (isActive && !scope.Codes.HasActive(Section, code))
        {
            members.Fault("code", $"the reward '{code}' is not active, so it could not be granted; activate it or remove it here");
        }

        return scope.Catalogue.TryGetValue(code, out var item) ? new Reward.FromCatalogue(item) : null;
    }
}
