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

/// <summary>
/// Asks for facts of a participant, newest first by occurrence, then by <c>seq</c>, then by place within the input. <paramref name="Kinds"/> are different ones of
/// <see cref="FactKinds"/>; none stands for all.
/// </summary>
public sealed record FactsQuery(ParticipantName Participant, IReadOnlyList<string> Kinds, int Page, int PageSize)
{
    /// <summary>How many facts match on all pages; <paramref name="counts"/> as in a participant's state.</summary>
    internal long Total(long[] counts) =>
        Kinds.Count == 0 ? counts.Sum() : counts.Where((_, place) => Kinds.Contains(FactKinds.All[place], StringComparer.Ordinal)).Sum();

    /// <summary>How many facts of an input match.</summary>
    internal int CountIn(LogRow input) => Kinds.Count == 0
        ? input.FactCount
        : FactDocument.CountOf(input.Facts.Span, Kinds) + (input.Kind == InputKind.Event && Kinds.Contains(FactKinds.Event, StringComparer.Ordinal) ? 1 : 0);
}

/// <summary>One input whose facts fall into a page; <paramref name="First"/> and <paramref name="Count"/> choose among its matching facts, last made first.</summary>
public sealed record FactsEntry(LogRow Input, int First, int Count);

/// <summary>A page of facts; <paramref name="Total"/> counts the matches on all pages.</summary>
public sealed record FactsPage(IReadOnlyList<FactsEntry> Inputs, long Total);

/// <summary>A participant's row.</summary>
public sealed record ParticipantRow(long Key, ParticipantName Name, ParticipantState State, Timestamp CreatedAt, Timestamp? DueAt);

/// <summary>A participant whom the clock must wake, and when.</summary>
public sealed record DueParticipant(ParticipantName Name, Timestamp DueAt);

/// <summary>Where an input stands: its participant's log and the number in it.</summary>
public sealed record EventPlace(ParticipantName Participant, long Seq);

/// <summary>
/// One published version of an environment's program. <paramref name="Document"/> is JSON (program.md); <paramref name="Zones"/> is JSON that the publisher
/// owns, <c>[]</c> where it is empty.
/// </summary>
public sealed record ProgramRow(
    EnvironmentKey Environment, int Version, ReadOnlyMemory<byte> Document, Timestamp PublishedAt, string PublishedBy, ReadOnlyMemory<byte> Zones);

/// <summary>A version of a program without its document.</summary>
public sealed record ProgramVersion(int Version, Timestamp PublishedAt, string PublishedBy);

/// <summary>A page of a program's versions, newest first; <paramref name="Total"/> counts those on all pages.</summary>
public sealed record ProgramVersionsPage(IReadOnlyList<ProgramVersion> Versions, long Total);
