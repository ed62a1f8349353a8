using System.Text.Json;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Points;

namespace Laurel.AspNetCore.Points;

/// <summary>What callers ask for by hand, read from bodies whose texts are known to be readable. Source: gamification-api.md, "Points".</summary>
internal static class PointsRequests
{
    /// <summary>Points in one call.</summary>
    public const long MostPoints = 1_000_000;

    /// <summary>Code points of a reason.</summary>
    public const int ReasonMaxLength = 500;

    /// <summary>Bytes of metadata.</summary>
    public const int MetadataMaxBytes = 8 * 1024;

    public static WriteRequest? ReadAward(JsonElement body, string pointer, Timestamp now, List<Fault> faults)
    {
        if (BodyMembers.Open(body, pointer, faults) is not { } members)
        {
            return null;
        }

        var expiresAt = members.Instant("expires_at");
        if (expiresAt <= now)
        {
            faults.Add(new Fault($"{pointer}/expires_at", $"must be later than now ({now}), but is {expiresAt}"));
        }

        return new WriteRequest(members.ParticipantId(), new AwardPointsInput(
            default,
            members.OptionalCode("currency"),
            members.WholeNumber("amount", 1, MostPoints),
            members.Text("reason", ReasonMaxLength),
            members.Json("metadata", MetadataMaxBytes),
            expiresAt,
            default));
    }

    public static WriteRequest? ReadDeduction(JsonElement body, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is not { } members ? null : new WriteRequest(members.ParticipantId(), new DeductPointsInput(
            default,
            members.OptionalCode("currency"),
            members.WholeNumber("amount", 1, MostPoints),
            members.Text("reason", ReasonMaxLength),
            members.Json("metadata", MetadataMaxBytes),
            default));
}
