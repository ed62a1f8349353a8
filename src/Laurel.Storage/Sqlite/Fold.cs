namespace Laurel.Storage.Sqlite;

/// <summary>
/// Folds one segment of the tail into the tables that are looked up at random. The rows are sorted first, so that one visit to a page serves all its
/// rows, and written a slice at a time within the commits that happen anyway, so that no caller waits for it. Folding a row twice is harmless:
/// after a crash the whole segment is folded again.
/// </summary>
internal sealed class Fold
{
    private readonly KeyValuePair<KeyHash, long>[] _keys;
    private readonly (long Participant, HistoryKey Key)[] _entries;
    private readonly TailParticipant[] _states;
    private readonly long _lastLogId;
    private FoldProgress _done;

    public Fold(TailSegment segment, long foldedThrough)
    {
        _keys = [.. segment.Keys];
        Array.Sort(_keys, static (left, right) => left.Key.Value.CompareTo(right.Key.Value));
        _states = [.. segment.Participants.Values];
        Array.Sort(_states, static (left, right) => left.Key.CompareTo(right.Key));
        _entries = [.. _states.SelectMany(participant => participant.Entries.Order().Reverse().Select(entry => (participant.Key, entry)))];
        _lastLogId = segment.LastLogId;
        _done = new FoldProgress(0, 0, 0, foldedThrough);
    }

    /// <summary>Folds all there is within the open transaction: then every input stands in the tables, where it is found by participant.</summary>
    public static void Whole(Connection connection, int capacity)
    {
        var foldedThrough = connection.Scalar("select through_log_id from folded");
        var fold = new Fold(TailRecovery.Read(connection, foldedThrough, capacity).Segment, foldedThrough);
        while (!fold.IsDone)
        {
            fold.Advance(fold.WriteSlice(connection, capacity));
        }
    }

    /// <summary>Whether everything was written by slices that were committed.</summary>
    public bool IsDone => _done.ClearedThrough >= _lastLogId;

    /// <summary>Entries of a participant that no committed slice has written.</summary>
    public List<HistoryKey> UnfoldedOf(long participantKey)
    {
        int low = 0, high = _entries.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _entries[middle].Participant < participantKey ? (middle + 1, high) : (low, middle);
        }

        var entries = new List<HistoryKey>();
        for (var i = Math.Max(low, _done.Entries); i < _entries.Length && _entries[i].Participant == participantKey; i++)
        {
            entries.Add(_entries[i].Key);
        }

        return entries;
    }

    /// <summary>
    /// Writes about <paramref name="rows"/> rows within the open transaction and returns where the fold stands once that is committed.
    /// </summary>
    public FoldProgress WriteSlice(Connection connection, int rows)
    {
        if (_done.Keys < _keys.Length)
        {
            return _done with { Keys = WriteKeys(connection, Math.Min(_keys.Length, _done.Keys + rows)) };
        }

        if (_done.Entries < _entries.Length)
        {
            return _done with { Entries = WriteEntries(connection, Math.Min(_entries.Length, _done.Entries + rows)) };
        }

        if (_done.States < _states.Length)
        {
            return _done with { States = WriteStates(connection, Math.Min(_states.Length, _done.States + rows)) };
        }

        return _done with { ClearedThrough = ClearRecentStates(connection, Math.Min(_lastLogId, _done.ClearedThrough + (2 * rows))) };
    }

    /// <summary>Notes that a slice was committed.</summary>
    public void Advance(in FoldProgress progress) => _done = progress;

    private int WriteKeys(Connection connection, int end)
    {
        var insert = connection.Prepare("insert into idempotency_keys (key_hash, log_id) values (?1, ?2) on conflict do nothing");
        for (var i = _done.Keys; i < end; i++)
        {
            insert.Bind(1, _keys[i].Key.Value).Bind(2, _keys[i].Value).Run();
            if (connection.Changes == 0)
            {
                RequireSameInput(connection, _keys[i]);
            }
        }

        return end;
    }

    private int WriteEntries(Connection connection, int end)
    {
        for (var i = _done.Entries; i < end; i++)
        {
            WriteEntry(connection, _entries[i].Participant, _entries[i].Key);
        }

        return end;
    }

    /// <summary>Writes one row of <c>history</c> within the open transaction.</summary>
    public static void WriteEntry(Connection connection, long participantKey, in HistoryKey entry) =>
        connection.Prepare(
            "insert into history (participant_key, occurred_at, seq, name_hash, fact_mask, fact_count, log_id) values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do nothing")
            .Bind(1, participantKey).Bind(2, entry.OccurredAt).Bind(3, entry.Seq).Bind(4, entry.NameHash)
            .Bind(5, entry.FactMask).Bind(6, entry.FactCount).Bind(7, entry.LogId).Run();

    private int WriteStates(Connection connection, int end)
    {
        var update = connection.Prepare("update participants set rate_arrival = ?2, state = ?3 where key = ?1");
        for (var i = _done.States; i < end; i++)
        {
            update.Bind(1, _states[i].Key).Bind(2, _states[i].RateArrival).BindText(3, _states[i].StateDocument.Span).Run();
        }

        return end;
    }

    private static long ClearRecentStates(Connection connection, long end)
    {
        connection.Prepare("delete from recent_states where log_id <= ?1").Bind(1, end).Run();
        connection.Prepare("update folded set through_log_id = ?1").Bind(1, end).Run();
        return end;
    }

    // A key that already stands for another input means that an input was processed twice: nothing may go on from there.
    private static void RequireSameInput(Connection connection, KeyValuePair<KeyHash, long> key)
    {
        var select = connection.Prepare("select log_id from idempotency_keys where key_hash = ?1").Bind(1, key.Key.Value);
        var logId = select.Step() ? select.Long(0) : 0;
        select.Reset();
        if (logId != key.Value)
        {
            throw new InvalidOperationException($"Inputs {logId} and {key.Value} of the log have the same idempotency key. The store must not be written any more.");
        }
    }
}

/// <summary>How many keys, history entries and states a fold has written, and up to which input it has cleared <c>recent_states</c>.</summary>
internal readonly record struct FoldProgress(int Keys, int Entries, int States, long ClearedThrough);
