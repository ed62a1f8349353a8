using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rewards;

namespace Laurel.Core.Tests.Rewards;

/// <summary>What a participant of the shop of <see cref="Shop_properties"/> has, reckoned the simple way.</summary>
internal sealed class ShopModel(int coupons, int mugs)
{
    private static readonly Dictionary<string, int> Costs = new(StringComparer.Ordinal) { ["coupon"] = 7, ["mug"] = 11, ["wallpaper"] = 2, ["gift"] = 0 };
    private static readonly Dictionary<string, int> Caps = new(StringComparer.Ordinal) { ["coupon"] = 3, ["gift"] = 1 };
    private static readonly Timestamp WallpaperEnds = Kept("2026-01-03");
    private readonly Dictionary<string, int> _left = new(StringComparer.Ordinal) { ["coupon"] = coupons, ["mug"] = mugs };
    private long _lasting;

    /// <summary>Points that expire, by when.</summary>
    public SortedDictionary<long, long> Lots { get; } = [];

    public long Balance => Lots.Values.Sum() + _lasting;

    public long Earned { get; private set; }

    public long Spent { get; private set; }

    public List<IssuedClaim> Claims { get; } = [];

    public Dictionary<FactId, string> Moved { get; } = [];

    /// <summary>Claims that count towards caps.</summary>
    public Dictionary<string, int> Counted { get; } = new(StringComparer.Ordinal);

    public void Expire(Timestamp now)
    {
        foreach (var due in Lots.Keys.TakeWhile(due => due <= now.UnixMicroseconds).ToList())
        {
            Lots.Remove(due);
        }
    }

    public Refusal? Award(long amount, Timestamp? expiresAt)
    {
        Earned += amount;
        if (expiresAt is { } at)
        {
            Lots[at.UnixMicroseconds] = Lots.GetValueOrDefault(at.UnixMicroseconds) + amount;
        }
        else
        {
            _lasting += amount;
        }

        return null;
    }

    public Refusal? Deduct(long amount)
    {
        if (Balance < amount)
        {
            return Refusal.InsufficientPoints;
        }

        Spent += amount;
        while (amount > 0 && Lots.Count > 0)
        {
            var (at, held) = Lots.First();
            var taken = Math.Min(amount, held);
            amount -= taken;
            Lots[at] = held - taken;
            if (Lots[at] == 0)
            {
                Lots.Remove(at);
            }
        }

        _lasting -= amount;
        return null;
    }

    public Refusal? Claim(string code, bool isPaid, Timestamp now)
    {
        if (!Costs.TryGetValue(code, out var cost))
        {
            return Refusal.RewardNotFound;
        }

        if (code == "wallpaper" && now >= WallpaperEnds)
        {
            return Refusal.RewardExpired;
        }

        if (Counted.GetValueOrDefault(code) >= Caps.GetValueOrDefault(code, int.MaxValue))
        {
            return Refusal.RewardClaimLimitReached;
        }

        if (isPaid && Balance < cost)
        {
            return Refusal.InsufficientPoints;
        }

        if (_left.TryGetValue(code, out var left) && left == 0)
        {
            return Refusal.RewardOutOfStock;
        }

        _left[code] = _left.ContainsKey(code) ? left - 1 : int.MaxValue;
        Counted[code] = Counted.GetValueOrDefault(code) + 1;
        return isPaid ? Deduct(cost) : null;
    }

    public Refusal? Move(IssuedClaim claim, bool isRedeemed)
    {
        if (Moved.TryGetValue(claim.ClaimId, out var status))
        {
            return status == ClaimStanding.Redeemed ? Refusal.ClaimRedeemed : Refusal.ClaimCancelled;
        }

        Moved.Add(claim.ClaimId, isRedeemed ? ClaimStanding.Redeemed : ClaimStanding.Cancelled);
        if (!isRedeemed)
        {
            Counted[claim.RewardCode]--;
            Spent -= claim.PointsDeducted;
            _lasting += claim.PointsDeducted;
        }

        return null;
    }

    private static Timestamp Kept(string day) => Evaluation.SimulatedParticipant.At(day);
}
