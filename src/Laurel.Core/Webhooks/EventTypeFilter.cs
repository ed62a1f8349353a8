using Laurel.Facts;

namespace Laurel.Webhooks;

/// <summary>
/// Which types of message an endpoint wants: exact types, <c>*</c> for all, or a prefix such as <c>badge.*</c>. The texts are what is kept, not the mask: <c>*</c> means
/// all types of the version that reads it.
/// </summary>
public sealed class EventTypeFilter
{
    /// <summary>Most entries of a filter.</summary>
    public const int MaxEntries = 50;

    private EventTypeFilter(IReadOnlyList<string> eventTypes, int mask) => (EventTypes, Mask) = (eventTypes, mask);

    /// <summary>The entries as given.</summary>
    public IReadOnlyList<string> EventTypes { get; }

    /// <summary>
    /// Bits of the kinds wanted, in the order of <see cref="FactKinds.All"/>; bit 0 is <c>event.processed</c>. An input has something for the endpoint where its
    /// mask of facts has a bit in common.
    /// </summary>
    public int Mask { get; }

    /// <summary>Whether facts of the kind at <paramref name="kindIndex"/> of <see cref="FactKinds.All"/> are wanted.</summary>
    public bool Wants(int kindIndex) => (Mask & (1 << kindIndex)) != 0;

    /// <summary>
    /// Reads the list at <c>/event_types</c>: 1 to 50 entries, none twice, each of which some type meets. Null when it has faults, which are all added.
    /// </summary>
    public static EventTypeFilter? Read(IReadOnlyList<string> eventTypes, List<Fault> faults)
    {
        if (eventTypes.Count is 0 or > MaxEntries)
        {
            faults.Add(new Fault("/event_types", $"must have 1 to {MaxEntries} entries, but has {eventTypes.Count}; [\"*\"] means all types"));
            return null;
        }

        var before = faults.Count;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var mask = 0;
        for (var i = 0; i < eventTypes.Count; i++)
        {
            var entry = eventTypes[i];
            var meant = MaskOf(entry);
            if (!places.TryAdd(entry, i))
            {
                faults.Add(new Fault($"/event_types/{i}", $"repeats /event_types/{places[entry]}"));
            }
            else if (meant == 0)
            {
                faults.Add(new Fault($"/event_types/{i}", $"{Told(entry)} is no type of message; known are *, {string.Join(", ", Known())}"));
            }

            mask |= meant;
        }

        return faults.Count == before ? new EventTypeFilter([.. eventTypes], mask) : null;
    }

    private static int MaskOf(string entry)
    {
        var prefix = entry == "*" ? "" : entry.EndsWith(".*", StringComparison.Ordinal) ? entry[..^1] : null;
        var mask = 0;
        for (var i = 0; i < MessageTypes.All.Count; i++)
        {
            var type = MessageTypes.All[i];
            mask |= type == entry || (prefix is not null && type.StartsWith(prefix, StringComparison.Ordinal)) ? 1 << i : 0;
        }

        return mask;
    }

    // What a caller sent may be long: an answer shows enough to find it.
    private static string Told(string entry) => entry.Length <= 100 ? $"'{entry}'" : $"'{entry[..(char.IsHighSurrogate(entry[99]) ? 99 : 100)]}…'";

    private static IEnumerable<string> Known() =>
        MessageTypes.All.Select(type => type[..(type.IndexOf('.', StringComparison.Ordinal) + 1)] + "*").Distinct(StringComparer.Ordinal).Concat(MessageTypes.All);
}
