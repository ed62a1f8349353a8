namespace Laurel.Client;

/// <summary>The shop and its claims. What goes by a claim's id alone, codes and stock need a key with the scope <c>admin</c>.</summary>
public sealed class RewardsClient
{
    private readonly Wire _wire;

    internal RewardsClient(Wire wire) => _wire = wire;

    /// <summary>What the shop offers; <paramref name="rewardType"/> is <c>coupon</c>, <c>voucher</c>, <c>physical</c>, <c>digital</c> or <c>points_multiplier</c>.</summary>
    public Task<ShopRewardList> ListAsync(string? rewardType = null, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.With(Paths.Root + "rewards", ("reward_type", rewardType)), LaurelJson.Default.ShopRewardList, cancellationToken);

    /// <summary>Claims a reward for its price, or for nothing where <paramref name="pointsDeduction"/> is false.</summary>
    public Task<RewardClaimed> ClaimAsync(
        string rewardCode, string participantId, bool pointsDeduction = true, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _wire.PostOnceAsync(
            Paths.Below("rewards/", rewardCode, "/claim"),
            new Claiming(participantId, pointsDeduction),
            LaurelJson.Default.Claiming,
            idempotencyKey,
            LaurelJson.Default.RewardClaimed,
            cancellationToken);

    /// <summary>A page of a participant's claims, newest first, granted by rules and claimed.</summary>
    public Task<ClaimList> ListClaimsAsync(string participantId, int page = 1, int pageSize = 50, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(Paths.Participant(participantId, "/claims"), ("page", Paths.Number(page)), ("page_size", Paths.Number(pageSize))),
            LaurelJson.Default.ClaimList,
            cancellationToken);

    /// <summary>A claim, for whoever honours it. Scope <c>admin</c>.</summary>
    public Task<ClaimOfParticipant> ReadClaimAsync(string claimId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Below("admin/claims/", claimId), LaurelJson.Default.ClaimOfParticipant, cancellationToken);

    /// <summary>Says that a reward was used. A claim moves once. Scope <c>admin</c>.</summary>
    public Task<ClaimMoved> RedeemAsync(string claimId, string? reason = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        MoveAsync(claimId, "/redeem", reason, idempotencyKey, cancellationToken);

    /// <summary>Cancels a claim and gives back the points that it cost. Scope <c>admin</c>.</summary>
    public Task<ClaimMoved> CancelAsync(string claimId, string? reason = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        MoveAsync(claimId, "/cancel", reason, idempotencyKey, cancellationToken);

    /// <summary>Adds codes to a reward's pool, up to 100,000. Those that it has are counted as duplicates. Scope <c>admin</c>.</summary>
    public Task<RewardCodesAdded> AddCodesAsync(string rewardCode, IEnumerable<string> codes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(codes);
        return _wire.SendAsync(
            HttpMethod.Post,
            Paths.Below("admin/rewards/", rewardCode, "/codes"),
            new UploadingCodes([.. codes]),
            LaurelJson.Default.UploadingCodes,
            LaurelJson.Default.RewardCodesAdded,
            cancellationToken);
    }

    /// <summary>What is left of a reward. Scope <c>admin</c>.</summary>
    public Task<RewardStock> ReadStockAsync(string rewardCode, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Below("admin/rewards/", rewardCode, "/stock"), LaurelJson.Default.RewardStock, cancellationToken);

    private Task<ClaimMoved> MoveAsync(string claimId, string move, string? reason, string? idempotencyKey, CancellationToken cancellationToken) =>
        _wire.PostOnceAsync(
            Paths.Below("admin/claims/", claimId, move),
            new MovingClaim(reason),
            LaurelJson.Default.MovingClaim,
            idempotencyKey,
            LaurelJson.Default.ClaimMoved,
            cancellationToken);
}
