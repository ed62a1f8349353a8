namespace Laurel.Client;

/// <summary>Codes of <see cref="LaurelException"/> that callers act on. The API reference lists all of them with each call.</summary>
public static class LaurelErrorCodes
{
    /// <summary>Of the client: no server was reached, or the connection broke.</summary>
    public const string Unreachable = "CLIENT_UNREACHABLE";

    /// <summary>Of the client: no answer came within the options' times.</summary>
    public const string TimedOut = "CLIENT_TIMED_OUT";

    /// <summary>Of the client: the answer is none that Laurel gives.</summary>
    public const string Unreadable = "CLIENT_ANSWER_UNREADABLE";

    /// <summary>401: the key is missing, wrong, expired or revoked.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403: the key has not the scope, or its tenant is disabled.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>422: <see cref="LaurelException.Errors"/> lists what is wrong.</summary>
    public const string Unprocessable = "unprocessable_entity";

    public const string ParticipantNotFound = "PARTICIPANT_NOT_FOUND";
    public const string EventNotFound = "EVENT_NOT_FOUND";
    public const string CurrencyNotFound = "CURRENCY_NOT_FOUND";
    public const string BadgeNotFound = "BADGE_NOT_FOUND";
    public const string TierNotFound = "TIER_NOT_FOUND";
    public const string StreakNotFound = "STREAK_NOT_FOUND";
    public const string ChallengeNotFound = "CHALLENGE_NOT_FOUND";
    public const string RewardNotFound = "REWARD_NOT_FOUND";
    public const string ClaimNotFound = "CLAIM_NOT_FOUND";

    /// <summary>400: the balance holds fewer points than asked for. Nothing was taken.</summary>
    public const string InsufficientPoints = "INSUFFICIENT_POINTS";

    /// <summary>400: the idempotency key is empty, too long, or has other characters than <c>A-Z a-z 0-9 _ - : .</c>.</summary>
    public const string IdempotencyKeyInvalid = "IDEMPOTENCY_KEY_INVALID";

    public const string BalanceFull = "BALANCE_FULL";
    public const string ChallengeCompleted = "CHALLENGE_COMPLETED";
    public const string ChallengeNotOpen = "CHALLENGE_NOT_OPEN";
    public const string NotEligible = "NOT_ELIGIBLE";
    public const string RewardOutOfStock = "REWARD_OUT_OF_STOCK";
    public const string RewardExpired = "REWARD_EXPIRED";
    public const string RewardClaimLimitReached = "REWARD_CLAIM_LIMIT_REACHED";
    public const string ClaimRedeemed = "CLAIM_REDEEMED";
    public const string ClaimCancelled = "CLAIM_CANCELLED";

    /// <summary>412: another program was published meanwhile.</summary>
    public const string ProgramVersionMismatch = "PROGRAM_VERSION_MISMATCH";

    /// <summary>429: the participant receives more writes than its cap allows.</summary>
    public const string ParticipantRateExceeded = "RATE_LIMIT_PARTICIPANT_EXCEEDED";

    /// <summary>429: the key makes more calls than the server allows.</summary>
    public const string KeyRateExceeded = "RATE_LIMIT_KEY_EXCEEDED";

    /// <summary>503: more writes wait than the server may hold. Nothing was kept.</summary>
    public const string QueueFull = "QUEUE_FULL";

    /// <summary>503: the store cannot serve now. Nothing was kept.</summary>
    public const string StoreUnavailable = "STORE_UNAVAILABLE";

    /// <summary>503: it is not known whether the write was kept. The same call with the same key tells.</summary>
    public const string OutcomeUnknown = "OUTCOME_UNKNOWN";
}
