using System.Text.Json;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Facts;

/// <summary>What rules may read of a fact, so that a misspelt name is found at publish, is what the fact carries.</summary>
public class Fact_data_tests
{
    private static readonly GrantSource Source = new("streak", "s");

    private static readonly DerivedFact[] OneOfEach =
    [
        new PointsAwarded(0, -1, Source, "points", 5, 5), new BadgeUnlocked(0, -1, Source, "b", "B", "rare", null), new ObjectiveCompleted(0, -1, Source, "o"),
        new ChallengeCompleted(0, -1, Source, "C", 1), new TierChanged(0, -1, Source, "t", "T", 1, null), new PointsExpired(0, -1, Source, "points", 5, 0),
        new ChallengeEnrolled(0, -1, Source, "C"), new ChallengeEnded(0, -1, Source, "C", 1), new RewardGranted(0, -1, Source, "r", "R", "coupon", null),
        new RewardRefused(0, -1, Source, "r", "R", "coupon", "expired"), new StreakExtended(0, -1, Source, "S", "2026-W07", 2, 3), new StreakMilestoneReached(0, -1, Source, "S", 7),
        new StreakFreezeUsed(0, -1, Source, "S", "2026-W07", 1), new StreakBroken(0, -1, Source, "S", 2, 3),
        new PointsDeducted(0, -1, Source, "points", 5, 0), new PointsRefunded(0, -1, Source, "points", 5, 5), new RewardClaimed(0, -1, Source, "r", "R", "coupon", null, "points", 5),
        new RewardRedeemed(0, -1, Source, "r", "R", "coupon", default), new RewardCancelled(0, -1, Source, "r", "R", "coupon", default),
        new ParticipantUpdated(0, -1, Source, ["display_name"]), new ParticipantErased(0, -1, Source),
    ];

    [Fact]
    public void Every_kind_is_here_at_its_place() => Assert.Equal(
        FactKinds.All.Skip(1).Select((kind, place) => (kind, place + 1)), OneOfEach.Select(fact => (fact.Kind, fact.KindIndex)));

    [Fact]
    public void What_rules_may_read_of_a_fact_is_what_it_carries()
    {
        foreach (var fact in OneOfEach)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                writer.WriteStartObject();
                fact.WriteData(writer);
                writer.WriteEndObject();
            }

            using var data = JsonDocument.Parse(stream.ToArray());
            Assert.Equal(FactData.MembersOf(fact.Kind)!, data.RootElement.EnumerateObject().Select(member => member.Name));
        }
    }
}
