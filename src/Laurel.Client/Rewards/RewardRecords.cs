namespace Laurel.Client;

/// <summary>What the shop offers.</summary>
public sealed record ShopRewardList(IReadOnlyList<ShopReward> Rewards, int Total);

/// <summary>
/// A reward of the shop. <paramref name="Id"/> is its code, <paramref name="PointsCost"/> in the program's first currency, <paramref name="AvailableCodes"/> how many can
/// still be had, null = without bound.
/// </summary>
public sealed record ShopReward(
    string Id, string Name, string Type, string Description, long PointsCost, long? AvailableCodes, int? MaxClaimsPerUser, DateTimeOffset? ExpiresAt);

/// <summary>A reward claimed. <paramref name="CodeValue"/> is null where the reward takes no codes.</summary>
public sealed record RewardClaimed(
    string ClaimId,
    string ParticipantId,
    string RewardCode,
    string RewardName,
    string RewardType,
    string? CodeValue,
    string Status,
    long PointsDeducted,
    long NewBalance,
    DateTimeOffset ClaimedAt,
    IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

/// <summary>
/// A claim with its <paramref name="Status"/> now: <c>issued</c>, <c>redeemed</c> or <c>cancelled</c>. <paramref name="Currency"/> is null where a rule granted it,
/// <paramref name="Source"/> the definition that did, <c>api</c> <c>claim</c> where it was claimed.
/// </summary>
public record Claim(
    string ClaimId,
    string RewardCode,
    string RewardName,
    string RewardType,
    string? CodeValue,
    string? Currency,
    long PointsDeducted,
    GrantSource Source,
    string Status,
    DateTimeOffset ClaimedAt,
    DateTimeOffset? RedeemedAt,
    DateTimeOffset? CancelledAt);

/// <summary>A page of a participant's claims, newest first.</summary>
public sealed record ClaimList(string ParticipantId, IReadOnlyList<Claim> Claims, int Total, int Page, int PageSize);

/// <summary>A claim, whose it is, and what was noted when it moved.</summary>
public sealed record ClaimOfParticipant(
    string ParticipantId,
    string? Reason,
    string ClaimId,
    string RewardCode,
    string RewardName,
    string RewardType,
    string? CodeValue,
    string? Currency,
    long PointsDeducted,
    GrantSource Source,
    string Status,
    DateTimeOffset ClaimedAt,
    DateTimeOffset? RedeemedAt,
    DateTimeOffset? CancelledAt)
    : Claim(ClaimId, RewardCode, RewardName, RewardType, CodeValue, Currency, PointsDeducted, Source, Status, ClaimedAt, RedeemedAt, CancelledAt);

/// <summary>A claim redeemed or cancelled. <paramref name="NewBalance"/> is of the currency that the claim cost, of the first one where it cost none.</summary>
public sealed record ClaimMoved(
    string ClaimId,
    string ParticipantId,
    string RewardCode,
    string RewardName,
    string RewardType,
    string Status,
    long PointsRefunded,
    long NewBalance,
    DateTimeOffset? RedeemedAt,
    DateTimeOffset? CancelledAt,
    IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

/// <summary>An upload of codes. <paramref name="Duplicates"/> the reward had, or they stood more than once in the upload.</summary>
public sealed record RewardCodesAdded(string RewardCode, int Added, int Duplicates, long CodesTotal, long CodesFree);

/// <summary>What is left of a reward; null = no bound. <paramref name="CodesTotal"/> counts those taken too.</summary>
public sealed record RewardStock(string RewardCode, long? Stock, long Issued, long? Available, long CodesTotal, long CodesFree);

internal sealed record Claiming(string ParticipantId, bool PointsDeduction);

internal sealed record MovingClaim(string? Reason);

internal sealed record UploadingCodes(IReadOnlyList<string> Codes);
