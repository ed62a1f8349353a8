using System.Text.Json;
using System.Text.Json.Nodes;

namespace Laurel.Client;

/// <summary>Points to award: 1 to 1,000,000.</summary>
public sealed record AwardPoints(string ParticipantId, long Amount)
{
    /// <summary>The program's first currency where it is null.</summary>
    public string? Currency { get; init; }

    /// <summary>At most 500 characters; comes back in the ledger.</summary>
    public string? Reason { get; init; }

    /// <summary>Yours: at most 8 KiB; comes back in the ledger.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>When what is left of these points expires; null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Points to take: 1 to 1,000,000.</summary>
public sealed record DeductPoints(string ParticipantId, long Amount)
{
    /// <summary>The program's first currency where it is null.</summary>
    public string? Currency { get; init; }

    /// <summary>At most 500 characters; comes back in the ledger.</summary>
    public string? Reason { get; init; }

    /// <summary>Yours: at most 8 KiB; comes back in the ledger.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>An award and what it set off. <paramref name="TransactionId"/> is the id of the fact <c>points.awarded</c>.</summary>
public sealed record PointsAwarded(
    string TransactionId,
    string ParticipantId,
    string Currency,
    long Amount,
    long NewBalance,
    TierUpgrade? TierUpgrade,
    IReadOnlyList<UnlockedBadge> BadgesUnlocked,
    IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

public sealed record TierUpgrade(string Code, string Name, int Level, string? PreviousCode, int? PreviousLevel);

public sealed record UnlockedBadge(string BadgeCode, string BadgeName, string Rarity);

/// <summary>Points taken; <paramref name="Amount"/> is positive.</summary>
public sealed record PointsDeducted(
    string TransactionId, string ParticipantId, string Currency, long Amount, long NewBalance, IReadOnlyList<GrantedReward> RewardsGranted) : LaurelAnswer;

/// <summary>What a batch came to; <paramref name="Results"/> in the order sent.</summary>
public sealed record PointsBatchAwarded(int Processed, int Failed, IReadOnlyList<BatchedAward> Results);

/// <summary>One award of a batch: <paramref name="Status"/> is <c>processed</c>, or <c>error</c>, where <paramref name="Error"/> is all there is.</summary>
public sealed record BatchedAward(
    string Status,
    string ParticipantId,
    string? TransactionId = null,
    string? Currency = null,
    long? Amount = null,
    long? NewBalance = null,
    TierUpgrade? TierUpgrade = null,
    IReadOnlyList<UnlockedBadge>? BadgesUnlocked = null,
    IReadOnlyList<GrantedReward>? RewardsGranted = null,
    BatchError? Error = null);

/// <summary>Totals of the first currency, and of each in <paramref name="Currencies"/>, by code.</summary>
public sealed record PointTotals(long Balance, long TotalEarned, long TotalSpent, IReadOnlyDictionary<string, CurrencyTotals> Currencies);

/// <summary>What there is, what was ever earned, which never falls, and what was spent.</summary>
public sealed record CurrencyTotals(long Balance, long TotalEarned, long TotalSpent);

/// <summary>A participant's <see cref="PointTotals"/>.</summary>
public sealed record PointBalance(string ParticipantId, long Balance, long TotalEarned, long TotalSpent, IReadOnlyDictionary<string, CurrencyTotals> Currencies);

/// <summary>A page of the ledger, newest first.</summary>
public sealed record PointTransactionList(string ParticipantId, IReadOnlyList<PointTransaction> Transactions, int Total, int Page, int PageSize);

/// <summary>
/// A line of the ledger: <paramref name="Type"/> is <c>award</c>, <c>deduct</c>, <c>expire</c> or <c>refund</c>, <paramref name="Amount"/> what the balance changed by,
/// signed, <paramref name="EventId"/> the event behind it, null where a call by hand or the clock moved the points.
/// </summary>
public sealed record PointTransaction(
    string TransactionId,
    string Type,
    string Currency,
    long Amount,
    long BalanceAfter,
    GrantSource Source,
    string? Reason,
    JsonElement? Metadata,
    string? CausedBy,
    string? EventId,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt);

internal sealed record AwardBatch(IReadOnlyList<AwardPoints> Awards);
