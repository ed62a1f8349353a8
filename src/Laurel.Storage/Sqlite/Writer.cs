using System.Buffers;
using System.Text.Json;
using Laurel.Evaluation;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// The pipeline's batches on the one writing connection. Used by whoever holds the store's write semaphore, one at a time; the tail changes under the tail lock.
/// </summary>
internal sealed class Writer(Connection connection, TailLock tailLock, Checkpointer checkpointer, SqliteStoreOptions options)
{
    private const int SmallestSlice = 256;
    private const int RecoverySlice = 10_000;

    // From here on a participant's entries are written with their commit: they lie together, so that waiting for others would save nothing,
    // and readers of a busy participant's history would have ever more of it to sort.
    private const int HotParticipantEntries = 500;

    private readonly NameHashes _names = new();
    private readonly ArrayBufferWriter<byte> _stateBytes = new(1024);
    private readonly HashSet<long> _hot = [];
    private readonly List<int> _stateLengths = [];
    private Tail _tail = new(options.FoldAfterInputs);
    private Task<Fold>? _sorting;
    private Fold? _fold;
    private long _nextLogId;
    private long _lastMillisecond;
    private long _nextParticipantKey;
    private bool _isBroken;

    // Programs without anything that comes due are common, and their events need not ask.
    private bool _anyIsDue = true;

    /// <summary>
    /// Folds what was committed and not folded, all of it at once. Also the way back after a failed commit, whose effect is then read, not guessed.
    /// </summary>
    public void RecoverTail()
    {
        // Readers wait: half of a fold stands in the tables, and none of it may be seen twice.
        using var scope = tailLock.Enter();
        var foldedThrough = connection.Scalar("select through_log_id from folded");
        var (segment, lastLogId) = TailRecovery.Read(connection, foldedThrough, options.FoldAfterInputs);
        var fold = new Fold(segment, foldedThrough);
        while (segment.Inputs > 0 && !fold.IsDone)
        {
            connection.Execute("begin immediate");
            var progress = fold.WriteSlice(connection, RecoverySlice);
            connection.Execute("commit");
            fold.Advance(progress);
        }

        ForgetTail();
        _nextLogId = lastLogId + 1;
        _lastMillisecond = InputSearch.MillisecondOf(connection.Scalar("select received_at from log order by id desc limit 1"));
        _nextParticipantKey = connection.Scalar("select max(key) from participants") + 1;
        _anyIsDue = WakeTable.ReadNext(connection) is not null;
        _isBroken = false;
    }

    // Another one, not the same emptied: its objects would keep what they held.
    private void ForgetTail()
    {
        _tail = new Tail(options.FoldAfterInputs);
        _fold = null;
        _sorting = null;
    }

    /// <summary>Opens the transaction and loads.</summary>
    public StoreBatch Open(BatchRequest request)
    {
        if (_isBroken)
        {
            RecoverTail();
        }

        connection.Execute("begin immediate");
        var newKey = _nextParticipantKey;
        var participants = new LoadedParticipant[request.Participants.Count];
        for (var i = 0; i < participants.Length; i++)
        {
            var name = request.Participants[i];
            participants[i] = Load(name) ?? new LoadedParticipant(newKey++, name, ParticipantState.New, 0, default, IsNew: true, DueAt: null);
        }

        var answers = new Dictionary<KeyHash, StoredAnswer>();
        foreach (var key in request.Keys)
        {
            if (FindLogId(key) is { } logId)
            {
                answers.Add(key, LogReads.Answer(connection, logId));
            }
        }

        var versions = new int[request.Environments.Count];
        var webhookVersions = new int[request.Environments.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = ProgramTable.NewestVersion(connection, request.Environments[i]);
            webhookVersions[i] = WebhookEndpointTable.Version(connection, request.Environments[i]);
        }

        return new StoreBatch { Participants = participants, Answers = answers, ProgramVersions = versions, WebhookVersions = webhookVersions };
    }

    /// <summary>Pieces of states, within the open transaction.</summary>
    public Dictionary<PartName, ReadOnlyMemory<byte>> LoadParts(IReadOnlyList<PartName> names) => PartTable.Read(connection, names);

    /// <summary>What there is of rewards, within the open transaction, which keeps everybody else from them.</summary>
    public RewardSupply[] LockRewards(IReadOnlyList<RewardDemand> demands) => RewardTables.Supplies(connection, demands);

