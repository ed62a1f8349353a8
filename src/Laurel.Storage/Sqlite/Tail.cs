using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// The inputs that are committed to the log but not folded into the tables that are looked up at random: two segments in memory, the older being folded
/// while the younger grows. So it is both the overlay that makes look-ups right and the cache of recent states. Changed by the writer alone,
/// and only under the store's tail lock.
/// </summary>
internal sealed class Tail
{
    public TailSegment Growing { get; private set; } = new();

    public TailSegment? Folding { get; private set; }

    /// <summary>The log row of a key used in the tail.</summary>
    public bool TryFindKey(KeyHash key, out long logId) =>
        Growing.Keys.TryGetValue(key, out logId) || (Folding?.Keys.TryGetValue(key, out logId) ?? false);

    /// <summary>The newest state of a participant with inputs in the tail; null for another.</summary>
    public TailParticipant? FindParticipant(ParticipantName name) =>
        Growing.Participants.GetValueOrDefault(name) ?? Folding?.Participants.GetValueOrDefault(name);

    /// <summary>A participant's inputs in the tail after <paramref name="foldedThrough"/>, as they will stand in <c>history</c>.</summary>
    public List<HistoryKey> EntriesOf(ParticipantName name, long foldedThrough)
    {
        List<HistoryKey> entries = [];
        entries.AddRange((Folding?.Participants.GetValueOrDefault(name)?.Entries ?? []).Where(entry => entry.LogId > foldedThrough));
        entries.AddRange(Growing.Participants.GetValueOrDefault(name)?.Entries ?? []);
        return entries;
    }

    /// <summary>Starts a new segment; the old one is folded from now on.</summary>
    public void StartFolding()
    {
        Folding = Growing;
        Growing = new TailSegment();
    }

    /// <summary>Drops the folded segment.</summary>
    public void EndFolding() => Folding = null;
}

/// <summary>A run of inputs by key and by participant.</summary>
internal sealed class TailSegment
{
    public Dictionary<KeyHash, long> Keys { get; } = [];

    public Dictionary<ParticipantName, TailParticipant> Participants { get; } = [];

    public int Inputs { get; private set; }

    public long LastLogId { get; private set; }

    /// <summary>Adds an input that is committed.</summary>
    public void AddInput(ParticipantName name, LoadedParticipant loaded, KeyHash? key, in HistoryKey entry)
    {
        ParticipantOf(name, loaded).Entries.Add(entry);
        Inputs++;
        LastLogId = entry.LogId;
        if (key is { } hash)
        {
            Keys[hash] = entry.LogId;
        }
    }

    /// <summary>Sets what a participant is after a committed batch.</summary>
    public void SetState(LoadedParticipant loaded, ParticipantState state, long rateArrival)
    {
        var participant = ParticipantOf(loaded.Name, loaded);
        participant.State = state;
        participant.RateArrival = rateArrival;
    }

    private TailParticipant ParticipantOf(ParticipantName name, LoadedParticipant loaded)
    {
        if (!Participants.TryGetValue(name, out var participant))
        {
            participant = new TailParticipant(loaded.Key, loaded.CreatedAt) { State = loaded.State, RateArrival = loaded.RateArrival };
            Participants.Add(name, participant);
        }

        return participant;
    }
}

/// <summary>A participant with inputs in a segment.</summary>
internal sealed class TailParticipant(long key, Timestamp createdAt)
{
    public long Key { get; } = key;

    public Timestamp CreatedAt { get; } = createdAt;

    public required ParticipantState State { get; set; }

    public required long RateArrival { get; set; }

    public List<HistoryKey> Entries { get; } = new(1);
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
