using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>Asks for events of a participant, newest first by occurrence, then by <c>seq</c>. Bounds are inclusive.</summary>
public sealed record HistoryQuery(ParticipantName Participant, string? EventName, Timestamp? From, Timestamp? To, int Page, int PageSize);

/// <summary>One event of a history.</summary>
public sealed record HistoryEntry(FactId EventId, string EventName, ReadOnlyMemory<byte> Properties, Timestamp OccurredAt);

/// <summary>A page of a history; <paramref name="Total"/> counts the matches on all pages.</summary>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Events, long Total);

/// <summary>Asks for facts of a participant, newest first by occurrence, then by <c>seq</c>, then by place within the input.</summary>
public sealed record FactsQuery(ParticipantName Participant, string? Kind, int Page, int PageSize);

/// <summary>One input whose facts fall into a page; <paramref name="First"/> and <paramref name="Count"/> choose among its matching facts, last made first.</summary>
public sealed record FactsEntry(LogRow Input, int First, int Count);

/// <summary>A page of facts; <paramref name="Total"/> counts the matches on all pages.</summary>
public sealed record FactsPage(IReadOnlyList<FactsEntry> Inputs, long Total);

/// <summary>A participant's row.</summary>
public sealed record ParticipantRow(long Key, ParticipantName Name, ParticipantState State, Timestamp CreatedAt);

/// <summary>
/// One published version of an environment's program; <paramref name="Document"/> is JSON (program.md), <paramref name="PublishedBy"/> the id of a key, or
/// <c>bootstrap</c>.
/// </summary>
public sealed record ProgramRow(EnvironmentKey Environment, int Version, ReadOnlyMemory<byte> Document, Timestamp PublishedAt, string PublishedBy)
{
    /// <summary>The time zones of the environment so far, with the instants from which they govern: JSON text that the shell owns.</summary>
    public ReadOnlyMemory<byte> Zones { get; init; } = "[]"u8.ToArray();
}

/// <summary>When a version of a program was published, and by whom.</summary>
public sealed record ProgramVersion(int Version, Timestamp PublishedAt, string PublishedBy);

/// <summary>A page of an environment's versions, newest first; <paramref name="Total"/> counts those on all pages.</summary>
public sealed record ProgramVersionsPage(IReadOnlyList<ProgramVersion> Versions, long Total);
