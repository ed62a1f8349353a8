using Laurel.Facts;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

public class Event_type_filter_tests
{
    private const string Known =
        "known are *, event.*, points.*, badge.*, challenge.*, tier.*, reward.*, streak.*, participant.*, event.processed, points.awarded, badge.unlocked, challenge.objective_completed, challenge.completed, tier.changed, "
        + "points.expired, challenge.enrolled, challenge.ended, reward.granted, reward.refused, streak.extended, streak.milestone_reached, streak.freeze_used, streak.broken, points.deducted, points.refunded, "
        + "reward.claimed, reward.redeemed, reward.cancelled, participant.updated, participant.erased";

    [Theory]
    [InlineData("event.processed", new[] { FactKinds.Event })]
    [InlineData("badge.unlocked", new[] { FactKinds.BadgeUnlocked })]
    [InlineData("badge.*", new[] { FactKinds.BadgeUnlocked })]
    [InlineData("event.*", new[] { FactKinds.Event })]
    [InlineData("points.*", new[] { FactKinds.PointsAwarded, FactKinds.PointsExpired, FactKinds.PointsDeducted, FactKinds.PointsRefunded })]
    [InlineData("reward.granted tier.*", new[] { FactKinds.TierChanged, FactKinds.RewardGranted })]
    [InlineData("streak.* streak.broken", new[] { FactKinds.StreakExtended, FactKinds.StreakMilestoneReached, FactKinds.StreakFreezeUsed, FactKinds.StreakBroken })]
    public void A_filter_wants_the_kinds_it_names_and_no_other(string entries, string[] kinds)
    {
        var filter = Accepted(entries.Split(' '));

        Assert.Equal(kinds, FactKinds.All.Where((_, index) => filter.Wants(index)));
        Assert.Equal(kinds.Sum(FactKinds.Bit), filter.Mask);
        Assert.Equal(entries.Split(' '), filter.EventTypes);
    }

    [Fact]
    public void A_star_wants_all() => Assert.All(FactKinds.All, (_, index) => Assert.True(Accepted("*").Wants(index)));

    [Fact]
    public void Each_type_alone_is_the_bit_of_its_kind() => Assert.All(
        FactKinds.All, (kind, index) => Assert.Equal(FactKinds.Bit(kind), Accepted(MessageTypes.All[index]).Mask));

    [Theory]
    [InlineData("event")]
    [InlineData("")]
    [InlineData("**")]
    [InlineData(".*")]
    [InlineData("*.unlocked")]
    [InlineData("badge")]
    [InlineData("badge.")]
    [InlineData("badge*")]
    [InlineData("bad.*")]
    [InlineData("Badge.*")]
    [InlineData("badge.unlocked.*")]
    [InlineData("challenge.obj*")]
    [InlineData(" badge.*")]
    [InlineData("purchase_completed")]
    [InlineData("webhook.test")]
    [InlineData("customer.*")]
    public void What_no_type_meets_is_refused_with_those_known(string entry) => Assert.Equal(
        [new Fault("/event_types/1", $"'{entry}' is no type of message; {Known}")], Faults("tier.changed", entry));

    [Fact]
    public void Every_fault_is_found() => Assert.Equal(
        [
            new Fault("/event_types/1", "repeats /event_types/0"), new Fault("/event_types/2", $"'x' is no type of message; {Known}"),
            new Fault("/event_types/3", "repeats /event_types/2"), new Fault("/event_types/5", "repeats /event_types/0"),
        ],
        Faults("*", "*", "x", "x", "tier.*", "*"));

    [Fact]
    public void A_filter_has_one_to_fifty_entries()
    {
        Assert.Equal([new Fault("/event_types", "must have 1 to 50 entries, but has 0; [\"*\"] means all types")], Faults());
        Assert.Equal(
            [new Fault("/event_types", "must have 1 to 50 entries, but has 51; [\"*\"] means all types")],
            Faults([.. Enumerable.Range(0, EventTypeFilter.MaxEntries + 1).Select(i => $"x{i}")]));
    }

    [Fact]
    public void A_long_entry_is_not_repeated_whole()
    {
        var fault = Assert.Single(Faults(new string('x', 99) + "😀" + new string('x', 100_000)));

        Assert.StartsWith($"'{new string('x', 99)}…' is no type", fault.Message, StringComparison.Ordinal);
    }

    private static EventTypeFilter Accepted(params string[] entries)
    {
        var faults = new List<Fault>();
        var filter = EventTypeFilter.Read(entries, faults);
        Assert.Empty(faults);
        return filter!;
    }

    private static List<Fault> Faults(params string[] entries)
    {
        var faults = new List<Fault>();
        Assert.Null(EventTypeFilter.Read(entries, faults));
        return faults;
    }
}
