using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>Wakes a participant: what is due happens, and the store learns when it is due next. It costs no rate and has no answer.</summary>
internal sealed class WakeCommand(ParticipantName participant) : PipelineCommand(participant, Uncapped, key: null, payloadHash: default)
{
    public override string Name => "wake";

    public override Input? ToInput(FactId id, Timestamp now) => null;
}
