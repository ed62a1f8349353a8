namespace Laurel.Rules;

/// <summary>What a path starts from.</summary>
public enum PropertyRoot
{
    /// <summary><c>properties.…</c>: the payload of the event, or the data of a derived fact.</summary>
    Properties,

    /// <summary><c>participant.tier</c>: code of the tier held before the fact, or missing.</summary>
    ParticipantTier,

    /// <summary><c>participant.badges</c>: codes of the badges held before the fact.</summary>
    ParticipantBadges,

    /// <summary><c>participant.attributes.…</c>: what the caller keeps with the participant.</summary>
    ParticipantAttributes,

    /// <summary><c>local_day</c>: the local date of <c>occurred_at</c>, such as <c>2026-02-14</c>.</summary>
    LocalDay,

    /// <summary><c>local_week</c>: the ISO week, such as <c>2026-W07</c>.</summary>
    LocalWeek,

    /// <summary><c>local_month</c>: such as <c>2026-02</c>.</summary>
    LocalMonth,
}

/// <summary>
/// A dotted path such as <c>properties.items.0.sku</c>. A dot inside a name is written <c>\.</c>. <paramref name="Segments"/> are the
/// names below the root as UTF-8; <paramref name="Text"/> is the path as it was written.
/// </summary>
public sealed record PropertyPath(PropertyRoot Root, IReadOnlyList<byte[]> Segments, string Text);
