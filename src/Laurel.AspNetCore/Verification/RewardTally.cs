using System.Collections.Concurrent;
using System.Globalization;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Verification;

/// <summary>
/// Counts the rewards that facts say were issued, and holds each fact's code against the pool. A code's row names one fact; so if every fact finds itself named by its
/// code, no code was given twice, and nobody need remember them all. Any thread.
/// </summary>
internal sealed class RewardTally(IStoreSnapshot snapshot, VerifiedEnvironments environments, Action<Difference> report)
{
    private readonly ConcurrentDictionary<RewardName, (long Granted, long Codes)> _granted = new();

    /// <summary>Counts an issued reward and looks its code up. <paramref name="where"/> names the participant for people.</summary>
    public async ValueTask AddAsync(string where, EnvironmentKey environment, LogRow input, RewardIssued fact, CancellationToken cancellationToken)
    {
        var reward = new RewardName(environment, fact.RewardCode);
        var codes = fact.CodeValue is null ? 0 : 1;
        _granted.AddOrUpdate(reward, (1, codes), (_, sum) => (sum.Granted + 1, sum.Codes + codes));
        if (fact.CodeValue is not { } value)
        {
            return;
        }

        var member = $"code '{value}' of reward '{fact.RewardCode}'";
        var factId = DerivedFact.IdOf(input.EventId, fact.Place);
        var expected = Text(new CodeTaken(input.ParticipantKey, factId, input.ReceivedAt));
        var code = await snapshot.FindCodeAsync(reward, value, cancellationToken);
        var actual = code is null ? "not in the pool" : code.Taken is null ? "free" : Text(code.Taken);
        if (actual != expected)
        {
            report(new Difference(where, input.Seq, member, expected, actual));
        }
    }

    /// <summary>Holds stocks and pools against what was counted, once every participant was.</summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var pools = new Dictionary<RewardName, (long Total, long Taken)>();
        await foreach (var record in snapshot.ReadAsync(StoreSection.RewardCodes, cancellationToken))
        {
            var code = (RewardCodeRecord)record;
            var (total, taken) = pools.GetValueOrDefault(code.Reward);
            pools[code.Reward] = (total + 1, taken + (code.Taken is null ? 0 : 1));
        }

        var stocks = new Dictionary<RewardName, RewardStock>();
        await foreach (var record in snapshot.ReadAsync(StoreSection.RewardStocks, cancellationToken))
        {
            var stock = (RewardStockRecord)record;
            stocks.Add(stock.Reward, stock.Stock);
        }

        foreach (var reward in _granted.Keys.Union(pools.Keys).Union(stocks.Keys))
        {
            var (granted, codes) = _granted.GetValueOrDefault(reward);
            var (total, taken) = pools.GetValueOrDefault(reward);
            var stock = stocks.GetValueOrDefault(reward) ?? new RewardStock(0, 0, 0);
            Compare(reward, "issued", granted, stock.Issued);
            Compare(reward, "taken codes", codes, taken);
            Compare(reward, "codes_total", total, stock.CodesTotal);
            Compare(reward, "codes_free", total - taken, stock.CodesFree);
        }
    }

    private void Compare(RewardName reward, string member, long expected, long actual)
    {
        if (expected != actual)
        {
            report(new Difference(
                $"reward '{reward.Code}' of {environments.NameOf(reward.Environment)}",
                null,
                member,
                expected.ToString(CultureInfo.InvariantCulture),
                actual.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static string Text(CodeTaken taken) => $"taken by fact {taken.FactId} of participant {taken.ParticipantKey} at {taken.At.UnixMicroseconds}";
}
