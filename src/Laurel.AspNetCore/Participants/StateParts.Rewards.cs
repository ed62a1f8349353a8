using System.Text.Json;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Participants;

internal static partial class StateParts
{
    /// <summary>Rewards that a state shows, the newest; all of them are facts.</summary>
    public const int MostRewards = 100;

    /// <summary>Writes the claims that <paramref name="granted"/>, a page of <c>reward.granted</c>, tells of: each as it was when it was granted.</summary>
    public static void WriteRewards(Utf8JsonWriter writer, FactsPage? granted)
    {
        writer.WriteStartArray();
        foreach (var entry in granted?.Inputs ?? [])
        {
            using var document = JsonDocument.Parse(entry.Input.Facts);
            foreach (var (place, fact) in FactRows.Matching(document.RootElement, entry, [FactKinds.RewardGranted]))
            {
                writer.WriteStartObject();
                writer.WriteString("claim_id", FactRows.IdOf(entry.Input, place));
                foreach (var member in fact!.Value.GetProperty("data"u8).EnumerateObject())
                {
                    member.WriteTo(writer);
                }

                writer.WriteString("claimed_at", FactRows.OccurredAt(entry.Input, fact.Value).ToString());
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }
}
