using Microsoft.OpenApi;

namespace Laurel.AspNetCore.ApiReference;

/// <summary>The chapters of the API reference, which operations name as their tag.</summary>
internal static class Chapters
{
    private static readonly Dictionary<string, string> _meanings = new(StringComparer.Ordinal)
    {
        ["Events"] = "Send what happened, read it back, and see what each rule made of it.",
        ["Participants"] = "What a participant is and has.",
        ["Points"] = "Points by hand, and the ledger.",
        ["Badges"] = "Badges by hand, and who has which.",
        ["Tiers"] = "The tier of a participant, and tiers by hand.",
        ["Challenges"] = "Enrolment, and how far a participant has come.",
        ["Streaks"] = "Streaks by hand, and how they stand.",
        ["Leaderboards"] = "Who is ahead.",
        ["Rewards"] = "The catalogue, claims, codes and stock.",
        ["Program"] = "Every definition of an environment in one document.",
        ["Definitions"] = "The same definitions, one at a time.",
        ["Erasure"] = "What is told of a participant, taken away for good, and a test environment begun anew.",
        ["Webhooks"] = "Where messages go, and what became of them.",
        ["Audit log"] = "Who changed what.",
        ["Operator"] = "Tenants and keys, for the operator of this server.",
        ["Health"] = "Whether the server lives and can serve.",
    };

    /// <summary>A tag with its meaning; without one where the table above does not know it, which a test does not allow.</summary>
    public static OpenApiTag Of(string name) => new() { Name = name, Description = _meanings.GetValueOrDefault(name) };
}
