namespace Laurel.Client;

/// <summary>Points by hand, balances and the ledger.</summary>
public sealed class PointsClient
{
    private readonly Wire _wire;

    internal PointsClient(Wire wire) => _wire = wire;

    /// <summary>Awards points; what they set off, tiers and badges, is in the answer.</summary>
    public Task<PointsAwarded> AwardAsync(AwardPoints award, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(award);
        return _wire.PostOnceAsync(
            Paths.Root + "points/award", award, LaurelJson.Default.AwardPoints, idempotencyKey, LaurelJson.Default.PointsAwarded, cancellationToken);
    }

    /// <summary>Takes points. Too few are <see cref="LaurelErrorCodes.InsufficientPoints"/>, and nothing is taken.</summary>
    public Task<PointsDeducted> DeductAsync(DeductPoints deduction, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deduction);
        return _wire.PostOnceAsync(
            Paths.Root + "points/deduct", deduction, LaurelJson.Default.DeductPoints, idempotencyKey, LaurelJson.Default.PointsDeducted, cancellationToken);
    }

    /// <summary>Awards points up to 100 times, each on its own: one that fails fails alone. The key makes all of it safe to send again.</summary>
    public Task<PointsBatchAwarded> AwardBatchAsync(IEnumerable<AwardPoints> awards, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(awards);
        return _wire.PostOnceAsync(
            Paths.Root + "points/award-batch",
            new AwardBatch([.. awards]),
            LaurelJson.Default.AwardBatch,
            idempotencyKey,
            LaurelJson.Default.PointsBatchAwarded,
            cancellationToken);
    }

    /// <summary>A participant's balances.</summary>
    public Task<PointBalance> ReadAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Participant(participantId, "/points"), LaurelJson.Default.PointBalance, cancellationToken);

    /// <summary>A page of a participant's ledger, newest first.</summary>
    public Task<PointTransactionList> ListTransactionsAsync(string participantId, int page = 1, int pageSize = 50, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(Paths.Participant(participantId, "/points/transactions"), ("page", Paths.Number(page)), ("page_size", Paths.Number(pageSize))),
            LaurelJson.Default.PointTransactionList,
            cancellationToken);
}
