using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Pages of a participant's facts. Inputs are walked newest first; each says how many facts it has, so that pages before the one asked for are skipped by count.</summary>
internal static class FactReads
{
    private const int Chunk = 500;

    public static FactsPage? Read(Snapshot snapshot, FactsQuery query)
    {
        if (ParticipantReads.Find(snapshot, query.Participant) is not { } participant)
        {
            return null;
        }

        var total = query.Total(participant.State.FactCounts);
        var toSkip = (query.Page - 1L) * query.PageSize;
        var inputs = new List<FactsEntry>();
        if (toSkip < total)
        {
            var filter = new HistoryReads.Filter(null, null, null, query.Kinds.Count == 0 ? null : FactKinds.Mask(query.Kinds));
            var tail = snapshot.TailEntries.Where(entry => filter.Matches(entry)).Order().ToList();
            Walk(snapshot, participant.Key, filter, tail, query, toSkip, inputs);
        }

        return new FactsPage(inputs, total);
    }

    private static void Walk(
        Snapshot snapshot, long participantKey, in HistoryReads.Filter filter, List<HistoryKey> tail, FactsQuery query, long toSkip, List<FactsEntry> inputs)
    {
        var wanted = query.PageSize;
        for (var offset = 0L; wanted > 0; offset += Chunk)
        {
            var entries = HistoryReads.Page(snapshot, participantKey, filter, tail, offset, Chunk);
            foreach (var entry in entries)
            {
                if (wanted == 0)
                {
                    return;
                }

                if (query.Kinds.Count == 0 && entry.FactCount <= toSkip)
                {
                    toSkip -= entry.FactCount;
                    continue;
                }

                var row = LogReads.Read(snapshot.Connection, entry.LogId);
                var count = query.CountIn(row);
                var first = (int)Math.Min(toSkip, count);
                toSkip -= first;
                var taken = Math.Min(wanted, count - first);
                if (taken > 0)
                {
                    inputs.Add(new FactsEntry(row, first, taken));
                    wanted -= taken;
                }
            }

            if (entries.Count < Chunk)
            {
                return;
            }
        }
    }
}
