using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Rewards;

/// <summary>Reads one reward of a program document's catalogue. Source: program.md "rewards", gamification-api.md "Rewards".</summary>
internal static class CatalogueRewardReader
{
    private static readonly string[] MemberNames =
    [
        "code", "name", "type", "description", "points_cost", "stock", "code_pool", "max_claims_per_participant", "expires_at", "is_active",
    ];

    /// <summary>Reads a reward; null after a fault.</summary>
    public static CatalogueReward? Read(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a reward of the catalogue", MemberNames, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        var type = members.Choice("type", [.. CatalogueReward.Types]);
        var description = members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
        var cost = members.WholeNumber("points_cost", 0, ProgramLimits.Total) ?? 0;
        var stock = members.WholeNumber("stock", 0, ProgramLimits.Stock);
        var hasCodePool = members.Flag("code_pool", otherwise: false);
        var claims = members.WholeNumber("max_claims_per_participant", 1, ProgramLimits.Claims);
        var expiresAt = members.Instant("expires_at");
        var isActive = members.Flag("is_active", otherwise: true);
        return scope.Faults.Count == before
            ? new CatalogueReward(code!, name ?? code!, type, description ?? "", cost, stock, hasCodePool, (int?)claims, expiresAt, isActive)
            : null;
    }
}
