using System.Text.Json;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>Makes commands again from their rows of the log.</summary>
public static class CommandNames
{
    /// <summary>The command of this name and payload; null where this version knows none of the name.</summary>
    public static CommandInput? Read(string name, JsonElement payload, FactId id, Timestamp receivedAt) => name switch
    {
        EnrollInput.CommandName => EnrollInput.Read(payload, id, receivedAt),
        AwardPointsInput.CommandName => AwardPointsInput.Read(payload, id, receivedAt),
        DeductPointsInput.CommandName => DeductPointsInput.Read(payload, id, receivedAt),
        ClaimRewardInput.CommandName => ClaimRewardInput.Read(payload, id, receivedAt),
        RedeemClaimInput.CommandName => RedeemClaimInput.Read(payload, id, receivedAt),
        CancelClaimInput.CommandName => CancelClaimInput.Read(payload, id, receivedAt),
        UpdateProfileInput.CommandName => UpdateProfileInput.Read(payload, id, receivedAt),
        AwardBadgeInput.CommandName => AwardBadgeInput.Read(payload, id, receivedAt),
        AssignTierInput.CommandName => AssignTierInput.Read(payload, id, receivedAt),
        RecordStreakInput.CommandName => RecordStreakInput.Read(payload, id, receivedAt),
        EraseInput.CommandName => new EraseInput(id, receivedAt),
        _ => null,
    };
}
