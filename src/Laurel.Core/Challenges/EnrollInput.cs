using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Challenges;

/// <summary>The participant enrols in a challenge by its code.</summary>
public sealed record EnrollInput(FactId Id, string ChallengeCode, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "challenge.enroll";

    public override string Name => CommandName;

    internal static EnrollInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, payload.GetProperty("challenge_code"u8).GetString()!, receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer) => writer.WriteString("challenge_code"u8, ChallengeCode);

    internal override void Apply(Draft draft) => ChallengeEnrollment.Apply(draft, ChallengeCode);
}
