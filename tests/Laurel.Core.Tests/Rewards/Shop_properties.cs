using CsCheck;
using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rewards;

namespace Laurel.Core.Tests.Rewards;

/// <summary>Points by hand, claims and what becomes of them, against a model that keeps every lot and every claim by itself.</summary>
public class Shop_properties
{
    private const string Program =
        """
        {"rewards":[
          {"code":"coupon","type":"coupon","points_cost":7,"code_pool":true,"max_claims_per_participant":3},
          {"code":"mug","type":"physical","points_cost":11,"stock":5},
          {"code":"wallpaper","type":"digital","points_cost":2,"expires_at":"2026-01-03T00:00:00Z"},
          {"code":"gift","type":"digital","max_claims_per_participant":1}]}
        """;

    private static readonly string[] Codes = ["coupon", "mug", "wallpaper", "gift", "nothing"];

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (4, Gen.Select(Gen.Int[1, 30], Gen.Int[0, 40], (amount, hours) => (Step)new Step.Award(amount, hours))),
        (2, Gen.Int[1, 40].Select(amount => (Step)new Step.Deduct(amount))),
        (5, Gen.Select(Gen.Int[0, Codes.Length - 1], Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))), (code, isPaid) => (Step)new Step.Claim(Codes[code], isPaid))),
        (3, Gen.Select(Gen.Int[0, 20], Gen.Bool, (place, isRedeemed) => (Step)new Step.Move(place, isRedeemed))),
        (1, Gen.Int[1, 12].Select(hours => (Step)new Step.Wait(hours))));

    private abstract record Step
    {
        /// <summary>Hours until what was awarded expires; 0 = never.</summary>
        public sealed record Award(int Amount, int Hours) : Step;

        public sealed record Deduct(int Amount) : Step;

        public sealed record Claim(string Code, bool IsPaid) : Step;

        public sealed record Move(int Place, bool IsRedeemed) : Step;

        public sealed record Wait(int Hours) : Step;
    }

    [Fact]
    public void Balances_lots_caps_and_claims_are_those_of_the_model()
    {
        var seen = new int[FactKinds.All.Count];
        var refused = new HashSet<Refusal>();
        Gen.Select(AnyStep.Array[1, 120], Gen.Int[0, 6], Gen.Int[0, 5]).Sample(
            (steps, coupons, mugs) =>
            {
                var participant = new SimulatedParticipant(Kept.Book(Program)) { Stock = { ["coupon"] = coupons, ["mug"] = mugs } };
                var model = new ShopModel(coupons, mugs);
                var now = Kept.NewYear;
                foreach (var step in steps)
                {
                    now = Kept.Later(now, step is Step.Wait wait ? TimeSpan.FromHours(wait.Hours) : TimeSpan.FromMinutes(1));
                    participant.PassTime(now);
                    model.Expire(now);
                    Do(step, participant, model, now, refused);
                    Compare(model, participant);
                }

                participant.Facts.ForEach(fact => seen[fact.KindIndex]++);
                IsReplayed(participant);
            },
            iter: LongRun.Times(300),
            threads: 1);

        // What never happened was never tested.
        foreach (var kind in (string[])[FactKinds.PointsDeducted, FactKinds.PointsRefunded, FactKinds.PointsExpired, FactKinds.RewardClaimed, FactKinds.RewardRedeemed, FactKinds.RewardCancelled])
        {
            Assert.True(seen[FactKinds.All.ToList().IndexOf(kind)] > 50, $"{kind}: {string.Join(' ', seen)}");
        }

        Assert.Superset(
            new HashSet<Refusal>
            {
                Refusal.InsufficientPoints, Refusal.RewardNotFound, Refusal.RewardExpired, Refusal.RewardOutOfStock, Refusal.RewardClaimLimitReached, Refusal.ClaimCancelled, Refusal.ClaimRedeemed,
            },
            refused);
    }

    private static void Do(Step step, SimulatedParticipant participant, ShopModel model, Timestamp now, HashSet<Refusal> refused)
    {
        Refusal? expected;
        Decision decision;
        switch (step)
        {
            case Step.Award award:
                Timestamp? expiresAt = award.Hours == 0 ? null : Kept.Later(now, TimeSpan.FromHours(award.Hours));
                decision = participant.Run(new AwardPointsInput(default, null, award.Amount, null, null, expiresAt, default), now);
                expected = model.Award(award.Amount, expiresAt);
                break;
            case Step.Deduct deduct:
                decision = participant.Run(new DeductPointsInput(default, null, deduct.Amount, null, null, default), now);
                expected = model.Deduct(deduct.Amount);
                break;
            case Step.Claim claim:
                decision = participant.Run(new ClaimRewardInput(default, claim.Code, claim.IsPaid, default), now);
                expected = model.Claim(claim.Code, claim.IsPaid, now);
                if (expected is null)
                {
                    var claimed = decision.Facts.OfType<RewardClaimed>().Single();
                    var claimId = DerivedFact.IdOf(participant.Log[^1].Input.Id, claimed.Place);
                    model.Claims.Add(new IssuedClaim(claimId, claimed.RewardCode, claimed.RewardName, claimed.RewardType, claimed.Currency, claimed.PointsDeducted));
                }

                break;
            case Step.Move move when model.Claims.Count > 0:
                var issued = model.Claims[move.Place % model.Claims.Count];
                decision = participant.Run(move.IsRedeemed ? new RedeemClaimInput(default, issued, "r", default) : new CancelClaimInput(default, issued, null, default), now);
                expected = model.Move(issued, move.IsRedeemed);
                break;
            default:
                return;
        }

        Assert.Equal(expected, decision.Refusal);
        if (decision.Refusal is { } refusal)
        {
            refused.Add(refusal);
            Assert.Empty(decision.Facts);
        }
    }

    private static void Compare(ShopModel model, SimulatedParticipant participant)
    {
        var balance = participant.State.BalanceOf("points");
        var lots = participant.State.Lots.SelectMany(book => book.Head).ToList();
        Assert.Equal((model.Balance, model.Earned, model.Spent), (balance.Current, balance.Earned, balance.Spent));
        Assert.Equal(model.Lots.Select(lot => new Lot(new Timestamp(lot.Key), lot.Value)), lots);
        Assert.InRange(lots.Sum(lot => lot.Amount), 0, balance.Current);
        Assert.All(Codes, code => Assert.Equal(model.Counted.GetValueOrDefault(code), participant.State.Rewards.SingleOrDefault(count => count.Code == code)?.Claims ?? 0));
        foreach (var claim in model.Claims)
        {
            var part = participant.Parts.GetValueOrDefault(ClaimStanding.KeyOf(claim.ClaimId));
            Assert.Equal(model.Moved.GetValueOrDefault(claim.ClaimId), ClaimStanding.Read(part)?.Status);
        }
    }

    // From the log as it is kept, names and payloads, to the same state, facts and parts.
    private static void IsReplayed(SimulatedParticipant live)
    {
        var (state, facts) = (ParticipantState.New, new List<DerivedFact>());
        var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        foreach (var (book, logged, outcomes) in live.Log)
        {
            var decision = Judge(logged is CommandInput command ? ReadBack(command) : logged);
            state = decision.State;
            facts.AddRange(decision.Facts);
            foreach (var (key, document) in decision.Parts)
            {
                parts[key] = document;
            }

            Decision Judge(Input input)
            {
                while (true)
                {
                    var decided = Evaluator.Evaluate(book, state, input, new Supplies(parts, outcomes));
                    if (decided.IsFinal)
                    {
                        return decided;
                    }

                    Assert.Null(decided.WantedReward);
                    foreach (var key in decided.MissingParts)
                    {
                        parts[key] = null;
                    }
                }
            }
        }

        Assert.Equal(Kept.State(live.State), Kept.State(state));
        Assert.Equal(Kept.Facts(live.Facts), Kept.Facts(facts));
        Assert.Equal(Kept.Parts(live.Parts), Kept.Parts(parts.Where(part => part.Value is not null).ToDictionary(part => part.Key, part => part.Value!.Value.ToArray(), StringComparer.Ordinal)));
    }

    private static CommandInput ReadBack(CommandInput command)
    {
        using var payload = System.Text.Json.JsonDocument.Parse(command.Payload().Json);
        var read = CommandNames.Read(command.Name, payload.RootElement, command.Id, command.ReceivedAt);
        Assert.Equal(command, read);
        return read!;
    }
}
