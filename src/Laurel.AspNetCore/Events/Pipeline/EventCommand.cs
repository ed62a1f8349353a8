using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>An event. <paramref name="occurredAt"/> is null where the caller named no time: then it is the time of receipt.</summary>
internal sealed class EventCommand(
    ParticipantName participant,
    ParticipantRate rate,
    string eventName,
    Properties properties,
    Timestamp? occurredAt,
    KeyHash? key,
    UInt128 payloadHash) : PipelineCommand(participant, rate, key, payloadHash)
{
    public override string Name => eventName;

    public override Input ToInput(FactId id, Timestamp now) => new EventInput(id, eventName, properties, occurredAt ?? now, now);
}
