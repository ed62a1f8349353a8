using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>
/// Points are awarded by hand. <paramref name="Currency"/> is null for the default one; <paramref name="ExpiresAt"/> null = never.
/// <paramref name="Reason"/> and <paramref name="Metadata"/> (JSON) are the caller's: they stand in the log alone, and no fact repeats them, so that they can be erased.
/// </summary>
public sealed record AwardPointsInput(
    FactId Id, string? Currency, long Amount, string? Reason, string? Metadata, Timestamp? ExpiresAt, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "points.award";

    internal static readonly GrantSource Source = new("api", "award");

    public override string Name => CommandName;

    internal static AwardPointsInput Read(JsonElement payload, FactId id, Timestamp receivedAt) => new(
        id,
        CallersNote.TextOf(payload, "currency"),
        payload.GetProperty("amount"u8).GetInt64(),
        CallersNote.TextOf(payload, "reason"),
        CallersNote.JsonOf(payload, "metadata"),
        payload.TryGetProperty("expires_at"u8, out var expiry) ? new Timestamp(expiry.GetInt64()) : null,
        receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        CallersNote.WriteText(writer, "currency", Currency);
        writer.WriteNumber("amount"u8, Amount);
        if (ExpiresAt is { } expiresAt)
        {
            writer.WriteNumber("expires_at"u8, expiresAt.UnixMicroseconds);
        }

        CallersNote.WriteText(writer, "reason", Reason);
        CallersNote.WriteJson(writer, "metadata", Metadata);
    }

    internal override void Apply(Draft draft)
    {
        if (draft.Book.CurrencyOf(Currency) is not { } currency)
        {
            draft.Refusal = Refusal.CurrencyNotFound;
        }
        else if (!draft.AwardPoints(currency, Amount, ExpiresAt, Source, draft.Cause))
        {
            draft.Refusal = Refusal.BalanceFull;
        }
    }
}
