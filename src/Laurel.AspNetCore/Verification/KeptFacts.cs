using System.Text.Json;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Verification;

/// <summary>Facts as the log keeps them, read back without having been concluded again: those that sums and stocks are made of.</summary>
internal static class KeptFacts
{
    /// <summary>The kinds of all facts of an input, in order, and those facts that count something. Throws where the document is no array of facts.</summary>
    public static (List<string> Kinds, List<DerivedFact> Counted) Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var kinds = new List<string>();
        var counted = new List<DerivedFact>();
        foreach (var fact in document.RootElement.EnumerateArray())
        {
            if (Counted(fact, kinds.Count) is { } one)
            {
                counted.Add(one);
            }

            kinds.Add(fact.GetProperty("kind"u8).GetString()!);
        }

        return (kinds, counted);
    }

    private static DerivedFact? Counted(JsonElement fact, int place)
    {
        var data = fact.GetProperty("data"u8);
        var cause = fact.GetProperty("caused_by"u8).GetInt32();
        var source = new GrantSource(fact.GetProperty("source"u8).GetProperty("type"u8).GetString()!, fact.GetProperty("source"u8).GetProperty("code"u8).GetString()!);
        return fact.GetProperty("kind"u8).GetString() switch
        {
            FactKinds.PointsAwarded => new PointsAwarded(place, cause, source, Text("currency"), Number("amount"), Number("new_balance")),
            FactKinds.PointsDeducted => new PointsDeducted(place, cause, source, Text("currency"), Number("amount"), Number("new_balance")),
            FactKinds.PointsExpired => new PointsExpired(place, cause, source, Text("currency"), Number("amount"), Number("new_balance")),
            FactKinds.PointsRefunded => new PointsRefunded(place, cause, source, Text("currency"), Number("amount"), Number("new_balance")),
            FactKinds.RewardGranted => new RewardGranted(place, cause, source, Text("reward_code"), Text("reward_name"), Text("reward_type"), data.GetProperty("code_value"u8).GetString()),
            FactKinds.RewardClaimed => new RewardClaimed(
                place,
                cause,
                source,
                Text("reward_code"),
                Text("reward_name"),
                Text("reward_type"),
                data.GetProperty("code_value"u8).GetString(),
                Text("currency"),
                Number("points_deducted")),
            FactKinds.RewardCancelled => new RewardCancelled(
                place, cause, source, Text("reward_code"), Text("reward_name"), Text("reward_type"), FactId.TryParse(Text("claim_id"), out var claim) ? claim : throw new FormatException("A claim_id is no id.")),
            _ => null,
        };

        string Text(string member) => data.GetProperty(member).GetString()!;

        long Number(string member) => data.GetProperty(member).GetInt64();
    }
}
