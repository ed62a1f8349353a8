using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Points;

/// <summary>Points are taken by hand, from what expires first. <paramref name="Currency"/> is null for the default one; the note is the caller's, as in <see cref="AwardPointsInput"/>.</summary>
public sealed record DeductPointsInput(FactId Id, string? Currency, long Amount, string? Reason, string? Metadata, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "points.deduct";

    internal static readonly GrantSource Source = new("api", "deduct");

    public override string Name => CommandName;

    internal static DeductPointsInput Read(JsonElement payload, FactId id, Timestamp receivedAt) => new(
        id,
        CallersNote.TextOf(payload, "currency"),
        payload.GetProperty("amount"u8).GetInt64(),
        CallersNote.TextOf(payload, "reason"),
        CallersNote.JsonOf(payload, "metadata"),
        receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        CallersNote.WriteText(writer, "currency", Currency);
        writer.WriteNumber("amount"u8, Amount);
        CallersNote.WriteText(writer, "reason", Reason);
        CallersNote.WriteJson(writer, "metadata", Metadata);
    }

    internal override void Apply(Draft draft)
    {
        if (draft.Book.CurrencyOf(Currency) is not { } currency)
        {
            draft.Refusal = Refusal.CurrencyNotFound;
        }
        else if (!draft.DeductPoints(currency, Amount, Source, draft.Cause))
        {
            draft.Refusal = Refusal.InsufficientPoints;
        }
    }
}
