using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Tiers;

/// <summary>
/// A tier is given by hand, higher or lower, automatic or manual. <paramref name="Reason"/> is the caller's: it stands in the log alone, so that it can be erased.
/// Where the tier is held already no fact is made, but the assignment counts: see <see cref="TierHeld"/>.
/// </summary>
public sealed record AssignTierInput(FactId Id, string TierCode, string? Reason, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "tier.assign";

    private static readonly GrantSource Source = new("api", "assign");

    public override string Name => CommandName;

    internal static AssignTierInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, payload.GetProperty("tier_code"u8).GetString()!, CallersNote.TextOf(payload, "reason"), receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("tier_code"u8, TierCode);
        CallersNote.WriteText(writer, "reason", Reason);
    }

    internal override void Apply(Draft draft)
    {
        if (draft.Book.Tiers.FirstOrDefault(tier => tier.IsActive && tier.Code == TierCode) is { } tier)
        {
            TierEvaluation.Assign(draft, tier, Source);
        }
        else
        {
            draft.Refusal = Refusal.TierNotFound;
        }
    }
}