    /// <summary>Writes and commits; then the tail knows it too.</summary>
    public void Commit(BatchWrites writes)
    {
        var firstLogId = _nextLogId;
        PickUpSortedFold();
        WriteParticipants(writes, WriteLog(writes, firstLogId));
        PartTable.Write(connection, writes.Parts);
        RewardTables.Write(connection, writes.Rewards);
        OutboxTable.Write(connection, writes, firstLogId);
        WriteHotEntries(writes, firstLogId);
        FoldProgress? progress = null;
        if (writes.Erasures.Count > 0)
        {
            Fold.Whole(connection, options.FoldAfterInputs);
            writes.Erasures.ForEach(erasure => ErasureTables.Erase(connection, erasure));
        }
        else
        {
            progress = _fold?.WriteSlice(connection, Math.Max(SmallestSlice, 6 * writes.Log.Count));
        }

        try
        {
            using (tailLock.Enter())
            {
                connection.Execute("commit");
                if (writes.Erasures.Count > 0)
                {
                    ForgetTail();
                }
                else
                {
                    AddToTail(writes, firstLogId);
                    EndFoldIfDone(progress);
                }
            }
        }
        catch (StoreException) when (!connection.InTransaction && connection.IsOutOfSpace)
        {
            // The commit's own record did not fit, so it cannot have taken place, and memory still shows what the file does: keys go on to be answered.
            throw;
        }
        catch (Exception failure) when (!connection.InTransaction)
        {
            // SQLite gave the transaction up by itself, or memory is behind the file: what is true is read from the file before the next batch.
            _isBroken = true;
            throw new StoreException(StoreFault.OutcomeUnknown, "The store failed while it committed.", failure);
        }

        _nextLogId += writes.Log.Count;
        if (writes.Log.Count > 0)
        {
            _lastMillisecond = InputSearch.MillisecondOf(writes.Log[^1].ReceivedAt.UnixMicroseconds);
        }

        // Not every participant that was missing is written (a replay may name one), so keys given out may have gaps, but never repeat.
        foreach (var write in writes.Participants)
        {
            _nextParticipantKey = Math.Max(_nextParticipantKey, write.Before.Key + 1);
        }

        checkpointer.NoteWritten(connection.TakePagesWritten(), connection);
    }

    /// <summary>Starts a read transaction on <paramref name="reader"/> together with what the tail has of the participant.</summary>
    public Snapshot TakeSnapshot(Connection reader, ParticipantName? participant)
    {
        using (tailLock.Enter())
        {
            // The first read fixes the snapshot.
            reader.Execute("begin");
            reader.Scalar("select through_log_id from folded");
            return participant is { } name
                ? new Snapshot(reader, _tail.FindParticipant(name)?.Freeze(), _tail.EntriesOf(name, _fold))
                : new Snapshot(reader, null, []);
        }
    }

    /// <summary>Starts a read transaction on <paramref name="reader"/> together with those of <paramref name="names"/> that the tail has.</summary>
    public Dictionary<ParticipantName, RecentParticipant> TakeSnapshot(Connection reader, List<ParticipantName> names)
    {
        var recent = new Dictionary<ParticipantName, RecentParticipant>();
        using (tailLock.Enter())
        {
            reader.Execute("begin");
            reader.Scalar("select through_log_id from folded");
            foreach (var name in names)
            {
                if (_tail.FindParticipant(name) is { } participant)
                {
                    recent.Add(name, participant.Freeze());
                }
            }
        }

        return recent;
    }

    private LoadedParticipant? Load(ParticipantName name)
    {
        if (_tail.FindParticipant(name) is { } recent)
        {
            return new LoadedParticipant(recent.Key, name, recent.ReadState(), recent.RateArrival, recent.CreatedAt, IsNew: false, recent.DueAt);
        }

        return ParticipantReads.FindStored(connection, name, _anyIsDue);
    }

    private long? FindLogId(KeyHash key)
    {
        if (_tail.TryFindKey(key, out var recent))
        {
            return recent;
        }

        var select = connection.Prepare("select log_id from idempotency_keys where key_hash = ?1").Bind(1, key.Value);
        long? logId = select.Step() ? select.Long(0) : null;
        select.Reset();
        return logId;
    }

    // Returns the last input of each participant.
    private Dictionary<long, long> WriteLog(BatchWrites writes, long firstLogId)
    {
        var lastInputs = new Dictionary<long, long>(writes.Participants.Count);
        var insert = connection.Prepare(LogReads.Insert);
        var before = _lastMillisecond;
        for (var i = 0; i < writes.Log.Count; i++)
        {
            var row = writes.Log[i];
            LogReads.Bind(insert, firstLogId + i, row, NameHashOf(row));
            insert.Run();
            lastInputs[row.ParticipantKey] = firstLogId + i;

            var millisecond = InputSearch.MillisecondOf(row.ReceivedAt.UnixMicroseconds);
            if (millisecond < before)
            {
                connection.Prepare("insert into clock_steps (log_id) values (?1)").Bind(1, firstLogId + i).Run();
            }

            before = millisecond;
        }

        return lastInputs;
    }

