using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// The inputs that are committed to the log but not folded into the tables that are looked up at random: two segments in memory, the older being folded
/// while the younger grows. So it is both the overlay that makes look-ups right and the cache of recent states. Changed by the writer alone,
/// and only under the store's tail lock.
/// </summary>
internal sealed class Tail(int capacity)
{
    private TailSegment? _spare;

    public TailSegment Growing { get; private set; } = new(capacity);

    public TailSegment? Folding { get; private set; }

    /// <summary>The log row of a key used in the tail.</summary>
    public bool TryFindKey(KeyHash key, out long logId) =>
        Growing.Keys.TryGetValue(key, out logId) || (Folding?.Keys.TryGetValue(key, out logId) ?? false);

    /// <summary>The newest state of a participant with inputs in the tail; null for another.</summary>
    public TailParticipant? FindParticipant(ParticipantName name) =>
        Growing.Participants.GetValueOrDefault(name) ?? Folding?.Participants.GetValueOrDefault(name);

    /// <summary>A participant's inputs that do not stand in <c>history</c> yet. <paramref name="fold"/> tells how far the older segment is; null = not begun.</summary>
    public List<HistoryKey> EntriesOf(ParticipantName name, Fold? fold)
    {
        List<HistoryKey> entries = [];
        if (Folding?.Participants.GetValueOrDefault(name) is { } older)
        {
            entries.AddRange(fold?.UnfoldedOf(older.Key) ?? older.Entries);
        }

        entries.AddRange(Growing.Participants.GetValueOrDefault(name)?.Entries ?? []);
        return entries;
    }

    /// <summary>Starts a new segment; the old one is folded from now on.</summary>
    public TailSegment StartFolding()
    {
        Folding = Growing;
        Growing = _spare ?? new TailSegment(capacity);
        _spare = null;
        return Folding;
    }

    /// <summary>Drops the folded segment. Its dictionaries serve again: new ones would be large, and grow by copying themselves.</summary>
    public void EndFolding()
    {
        _spare = Folding;
        _spare?.Clear();
        Folding = null;
    }
}

/// <summary>A run of inputs by key and by participant.</summary>
internal sealed class TailSegment(int capacity)
{
    public Dictionary<KeyHash, long> Keys { get; } = new(capacity);

    public Dictionary<ParticipantName, TailParticipant> Participants { get; } = new(capacity);

    private readonly StateArena _states = new();
    private readonly Stack<TailParticipant> _idle = [];

    public int Inputs { get; private set; }

    public long LastLogId { get; private set; }

    /// <summary>Forgets everything, but keeps its objects for the next inputs: what lives for a segment is what a collector of generations likes least.</summary>
    public void Clear()
    {
        foreach (var participant in Participants.Values)
        {
            participant.Clear();
            _idle.Push(participant);
        }

        _states.Clear();
        Keys.Clear();
        Participants.Clear();
        Inputs = 0;
    }

    /// <summary>Adds an input that is committed. <paramref name="isInHistory"/>: its entry was written at once.</summary>
    public void AddInput(ParticipantName name, LoadedParticipant loaded, KeyHash? key, in HistoryKey entry, bool isInHistory = false)
    {
        if (!isInHistory)
        {
            ParticipantOf(name, loaded).Entries.Add(entry);
        }

        Inputs++;
        LastLogId = entry.LogId;
        if (key is { } hash)
        {
            Keys[hash] = entry.LogId;
        }
    }

    /// <summary>Sets what a participant is after a committed batch.</summary>
    public void SetState(LoadedParticipant loaded, ReadOnlySpan<byte> stateDocument, long rateArrival, Timestamp? dueAt)
    {
        var participant = ParticipantOf(loaded.Name, loaded);
        participant.StateDocument = _states.Replace(participant.StateDocument, stateDocument);
        participant.RateArrival = rateArrival;
        participant.DueAt = dueAt;
    }

    private TailParticipant ParticipantOf(ParticipantName name, LoadedParticipant loaded)
    {
        if (!Participants.TryGetValue(name, out var participant))
        {
            participant = _idle.TryPop(out var idle) ? idle : new TailParticipant();
            participant.Key = loaded.Key;
            participant.CreatedAt = loaded.CreatedAt;
            participant.RateArrival = loaded.RateArrival;
            participant.DueAt = loaded.DueAt;
            Participants.Add(name, participant);
        }

        return participant;
    }
}

/// <summary>A participant with inputs in a segment. The segment uses it again for another one.</summary>
internal sealed class TailParticipant
{
    private const int MostEntriesKept = 64;

    public long Key { get; set; }

    public Timestamp CreatedAt { get; set; }

    /// <summary>
    /// The state as it is written to the file. Not the objects: they are a dozen a participant, which the garbage collector would move from generation to
    /// generation for nothing, since most states leave the tail unread.
    /// </summary>
    public ArenaBytes StateDocument { get; set; }

    /// <summary>Reads the state.</summary>
    public ParticipantState ReadState() => Evaluation.StateDocument.Read(StateDocument.Span);

    public long RateArrival { get; set; }

    public Timestamp? DueAt { get; set; }

    public List<HistoryKey> Entries { get; private set; } = new(1);

    /// <summary>What it is now, for a reader to keep beyond the tail lock.</summary>
    public RecentParticipant Freeze() => new(Key, StateDocument.Span.ToArray(), CreatedAt, DueAt);

    /// <summary>Forgets whom it stood for.</summary>
    public void Clear()
    {
        StateDocument = default;
        if (Entries.Capacity > MostEntriesKept)
        {
            Entries = new List<HistoryKey>(1);
        }

        Entries.Clear();
    }
}

/// <summary>A row of <c>history</c> but for the participant. Order: newest first by occurrence, then by <c>seq</c>.</summary>
internal readonly record struct HistoryKey(long OccurredAt, long Seq, long NameHash, int FactMask, int FactCount, long LogId) : IComparable<HistoryKey>
{
    public int CompareTo(HistoryKey other)
    {
        var order = other.OccurredAt.CompareTo(OccurredAt);
        return order != 0 ? order : other.Seq.CompareTo(Seq);
    }
}
