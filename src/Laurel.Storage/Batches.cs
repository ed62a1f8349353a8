using System.Collections.Frozen;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>A participant by the name its callers use.</summary>
public readonly record struct ParticipantName(EnvironmentKey Environment, string Id);

/// <summary>
/// An idempotency key as it is stored: the first 16 bytes of SHA-256 over environment and key, so that every key takes the same
/// small room in the index, whatever its length.
/// </summary>
public readonly record struct KeyHash(UInt128 Value);

/// <summary>What a batch needs loaded. Lists hold no duplicates.</summary>
public sealed record BatchRequest(
    IReadOnlyList<ParticipantName> Participants,
    IReadOnlyList<KeyHash> Keys,
    IReadOnlyList<EnvironmentKey> Environments)
{
    /// <summary>Whether participants whom another node's batch holds are passed over; else they are waited for.</summary>
    public bool SkipsContended { get; init; }
}

/// <summary>An open batch and what was loaded for it, index by index as in its <see cref="BatchRequest"/> but for what was passed over.</summary>
public sealed class StoreBatch
{
    /// <summary>The participants in the request's order, without <see cref="Contended"/>; those that were missing have a new key and an empty state.</summary>
    public required IReadOnlyList<LoadedParticipant> Participants { get; init; }

    /// <summary>Participants whom another node's batch holds, where the request passes over them.</summary>
    public IReadOnlySet<ParticipantName> Contended { get; init; } = FrozenSet<ParticipantName>.Empty;

    /// <summary>Answers kept under the requested keys; keys never used are absent.</summary>
    public required IReadOnlyDictionary<KeyHash, StoredAnswer> Answers { get; init; }

    /// <summary>Newest program version in the request's order of environments; 0 where none was published.</summary>
    public required IReadOnlyList<int> ProgramVersions { get; init; }

    /// <summary>Newest version of the webhook endpoints in the request's order of environments; 0 where there never were any.</summary>
    public required IReadOnlyList<int> WebhookVersions { get; init; }

    /// <summary>What the adapter needs to find its transaction again.</summary>
    public object? Transaction { get; init; }
}

/// <summary>
/// A participant as a batch found it. <paramref name="RateArrival"/> is the theoretical arrival time of GCRA, in microseconds since 1970 (0 = never).
/// <paramref name="DueAt"/> is when the clock must next wake the participant; null = never.
/// </summary>
public sealed record LoadedParticipant(
    long Key, ParticipantName Name, ParticipantState State, long RateArrival, Timestamp CreatedAt, bool IsNew, Timestamp? DueAt);

/// <summary>The first answer to an idempotency key, byte for byte, and the hash of the payload that it answered.</summary>
public sealed record StoredAnswer(byte[] Answer, UInt128 PayloadHash)
{
    /// <summary>Whether the participant was erased, and the answer with it: of what was called then nobody knows any more.</summary>
    public bool IsErased => Answer.AsSpan().SequenceEqual(ErasedInput.AnswerBytes);
}

/// <summary>All that one commit keeps.</summary>
public sealed class BatchWrites
{
    /// <summary>Inputs in order of processing.</summary>
    public List<LogRow> Log { get; } = [];

    /// <summary>Participants changed, each once, with what they are after the batch.</summary>
    public List<ParticipantWrite> Participants { get; } = [];

    /// <summary>Pieces of states that changed. Where a name stands twice, the last one counts.</summary>
    public List<PartWrite> Parts { get; } = [];

    /// <summary>Rewards granted.</summary>
    public List<RewardIssue> Rewards { get; } = [];

    /// <summary>
    /// Participants that are erased, each with its last input: what callers wrote of them leaves the log, the name and the webhooks in the same commit
    /// (<see cref="Erasure"/>).
    /// </summary>
    public List<Erasure> Erasures { get; } = [];

    /// <summary>Inputs that somebody subscribes to, each once at most, in the order of the log.</summary>
    public List<OutboxWrite> Outbox { get; } = [];
}

/// <summary>
/// A participant after a batch. <paramref name="CreatedAt"/> is when its first input was received, <paramref name="DueAt"/> when the clock must next wake
/// it. Without an input of the participant in the same batch only <paramref name="DueAt"/> may differ from what was loaded, and only that is kept.
/// </summary>
public sealed record ParticipantWrite(LoadedParticipant Before, ParticipantState State, long RateArrival, Timestamp CreatedAt, Timestamp? DueAt);

/// <summary>A piece of a participant's state that lives outside its document, since it is seldom wanted.</summary>
public readonly record struct PartName(long ParticipantKey, string Key);

/// <summary>What a piece is from now on: JSON, never empty; null removes it. Beware: a null array converts to an empty document.</summary>
public sealed record PartWrite(PartName Name, ReadOnlyMemory<byte>? Document);

/// <summary>What an input of a participant's log is. The numbers stand in stores.</summary>
public enum InputKind
{
    /// <summary>A caller's event: it stands in the history and counts among the participant's events.</summary>
    Event = 0,

    /// <summary>Something that a caller asked for, such as an enrolment.</summary>
    Command = 1,

    /// <summary>Transitions that came due by the clock.</summary>
    Tick = 2,
}

/// <summary>
/// One input of a participant's log with all it set off: the event, its derived facts, and the answer that was given.
/// A row is never changed, but by an erasure. <paramref name="Facts"/> is a JSON array of derived facts, <paramref name="FactMask"/> the bits of the kinds in it,
/// <paramref name="FactCount"/> how many they are; an event's own fact is included in both, and other inputs have none of their own.
/// <paramref name="Answer"/> is the response body. A tick has no name, <c>{}</c> as properties and an empty answer.
/// <paramref name="Outcomes"/> is JSON: what was allocated outside the participant; empty where nothing was.
/// </summary>
public sealed record LogRow(
    long ParticipantKey,
    long Seq,
    InputKind Kind,
    FactId EventId,
    string EventName,
    Timestamp OccurredAt,
    Timestamp ReceivedAt,
    int ProgramVersion,
    int EngineVersion,
    KeyHash? Key,
    UInt128 PayloadHash,
    ReadOnlyMemory<byte> Properties,
    ReadOnlyMemory<byte> Facts,
    int FactMask,
    int FactCount,
    ReadOnlyMemory<byte> Answer,
    ReadOnlyMemory<byte> Outcomes);
