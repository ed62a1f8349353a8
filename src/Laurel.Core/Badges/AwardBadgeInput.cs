using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Badges;

/// <summary>A badge is given by hand, with or without criteria. <paramref name="Metadata"/> (JSON) is the caller's: it stands in the log alone, so that it can be erased.</summary>
public sealed record AwardBadgeInput(FactId Id, string BadgeCode, string? Metadata, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "badge.award";

    private static readonly GrantSource Source = new("api", "award");

    public override string Name => CommandName;

    internal static AwardBadgeInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, payload.GetProperty("badge_code"u8).GetString()!, CallersNote.JsonOf(payload, "metadata"), receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("badge_code"u8, BadgeCode);
        CallersNote.WriteJson(writer, "metadata", Metadata);
    }

    internal override void Apply(Draft draft)
    {
        if (draft.Book.FindBadge(BadgeCode) is not { IsActive: true } badge)
        {
            draft.Refusal = Refusal.BadgeNotFound;
        }
        else if (draft.Holds(BadgeCode))
        {
            draft.Refusal = Refusal.BadgeHeld;
        }
        else
        {
            draft.UnlockBadge(badge, Source, draft.Cause);
        }
    }
}
