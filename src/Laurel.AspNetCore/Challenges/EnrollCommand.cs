using System.Text.Json;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Challenges;

/// <summary>A participant enrols in a challenge.</summary>
internal sealed class EnrollCommand(ParticipantName participant, ParticipantRate rate, string challengeCode, KeyHash? key, UInt128 payloadHash)
    : PipelineCommand(participant, rate, key, payloadHash)
{
    /// <summary>Its name in the log.</summary>
    public const string CommandName = "challenge.enroll";

    public override InputKind Kind => InputKind.Command;

    public override string Name => CommandName;

    public override Properties Properties =>
        Properties.ReadTrusted(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["challenge_code"] = challengeCode }));

    public override Input ToInput(FactId id, Timestamp now) => new EnrollInput(id, challengeCode, now);
}
