using CsCheck;
using Laurel.Calendars;
using Laurel.Core.Tests.Generated;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>Points and rewards are neither lost nor made: facts add up to what is there.</summary>
public class Balance_properties
{
    private static readonly CalendarDuration Expiry = new(1, 2, TimeSpan.FromHours(3));

    [Fact]
    public void Points_awarded_less_points_expired_are_the_balance_and_lots_are_a_part_of_it()
    {
        var expired = 0;
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.WithLate).Sample(
            (program, moves) =>
            {
                SimulatedParticipant? self = null;
                self = new SimulatedParticipant(ExpiringBySource(Kept.Book(program))) { Judged = judged => BalancesHold(self!, judged) };
                var now = self.Play(moves.Where(move => !IsByHand(move)), Kept.NewYear);

                // The latest event is a day ahead, and what the clock makes in the meantime expires in its turn.
                self.PassTime(Kept.Later(now, TimeSpan.FromDays(400)));
                Assert.All(self.State.Lots, lots => Assert.Null(lots.NextExpiry));
                Assert.Equal(Totals(self.Facts.OfType<PointsAwarded>().Where(fact => !Expires(fact.Source)).Select(fact => (fact.Currency, fact.Amount))), self.State.Balances.Where(balance => balance.Current > 0).ToDictionary(balance => balance.Currency, balance => balance.Current));
                Assert.Equal(Totals(self.Facts.OfType<PointsAwarded>().Where(fact => Expires(fact.Source)).Select(fact => (fact.Currency, fact.Amount))), Totals(self.Facts.OfType<PointsExpired>().Select(fact => (fact.Currency, fact.Amount))));
                Interlocked.Add(ref expired, self.Facts.OfType<PointsExpired>().Count());
            },
            iter: LongRun.Times(150));
        Assert.True(expired > 150, $"{expired} expiries");
    }

    [Fact]
    public void Stock_never_goes_below_zero_and_no_code_is_issued_twice()
    {
        var (granted, refused) = (0, 0);
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.InOrder.Array[4], Gen.Int[0, 5], Gen.Int[0, 5]).Sample(
            (program, moves, first, second) =>
            {
                var book = Kept.Book(program);
                var stock = new Dictionary<string, int>(StringComparer.Ordinal) { ["c0"] = first, ["c1"] = second, ["c2"] = 1 };
                var offered = stock.ToDictionary(StringComparer.Ordinal);
                var participants = moves.Select(_ => new SimulatedParticipant(book) { Stock = stock }).ToList();
                for (var turn = 0; turn < moves.Max(list => list.Length); turn++)
                {
                    for (var place = 0; place < participants.Count; place++)
                    {
                        if (turn < moves[place].Length)
                        {
                            participants[place].Do(moves[place][turn], Kept.Later(Kept.NewYear, TimeSpan.FromHours(turn * 20)));
                        }
                    }
                }

                var facts = participants.SelectMany(participant => participant.Facts).ToList();
                var grants = facts.OfType<RewardIssued>().ToList();
                var codes = grants.Where(fact => fact.CodeValue is not null).Select(fact => fact.CodeValue!).ToList();
                Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
                foreach (var reward in book.Rewards)
                {
                    var given = grants.Count(fact => fact.RewardCode == reward.Code);
                    var isLimited = reward.Stock is not null || reward.HasCodePool;
                    Assert.True(!isLimited || given == offered[reward.Code] - stock[reward.Code], $"{given} of {reward.Code} were given, {stock[reward.Code]} of {offered[reward.Code]} are left");
                    Assert.All(grants.Where(fact => fact.RewardCode == reward.Code), fact => Assert.Equal(reward.HasCodePool, fact.CodeValue is not null));
                    Assert.All(participants, participant => Assert.True(participant.Facts.OfType<RewardIssued>().Count(fact => fact.RewardCode == reward.Code) <= (reward.MaxClaimsPerParticipant ?? int.MaxValue)));
                    Assert.All(participants, participant => Assert.Equal(participant.Facts.OfType<RewardIssued>().Count(fact => fact.RewardCode == reward.Code), participant.State.Rewards.Where(count => count.Code == reward.Code).Sum(count => count.Claims)));
                }

                Assert.All(stock.Values, left => Assert.True(left >= 0));
                Interlocked.Add(ref granted, grants.Count);
                Interlocked.Add(ref refused, facts.OfType<RewardRefused>().Count(fact => fact.Reason == "out_of_stock"));
            },
            iter: LongRun.Times(150));
        Assert.True(granted > 100 && refused > 100, $"{granted} granted, {refused} refused");
    }

    private static void BalancesHold(SimulatedParticipant participant, Judgement judged)
    {
        var facts = participant.Facts.Concat(judged.Decision.Refusal is null ? judged.Decision.Facts : []).ToList();
        var state = judged.Decision.State;
        foreach (var balance in state.Balances)
        {
            var awarded = facts.OfType<PointsAwarded>().Where(fact => fact.Currency == balance.Currency).Sum(fact => fact.Amount);
            var expired = facts.OfType<PointsExpired>().Where(fact => fact.Currency == balance.Currency).Sum(fact => fact.Amount);
            Assert.Equal((awarded, awarded - expired), (balance.Earned, balance.Current));
            Assert.True(balance.Current >= 0);
        }

        Assert.All(state.Lots, lots => Assert.True(lots.Head.Concat(lots.Tail).Sum(lot => lot.Amount) <= state.BalanceOf(lots.Currency).Current));
        Assert.All(state.Lots, lots => Assert.All(lots.Head.Concat(lots.Tail), lot => Assert.True(lot.Amount > 0)));
        Assert.Equal(facts.OfType<PointsAwarded>().Select(fact => fact.Currency).Distinct().Order(), state.Balances.Select(balance => balance.Currency).Order());
    }

    private static Dictionary<string, long> Totals(IEnumerable<(string Currency, long Amount)> points) =>
        points.GroupBy(pair => pair.Currency, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Amount), StringComparer.Ordinal);

    // A rule that pays for expired points with points that expire would go on for ever.
    private static bool Expires(GrantSource source) => source.Code[0] != 'f' && source.Code[^1] % 2 == 0;

    // All that one definition awards expires, or nothing of it does, so that a fact tells what became of its points.
    private static RuleBook ExpiringBySource(RuleBook book) => new(
        book.Version,
        book.Currencies,
        [.. book.PointRules.Select(rule => rule with { ExpiresAfter = Expires(new GrantSource("point_rule", rule.Code)) ? Expiry : null })],
        book.Badges,
        [.. book.Challenges.Select(challenge => challenge with
        {
            Rewards = Expiring(challenge.Rewards, challenge.Source),
            Objectives = [.. challenge.Objectives.Select(objective => objective with { Rewards = Expiring(objective.Rewards, challenge.Source) })],
        })],
        [.. book.Streaks.Select(streak => streak with { Milestones = [.. streak.Milestones.Select(step => step with { Rewards = Expiring(step.Rewards, streak.Source) })] })],
        book.Tiers,
        book.Rewards,
        book.Calendar);

    private static IReadOnlyList<Reward> Expiring(IReadOnlyList<Reward> rewards, GrantSource source) =>
        [.. rewards.Select(reward => reward is Reward.Points points ? points with { ExpiresAfter = Expires(source) ? Expiry : null } : reward)];

    // What is spent is taken from lots by their order, whoever awarded them: the ledger of that is checked elsewhere.
    private static bool IsByHand(Move move) => move is Move.Run { Command: AwardPointsInput or DeductPointsInput };
}
