using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Rewards;

/// <summary>
/// A claim is redeemed or cancelled, once and for good. <paramref name="Reason"/> is the caller's: it stands in the log alone, and no fact repeats it, so that it can be erased.
/// </summary>
public abstract record MoveClaimInput(FactId Id, IssuedClaim Claim, string? Reason, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    /// <summary>What the claim becomes.</summary>
    public abstract string Status { get; }

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        Claim.WriteMembers(writer);
        CallersNote.WriteText(writer, "reason", Reason);
    }

    internal override void Apply(Draft draft)
    {
        var key = ClaimStanding.KeyOf(Claim.ClaimId);
        var standing = ClaimStanding.Read(draft.Parts.Find(key));
        if (draft.Parts.Missing.Count > 0)
        {
            return;
        }

        if (standing is not null)
        {
            draft.Refusal = standing.Status == ClaimStanding.Redeemed ? Refusal.ClaimRedeemed : Refusal.ClaimCancelled;
            return;
        }

        draft.Parts.Put(key, new ClaimStanding(Status, draft.Now, draft.Seq).Write());
        Move(draft);
    }

    private protected abstract void Move(Draft draft);
}

/// <summary>A claim is used: whoever honours it says so.</summary>
public sealed record RedeemClaimInput(FactId Id, IssuedClaim Claim, string? Reason, Timestamp ReceivedAt) : MoveClaimInput(Id, Claim, Reason, ReceivedAt)
{
    public const string CommandName = "reward.redeem";

    private static readonly GrantSource Source = new("api", "redeem");

    public override string Name => CommandName;

    public override string Status => ClaimStanding.Redeemed;

    internal static RedeemClaimInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, IssuedClaim.Read(payload), CallersNote.TextOf(payload, "reason"), receivedAt);

    private protected override void Move(Draft draft) =>
        draft.Add(new RewardRedeemed(draft.NextPlace, draft.Cause, Source, Claim.RewardCode, Claim.RewardName, Claim.RewardType, Claim.ClaimId));
}

/// <summary>
/// A claim is taken back: points that it cost are refunded, and it no longer counts towards the participant's cap. Its code was seen, so neither code nor stock goes back.
/// </summary>
public sealed record CancelClaimInput(FactId Id, IssuedClaim Claim, string? Reason, Timestamp ReceivedAt) : MoveClaimInput(Id, Claim, Reason, ReceivedAt)
{
    public const string CommandName = "reward.cancel";

    private static readonly GrantSource Source = new("api", "cancel");

    public override string Name => CommandName;

    public override string Status => ClaimStanding.Cancelled;

    internal static CancelClaimInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, IssuedClaim.Read(payload), CallersNote.TextOf(payload, "reason"), receivedAt);

    private protected override void Move(Draft draft)
    {
        draft.SetClaims(Claim.RewardCode, Math.Max(0, draft.ClaimsOf(Claim.RewardCode) - 1));
        draft.Add(new RewardCancelled(draft.NextPlace, draft.Cause, Source, Claim.RewardCode, Claim.RewardName, Claim.RewardType, Claim.ClaimId));
        if (Claim is { Currency: { } currency, PointsDeducted: > 0 })
        {
            draft.RefundPoints(currency, Claim.PointsDeducted, new GrantSource("reward", Claim.RewardCode), draft.Cause);
        }
    }
}
