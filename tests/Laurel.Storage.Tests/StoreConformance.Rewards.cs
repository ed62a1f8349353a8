using System.Text;
using Laurel.Facts;

namespace Laurel.Storage.Tests;

/// <summary>Stocks and codes.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Sixty_four_batches_at_once_take_each_code_once_and_in_order()
    {
        var journal = NewJournal();
        var reward = new RewardName(journal.Environment, "coupon");
        await using (var store = await OpenAsync())
        {
            await store.AddRewardCodesAsync(reward, [.. Enumerable.Range(0, 100).Select(i => $"SAVE-{i}")], Stop);
            var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => ClaimAsync(store, journal.Name($"p{i}"), reward, codes: 2))));
            Assert.Equal(100, taken.Sum(codes => codes.Count));
            Assert.Equal(100, taken.SelectMany(codes => codes).Distinct().Count());
            Assert.All(taken, codes => Assert.Equal(codes.OrderBy(code => code.Id), codes));
            Assert.Equal(Enumerable.Range(0, 100).Select(i => $"SAVE-{i}"), taken.SelectMany(codes => codes).OrderBy(code => code.Id).Select(code => code.Value));
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(new RewardStock(100, 100, 0), (await reopened.ReadRewardStocksAsync(journal.Environment, Stop))["coupon"]);
        Assert.Empty(await ClaimAsync(reopened, journal.Name("late"), reward, codes: 2));
    }

    /// <summary>One batch in which a participant takes as many codes as there are, at most <paramref name="codes"/>.</summary>
    private protected static async Task<IReadOnlyList<RewardCode>> ClaimAsync(ILaurelStore store, ParticipantName participant, RewardName reward, int codes)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([participant], [], []), Stop);
        var supply = (await store.LockRewardsAsync(batch, [new RewardDemand(reward, codes)], Stop))[0];
        var writes = new BatchWrites();
        writes.Rewards.AddRange(supply.Codes.Select((code, i) => Issue(reward, code, i)));
        await store.CommitAsync(batch, writes, Stop);
        return supply.Codes;
    }

    private protected static RewardIssue Issue(RewardName reward, RewardCode? code, int number) =>
        new(reward, code, ParticipantKey: 7, FactId.StartOfBlock(new Timestamp(1_000_000), (ulong)number << 16), new Timestamp(number));

    [Fact]
    public async Task A_reward_without_limit_is_counted_without_having_been_asked_for()
    {
        await using var store = await OpenAsync();
        var environment = NewJournal().Environment;
        string[] codes = ["mug", "hat", "mug"];
        for (var round = 0; round < 2; round++)
        {
            var batch = await store.OpenBatchAsync(new BatchRequest([new ParticipantName(environment, "p")], [], []), Stop);
            var writes = new BatchWrites();
            writes.Rewards.AddRange(codes.Select((code, i) => Issue(new RewardName(environment, code), code: null, (round * 3) + i)));
            await store.CommitAsync(batch, writes, Stop);
        }

        var stocks = await store.ReadRewardStocksAsync(environment, Stop);
        Assert.Equal((new RewardStock(4, 0, 0), new RewardStock(2, 0, 0)), (stocks["mug"], stocks["hat"]));
    }

    [Fact]
    public async Task A_code_is_added_once_to_a_reward_and_once_to_each_other_one()
    {
        await using var store = await OpenAsync();
        var (one, other) = (NewJournal().Environment, NewJournal().Environment);
        var coupon = new RewardName(one, "coupon");
        Assert.Equal(3, await store.AddRewardCodesAsync(coupon, ["a", "b", "a", "ä"], Stop));
        Assert.Equal(0, await store.AddRewardCodesAsync(coupon, [], Stop));
        Assert.Equal("a", Assert.Single(await ClaimAsync(store, new ParticipantName(one, "p"), coupon, codes: 1)).Value);
        Assert.Equal(1, await store.AddRewardCodesAsync(coupon, ["c", "a", "b"], Stop));
        Assert.Equal(1, await store.AddRewardCodesAsync(new RewardName(one, "gift"), ["a"], Stop));
        Assert.Equal(1, await store.AddRewardCodesAsync(new RewardName(other, "coupon"), ["a"], Stop));

        Assert.Equal(
            [("coupon", new RewardStock(1, 4, 3)), ("gift", new RewardStock(0, 1, 1))],
            (await store.ReadRewardStocksAsync(one, Stop)).OrderBy(stock => stock.Key, StringComparer.Ordinal).Select(stock => (stock.Key, stock.Value)));
        Assert.Equal(new RewardStock(0, 1, 1), (await store.ReadRewardStocksAsync(other, Stop))["coupon"]);
        Assert.Empty(await store.ReadRewardStocksAsync(NewJournal().Environment, Stop));
        Assert.Equal(["b", "ä", "c"], (await ClaimAsync(store, new ParticipantName(one, "p"), coupon, codes: 9)).Select(code => code.Value));
    }

    [Fact]
    public async Task Rewards_are_counted_with_codes_and_without()
    {
        await using var store = await OpenAsync();
        var environment = NewJournal().Environment;
        RewardName badgeOfHonour = new(environment, "badge_of_honour"), coupon = new(environment, "coupon");
        await store.AddRewardCodesAsync(coupon, ["a", "b", "c"], Stop);
        for (var round = 0; round < 3; round++)
        {
            var batch = await store.OpenBatchAsync(new BatchRequest([], [], []), Stop);
            var supplies = await store.LockRewardsAsync(batch, [new RewardDemand(badgeOfHonour, 0), new RewardDemand(coupon, 1)], Stop);
            var writes = new BatchWrites();
            writes.Rewards.AddRange([Issue(badgeOfHonour, null, 1), Issue(badgeOfHonour, null, 2), Issue(coupon, supplies[1].Codes[0], 3)]);
            await store.CommitAsync(batch, writes, Stop);
            Assert.Equal([(badgeOfHonour, round * 2L, 0), (coupon, round, 1)], supplies.Select(supply => (supply.Reward, supply.Issued, supply.Codes.Count)));
        }

        var stocks = await store.ReadRewardStocksAsync(environment, Stop);
        Assert.Equal((new RewardStock(6, 0, 0), new RewardStock(3, 3, 0)), (stocks["badge_of_honour"], stocks["coupon"]));
    }

    [Fact]
    public async Task A_commit_that_takes_a_code_twice_or_of_another_reward_is_refused_as_a_whole()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        RewardName coupon = new(journal.Environment, "coupon"), gift = new(journal.Environment, "gift");
        await store.AddRewardCodesAsync(coupon, ["a", "b"], Stop);
        await journal.CommitAsync(store, new Draft("p", "e", 1, 1));
        foreach (var isOtherReward in new[] { false, true })
        {
            var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p")], [], []), Stop);
            var code = (await store.LockRewardsAsync(batch, [new RewardDemand(coupon, 1)], Stop))[0].Codes[0];
            var (writes, _) = journal.Prepare(batch, [new Draft("p", "e", 2, 1)]);
            writes.Rewards.AddRange(isOtherReward ? [Issue(gift, code, 1)] : [Issue(coupon, code, 1), Issue(coupon, code, 2)]);
            var failure = await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(batch, writes, Stop));
            Assert.Equal(StoreFault.Refused, failure.Fault);
            Assert.Equal(new RewardStock(0, 2, 2), Assert.Single(await store.ReadRewardStocksAsync(journal.Environment, Stop)).Value);
            await Comparison.SameAsync(store, journal);
        }

        Assert.Equal(["a", "b"], (await ClaimAsync(store, journal.Name("p"), coupon, codes: 3)).Select(code => code.Value));
    }

    [Fact]
    public async Task An_abandoned_batch_takes_no_code()
    {
        await using var store = await OpenAsync();
        var coupon = new RewardName(NewJournal().Environment, "coupon");
        await store.AddRewardCodesAsync(coupon, ["a"], Stop);
        for (var i = 0; i < 2; i++)
        {
            var batch = await store.OpenBatchAsync(new BatchRequest([], [], []), Stop);
            var supply = Assert.Single(await store.LockRewardsAsync(batch, [new RewardDemand(coupon, 5)], Stop));
            await store.AbandonAsync(batch);
            Assert.Equal((0, "a"), (supply.Issued, Assert.Single(supply.Codes).Value));
        }
    }

    [Fact]
    public async Task Pieces_of_a_state_are_replaced_and_removed_and_are_loaded_by_batches()
    {
        var journal = NewJournal();
        await using (var store = await OpenAsync())
        {
            await journal.CommitAsync(store, new Draft("p", "e", 1, 0), new Draft("q", "e", 1, 0));
            long p = journal.Inputs[0].Row.ParticipantKey, q = journal.Inputs[1].Row.ParticipantKey;
            await WritePartsAsync(store, (p, "x", "1"), (p, "y", "2"), (q, "x", "3"));
            await WritePartsAsync(store, (p, "x", "[4]"), (p, "y", null), (p, "never", null), (q, "x", "5"), (q, "x", "6"));

            var batch = await store.OpenBatchAsync(new BatchRequest([], [], []), Stop);
            var loaded = await store.LoadPartsAsync(batch, [new(p, "x"), new(p, "y"), new(q, "x"), new(q, "X"), new(p, "x")], Stop);
            await store.AbandonAsync(batch);
            Assert.Equal([(p, "x", "[4]"), (q, "x", "6")], loaded.Select(part => (part.Key.ParticipantKey, part.Key.Key, Encoding.UTF8.GetString(part.Value.Span))).Order());
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(["x"], (await reopened.ReadPartsAsync(journal.Name("p"), ["x", "y"], Stop)).Keys);
        Assert.Empty(await reopened.ReadPartsAsync(journal.Name("nobody"), ["x"], Stop));
        await Comparison.SameAsync(reopened, journal);
    }

    private static async Task WritePartsAsync(ILaurelStore store, params (long Participant, string Key, string? Document)[] parts)
    {
        var batch = await store.OpenBatchAsync(new BatchRequest([], [], []), Stop);
        var writes = new BatchWrites();
        foreach (var (participant, key, document) in parts)
        {
            writes.Parts.Add(new PartWrite(new PartName(participant, key), document is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(document)));
        }

        await store.CommitAsync(batch, writes, Stop);
    }
}