    private void WriteParticipants(BatchWrites writes, Dictionary<long, long> lastInputs)
    {
        var create = connection.Prepare("insert into participants (key, environment, id, created_at, rate_arrival, state) values (?1, ?2, ?3, ?4, 0, ?5)");
        var recent = connection.Prepare("insert into recent_states (log_id, participant_key, rate_arrival, state) values (?1, ?2, ?3, ?4)");
        using var stateWriter = new Utf8JsonWriter(_stateBytes);
        _stateBytes.ResetWrittenCount();
        _stateLengths.Clear();
        foreach (var write in writes.Participants)
        {
            var before = write.Before;
            if (write.DueAt != before.DueAt)
            {
                WakeTable.Write(connection, before.Key, write.DueAt);
                _anyIsDue = true;
            }

            if (!lastInputs.TryGetValue(before.Key, out var lastInput))
            {
                RequireSameState(write);
                _stateLengths.Add(0);
                continue;
            }

            var start = _stateBytes.WrittenCount;
            stateWriter.Reset(_stateBytes);
            StateDocument.Write(stateWriter, write.State);
            var state = _stateBytes.WrittenSpan[start..];
            _stateLengths.Add(state.Length);
            if (before.IsNew)
            {
                create.Bind(1, before.Key).Bind(2, before.Name.Environment.Value).Bind(3, before.Name.Id)
                    .Bind(4, write.CreatedAt.UnixMicroseconds).BindText(5, state).Run();
            }

            recent.Bind(1, lastInput).Bind(2, before.Key).Bind(3, write.RateArrival).BindText(4, state).Run();
        }
    }

    // A state is the fold of a log: without an input it stays as it is.
    private static void RequireSameState(ParticipantWrite write)
    {
        if (write.Before.IsNew || write.State.Seq != write.Before.State.Seq)
        {
            throw new InvalidOperationException($"Participant {write.Before.Key} has no input in the batch, but another state.");
        }
    }

    private void AddToTail(BatchWrites writes, long firstLogId)
    {
        var loaded = new Dictionary<long, ParticipantWrite>(writes.Participants.Count);
        var start = 0;
        for (var i = 0; i < writes.Participants.Count; i++)
        {
            var write = writes.Participants[i];
            loaded.Add(write.Before.Key, write);
            if (_stateLengths[i] > 0)
            {
                var state = _stateBytes.WrittenSpan.Slice(start, _stateLengths[i]);
                start += state.Length;
                _tail.Growing.SetState(write.Before with { CreatedAt = write.CreatedAt }, state, write.RateArrival, write.DueAt);
            }
            else if (_tail.FindParticipant(write.Before.Name) is { } recent)
            {
                recent.DueAt = write.DueAt;
            }
        }

        for (var i = 0; i < writes.Log.Count; i++)
        {
            var row = writes.Log[i];
            var before = loaded[row.ParticipantKey].Before;
            var entry = EntryOf(row, firstLogId + i);
            _tail.Growing.AddInput(before.Name, before, row.Key, entry, isInHistory: _hot.Contains(row.ParticipantKey));
        }
    }

    private void WriteHotEntries(BatchWrites writes, long firstLogId)
    {
        _hot.Clear();
        foreach (var write in writes.Participants)
        {
            if (_tail.Growing.Participants.GetValueOrDefault(write.Before.Name)?.Entries.Count >= HotParticipantEntries)
            {
                _hot.Add(write.Before.Key);
            }
        }

        for (var i = 0; _hot.Count > 0 && i < writes.Log.Count; i++)
        {
            if (_hot.Contains(writes.Log[i].ParticipantKey))
            {
                Fold.WriteEntry(connection, writes.Log[i].ParticipantKey, EntryOf(writes.Log[i], firstLogId + i));
            }
        }
    }

    private HistoryKey EntryOf(LogRow row, long logId) =>
        new(row.OccurredAt.UnixMicroseconds, row.Seq, NameHashOf(row), row.FactMask, row.FactCount, logId);

    private long NameHashOf(LogRow row) => row.Kind == InputKind.Event ? _names.Of(row.EventName) : NameHashes.None;

    // A segment's rows are sorted beside the writer: that takes too long for anybody to wait for.
    private void PickUpSortedFold()
    {
        if (_sorting is { IsCompleted: true } sorted)
        {
            using (tailLock.Enter())
            {
                _fold = sorted.GetAwaiter().GetResult();
                _sorting = null;
            }
        }
    }

    private void EndFoldIfDone(FoldProgress? progress)
    {
        if (_fold is not null && progress is { } written)
        {
            _fold.Advance(written);
            if (_fold.IsDone)
            {
                _fold = null;
                _tail.EndFolding();
            }
        }

        if (_tail.Folding is null && _tail.Growing.Inputs >= options.FoldAfterInputs)
        {
            var segment = _tail.StartFolding();
            var foldedThrough = segment.LastLogId - segment.Inputs;
            _sorting = Task.Run(() => new Fold(segment, foldedThrough));
        }
    }
}
