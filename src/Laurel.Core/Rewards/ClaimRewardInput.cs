using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Rewards;

/// <summary>The participant claims a reward by its code. <paramref name="IsPaid"/>: the reward's cost in points is taken for it.</summary>
public sealed record ClaimRewardInput(FactId Id, string RewardCode, bool IsPaid, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "reward.claim";

    public override string Name => CommandName;

    internal static ClaimRewardInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, payload.GetProperty("reward_code"u8).GetString()!, payload.GetProperty("points_deduction"u8).GetBoolean(), receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("reward_code"u8, RewardCode);
        writer.WriteBoolean("points_deduction"u8, IsPaid);
    }

    internal override void Apply(Draft draft) => RewardEvaluation.Claim(draft, RewardCode, IsPaid);
}
