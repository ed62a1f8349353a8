using CsCheck;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Core.Tests.Generated;

/// <summary>What callers do by hand to participants of <see cref="GeneratedPrograms"/>, codes that there are not among them. Id and time are whoever's who runs them.</summary>
internal static class GeneratedCommands
{
    private const long NewYear = 1_767_225_600_000_000;

    private static readonly Gen<CommandInput> Points = Gen.Select(Gen.Int[1, 90], Gen.Bool, One("points", "gems", "none"), (amount, isAward, currency) => isAward
        ? (CommandInput)new AwardPointsInput(default, currency, amount, "größe", """{"n":1}""", null, default)
        : new DeductPointsInput(default, currency, amount, null, null, default));

    private static readonly Gen<CommandInput> Profile = Gen.Select(
        One("""{"display_name":"Zoë"}""", """{"display_name":null,"avatar_url":"https://a/b"}""", """{"attributes":{"plan":"pro"}}""", """{"attributes":{"plan":"free","x":{"y":[1,"é"]}}}""", """{"attributes":{"plan":null,"x":{"z":2.50}}}""", "{}"),
        Gen.Bool,
        (changes, isPatch) => (CommandInput)new UpdateProfileInput(default, changes, isPatch, default));

    private static readonly Gen<CommandInput> Badge = One("g0", "b0", "b1", "none").Select(code => (CommandInput)new AwardBadgeInput(default, code, """{"by":"hand"}""", default));

    private static readonly Gen<CommandInput> Tier = One("t0", "t1", "t2", "t3", "none").Select(code => (CommandInput)new AssignTierInput(default, code, "because", default));

    private static readonly Gen<CommandInput> Streak = Gen.Select(One("s0", "s1", "none"), Gen.Int[-5, 90], (code, day) =>
        (CommandInput)new RecordStreakInput(default, code, day < 0 ? null : new Timestamp(NewYear + (day * 86_400_000_000L)), default));

    private static readonly Gen<CommandInput> Claim = Gen.Select(One("c0", "c1", "c2", "none"), Gen.Bool, (code, isPaid) => (CommandInput)new ClaimRewardInput(default, code, isPaid, default));

    /// <summary>Any of them.</summary>
    public static readonly Gen<CommandInput> Any = Gen.OneOf(Points, Points, Profile, Badge, Tier, Streak, Claim, Claim);

    /// <summary>Kinds of fact that none of these makes: they take a claim that was made before, or end the participant. The shop and erasure have tests of their own.</summary>
    public static readonly IReadOnlyList<string> KindsNotMade =
        [FactKinds.PointsRefunded, FactKinds.RewardRedeemed, FactKinds.RewardCancelled, FactKinds.ParticipantErased];

    private static Gen<string> One(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(place => choices[place]);
}
