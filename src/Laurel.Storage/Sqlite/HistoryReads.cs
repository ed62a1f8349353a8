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

        // Whoever has nothing but events needs no filter for them; and by name, nothing else is found.
        var state = participant.State;
        var filter = new Filter(
            query.EventName is null ? null : NameHashes.Compute(query.EventName),
            query.From?.UnixMicroseconds,
            query.To?.UnixMicroseconds,
            query.EventName is null && state.Seq > state.TotalEvents ? FactKinds.Bit(FactKinds.Event) : null);
        var tail = snapshot.TailEntries.Where(entry => filter.Matches(entry)).Order().ToList();
        var isWhole = (query.EventName, query.From, query.To) is (null, null, null);
        var total = isWhole ? state.TotalEvents : CountFolded(snapshot, participant.Key, filter) + tail.Count;
        var offset = (query.Page - 1L) * query.PageSize;
        var events = offset >= total ? [] : Page(snapshot, participant.Key, filter, tail, offset, query.PageSize, folded: total - tail.Count);
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
    /// <paramref name="folded"/> counts the folded matches where that is known.
    /// </summary>
    public static List<HistoryKey> Page(Snapshot snapshot, long participantKey, in Filter filter, List<HistoryKey> tail, long offset, int size, long folded = long.MaxValue)
    {
        var skipped = Math.Max(0, offset - tail.Count);
        var read = ReadFolded(snapshot, participantKey, filter, skipped, size + tail.Count, folded);
        var page = new List<HistoryKey>(size);
        int nextFolded = 0, nextTail = 0;
        for (var position = skipped; page.Count < size && (nextFolded < read.Count || nextTail < tail.Count); position++)
        {
            var takeTail = nextFolded >= read.Count || (nextTail < tail.Count && tail[nextTail].CompareTo(read[nextFolded]) < 0);
            var entry = takeTail ? tail[nextTail++] : read[nextFolded++];
            if (position >= offset)
            {
                page.Add(entry);
            }
        }

        return page;
    }

    private static long CountFolded(Snapshot snapshot, long participantKey, in Filter filter)
    {
        var select = Bind(snapshot.Connection.Prepare($"select count(*) {From(filter)}"), participantKey, filter);
        var count = select.Step() ? select.Long(0) : 0;
        select.Reset();
        return count;
    }

    private static List<HistoryKey> ReadFolded(Snapshot snapshot, long participantKey, in Filter filter, long offset, int limit, long folded)
    {
        // From the nearer end: each row skipped is a step.
        var count = (int)Math.Clamp(folded - offset, 0, limit);
        var fromOldest = offset > folded / 2;

        // By name, the index alone answers; facts, which need the rest, are never asked for by name.
        var columns = filter.NameHash is null ? "fact_mask, fact_count" : "0, 0";
        var select = Bind(
            snapshot.Connection.Prepare($"select occurred_at, seq, log_id, {columns} {From(filter)} order by occurred_at {(fromOldest ? "asc, seq asc" : "desc, seq desc")} limit ?6 offset ?7"),
            participantKey,
            filter).Bind(6, count).Bind(7, fromOldest ? folded - offset - count : offset);
        var entries = new List<HistoryKey>(Math.Min(count, 128));
        while (select.Step())
        {
            entries.Add(new HistoryKey(select.Long(0), select.Long(1), filter.NameHash ?? 0, select.Int(3), select.Int(4), select.Long(2)));
        }

        select.Reset();
        if (fromOldest)
        {
            entries.Reverse();
        }

        return entries;
    }

    // One text a kind of filter: a condition that may be off would keep SQLite from counting and skipping within an index.
    private static string From(in Filter filter) =>
        "from history"
        + (filter.NameHash is null ? " not indexed" : " indexed by history_by_name")
        + " where participant_key = ?1"
        + (filter.NameHash is null ? "" : " and name_hash = ?4")
        + (filter.From is null && filter.To is null ? "" : " and occurred_at between ?2 and ?3")
        + (filter.Mask is null ? "" : " and fact_mask & ?5");

    private static Statement Bind(Statement statement, long participantKey, in Filter filter)
    {
        statement.Bind(1, participantKey);
        if (filter.From is not null || filter.To is not null)
        {
            statement.Bind(2, filter.From ?? Timestamp.MinValue.UnixMicroseconds).Bind(3, filter.To ?? Timestamp.MaxValue.UnixMicroseconds);
        }

        if (filter.NameHash is { } name)
        {
            statement.Bind(4, name);
        }

        return filter.Mask is { } mask ? statement.Bind(5, mask) : statement;
    }
}
