using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>Something that a caller asks for and that is no event; <paramref name="input"/> is it but for its id and time.</summary>
internal sealed class WriteCommand(ParticipantName participant, ParticipantRate rate, CommandInput input, KeyHash? key, UInt128 payloadHash)
    : PipelineCommand(participant, rate, key, payloadHash)
{
    public override string Name => input.Name;

    public override bool IsErasure => input is EraseInput;

    public override Input ToInput(FactId id, Timestamp now) => input with { Id = id, ReceivedAt = now };
}
