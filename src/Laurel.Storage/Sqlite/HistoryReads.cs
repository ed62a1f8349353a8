using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Pages of a participant's inputs, newest first: the folded ones and those of the tail as one list.</summary>
internal static class HistoryReads
{
    /// <summary>Which inputs count: null members filter nothing.</summary>
    public readonly record struct Filter(long? NameHash, long? From, long? To, int? Mask)
    {
        public bool Matches(in HistoryKey entry) =>
            (NameHash is null || entry.NameHash == NameHash)
            && (From is null || entry.OccurredAt >= From)
            && (To is null || entry.OccurredAt <= To)
            && (Mask is null || (entry.FactMask & Mask) != 0);
    }

    public static HistoryPage Read(Snapshot snapshot, HistoryQuery query)
    {
        if (ParticipantReads.Find(snapshot, query.Participant) is not { } participant)
        {
            return new HistoryPage([], 0);
        }

        var filter = new Filter(
            query.EventName is null ? null : NameHashes.Compute(query.EventName), query.From?.UnixMicroseconds, query.To?.UnixMicroseconds, null);
        var tail = snapshot.TailEntries.Where(entry => filter.Matches(entry)).Order().ToList();
        var total = filter == default ? participant.State.TotalEvents : CountFolded(snapshot, participant.Key, filter) + tail.Count;
        var offset = (query.Page - 1L) * query.PageSize;
        var events = offset >= total ? [] : Page(snapshot, participant.Key, filter, tail, offset, query.PageSize);
        return new HistoryPage(
            events.ConvertAll(entry =>
            {
                var row = LogReads.Read(snapshot.Connection, entry.LogId);
                return new HistoryEntry(row.EventId, row.EventName, row.Properties, row.OccurredAt);
            }),
            total);
    }

    /// <summary>
    /// The entries from <paramref name="offset"/> of the merged order. The folded ones are read from as many before the offset as the tail has: those skipped
    /// cannot reach the page, whatever stands in the tail; nor can entries of the tail that are newer than all that was read, unless nothing was skipped.
    /// </summary>
    public static List<HistoryKey> Page(Snapshot snapshot, long participantKey, in Filter filter, List<HistoryKey> tail, long offset, int size)
    {
        var skipped = Math.Max(0, offset - tail.Count);
        var folded = ReadFolded(snapshot, participantKey, filter, skipped, size + tail.Count);
        var page = new List<HistoryKey>(size);
        int nextFolded = 0, nextTail = 0;
        for (var position = skipped; page.Count < size && (nextFolded < folded.Count || nextTail < tail.Count); position++)
        {
            var takeTail = nextFolded >= folded.Count || (nextTail < tail.Count && tail[nextTail].CompareTo(folded[nextFolded]) < 0);
            var entry = takeTail ? tail[nextTail++] : folded[nextFolded++];
            if (position >= offset)
            {
                page.Add(entry);
            }
        }

        return page;
    }

    private static long CountFolded(Snapshot snapshot, long participantKey, in Filter filter)
    {
        var select = Bind(snapshot.Connection.Prepare("select count(*) from history where " + Where), snapshot, participantKey, filter);
        var count = select.Step() ? select.Long(0) : 0;
        select.Reset();
        return count;
    }

    private static List<HistoryKey> ReadFolded(Snapshot snapshot, long participantKey, in Filter filter, long offset, int limit)
    {
        var select = Bind(
            snapshot.Connection.Prepare(
                $"select occurred_at, seq, name_hash, fact_mask, fact_count, log_id from history where {Where} order by occurred_at desc, seq desc limit ?7 offset ?8"),
            snapshot,
            participantKey,
            filter).Bind(7, limit).Bind(8, offset);
        var entries = new List<HistoryKey>(Math.Min(limit, 128));
        while (select.Step())
        {
            entries.Add(new HistoryKey(select.Long(0), select.Long(1), select.Long(2), select.Int(3), select.Int(4), select.Long(5)));
        }

        select.Reset();
        return entries;
    }

    private const string Where =
        "participant_key = ?1 and occurred_at >= ?2 and occurred_at <= ?3 and (?4 is null or name_hash = ?4) and (?5 is null or fact_mask & ?5) and log_id <= ?6";

    private static Statement Bind(Statement statement, Snapshot snapshot, long participantKey, in Filter filter) =>
        statement.Bind(1, participantKey).Bind(2, filter.From ?? Timestamp.MinValue.UnixMicroseconds).Bind(3, filter.To ?? Timestamp.MaxValue.UnixMicroseconds)
            .Bind(4, filter.NameHash).Bind(5, filter.Mask).Bind(6, snapshot.FoldedThrough);
}
