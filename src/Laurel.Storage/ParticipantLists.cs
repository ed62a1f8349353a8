using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>By what a list of participants is sorted; those that are equal in it, by key, in the same direction. Points are those of the query's currency.</summary>
public enum ParticipantOrder
{
    /// <summary>When the first input was received.</summary>
    CreatedAt,

    /// <summary>The participant's id, by the bytes of its UTF-8.</summary>
    ParticipantId,

    /// <summary>Points held.</summary>
    Balance,

    /// <summary>Points ever earned.</summary>
    TotalEarned,

    /// <summary>Events received.</summary>
    TotalEvents,
}

/// <summary>
/// Asks for participants of an environment as they were last kept, without erased ones. Filters that are null let everybody through. <paramref name="Search"/> is the start of an id or
/// any part of a display name; letters A to Z find small ones too and the other way round, all others only themselves. <paramref name="Tier"/> and <paramref name="Badge"/> are codes
/// held, <paramref name="MinPoints"/> the least balance of <paramref name="Currency"/>.
/// </summary>
public sealed record ParticipantListQuery(
    EnvironmentKey Environment,
    string? Search,
    string? Tier,
    string? Badge,
    long? MinPoints,
    string Currency,
    ParticipantOrder Order,
    bool IsDescending,
    int Page,
    int PageSize);

/// <summary>A page of participants; <paramref name="Total"/> counts those on all pages, at the same instant.</summary>
public sealed record ParticipantListPage(IReadOnlyList<ParticipantRow> Participants, long Total);
