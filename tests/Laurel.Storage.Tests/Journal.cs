using System.Buffers;
using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>An input to be written: <paramref name="Derived"/> says how many facts it sets off.</summary>
internal sealed record Draft(string Participant, string EventName, long OccurredAt, int Derived)
{
    public InputKind Kind { get; init; }

    /// <summary>How far the clock is set forward before this input, in microseconds, and for all that follow: negative = back.</summary>
    public long ClockStep { get; init; }
}

/// <summary>An input that was committed, with the kinds of its facts, an event's own first.</summary>
internal sealed record Written(string Participant, LogRow Row, IReadOnlyList<string> Kinds)
{
    /// <summary>The places of its facts: -1 is the event's own, the derived ones count from 0.</summary>
    public IEnumerable<int> Places => Enumerable.Range(Row.Kind == InputKind.Event ? -1 : 0, Row.FactCount);
}

/// <summary>
/// Writes inputs to a store as the pipeline does, and keeps what was committed in plain lists: the model that every store is compared with.
/// Each journal has an environment of its own, so that many may share a store.
/// </summary>
internal sealed class Journal(EnvironmentKey environment)
{
    private readonly Dictionary<string, ParticipantState> _states = [];
    private readonly Dictionary<string, Timestamp?> _dues = [];
    private readonly Dictionary<(string Participant, string Key), string> _parts = [];
    private int _drawn;
    private long _clockOffset;

    public EnvironmentKey Environment => environment;

    public List<Written> Inputs { get; } = [];

    /// <summary>Webhook endpoints, and which facts of an input each wants, by place (-1 = the event's own).</summary>
    public Dictionary<int, Predicate<int>> Subscribers { get; } = [];

    public IReadOnlyDictionary<string, ParticipantState> States => _states;

    public IReadOnlyDictionary<string, Timestamp?> Dues => _dues;

    public IReadOnlyDictionary<(string Participant, string Key), string> Parts => _parts;

    public ParticipantName Name(string participant) => new(environment, participant);

    public KeyHash Key(int input) => new(new UInt128((ulong)environment.Value, (ulong)input));

    /// <summary>Commits <paramref name="drafts"/> as one batch, and checks what was loaded for it against the model.</summary>
    public async Task CommitAsync(ILaurelStore store, params Draft[] drafts)
    {
        var names = drafts.Select(draft => Name(draft.Participant)).Distinct().ToArray();
        var batch = await store.OpenBatchAsync(new BatchRequest(names, [], [environment]), default);
        var known = new Dictionary<string, ParticipantState>(_states);
        var dues = new Dictionary<string, Timestamp?>(_dues);
        var (writes, written) = Prepare(batch, drafts);
        await store.CommitAsync(batch, writes, default);
        Keep(writes, written);

        // Only now: a test that fails between opening and committing would leave the batch open, and the store could not be closed.
        Assert.Equal(names, batch.Participants.Select(loaded => loaded.Name));
        foreach (var loaded in batch.Participants)
        {
            Assert.Equal(!known.ContainsKey(loaded.Name.Id), loaded.IsNew);
            Assert.Equal(Text(known.GetValueOrDefault(loaded.Name.Id, ParticipantState.New)), Text(loaded.State));
            Assert.Equal(dues.GetValueOrDefault(loaded.Name.Id), loaded.DueAt);
        }
    }

    /// <summary>What a commit of <paramref name="drafts"/> would write.</summary>
    public (BatchWrites Writes, List<Written> Written) Prepare(StoreBatch batch, IReadOnlyList<Draft> drafts)
    {
        var states = batch.Participants.ToDictionary(loaded => loaded.Name.Id, loaded => loaded.State);
        var writes = new BatchWrites();
        var written = new List<Written>();
        foreach (var draft in drafts)
        {
            var loaded = batch.Participants.Single(loaded => loaded.Name.Id == draft.Participant);
            var facts = Enumerable.Range(0, draft.Derived).Select(Fact).ToList();
            var state = states[draft.Participant] = After(states[draft.Participant], draft, facts);
            var row = Row(loaded.Key, state.Seq, draft, facts, ++_drawn);
            writes.Log.Add(row);
            written.Add(new Written(draft.Participant, row, [.. draft.Kind == InputKind.Event ? (string[])[FactKinds.Event] : [], .. facts.Select(fact => fact.Kind)]));
            var targets = Targets(written[^1]);
            if (targets.Count > 0)
            {
                writes.Outbox.Add(new OutboxWrite(writes.Log.Count - 1, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(targets.Select(target => (int[])[target.EndpointKey, .. target.Places])))));
            }
        }

        foreach (var loaded in batch.Participants.Where(loaded => drafts.Any(draft => draft.Participant == loaded.Name.Id)))
        {
            var createdAt = loaded.IsNew ? new Timestamp(1_000_000 + loaded.Key) : loaded.CreatedAt;
            var state = states[loaded.Name.Id];
            writes.Participants.Add(new ParticipantWrite(loaded, state, 77 + state.Seq, createdAt, Due(loaded.Key, state)));
            var part = new PartName(loaded.Key, PartKeys[(int)(state.Seq % PartKeys.Count)]);
            ReadOnlyMemory<byte>? document = state.Seq % 4 == 0 ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes($$"""{"part":{{state.Seq}}}""");
            writes.Parts.Add(new PartWrite(part, document));
        }

        return (writes, written);
    }

    /// <summary>Who is to get which facts of an input, as of now.</summary>
    public List<(int EndpointKey, List<int> Places)> Targets(Written input) =>
        [.. Subscribers.Select(one => (one.Key, input.Places.Where(place => one.Value(place)).ToList())).Where(target => target.Item2.Count > 0)];

    /// <summary>Notes that a commit took place.</summary>
    public void Keep(BatchWrites writes, IReadOnlyList<Written> written)
    {
        Inputs.AddRange(written);
        foreach (var write in writes.Participants)
        {
            _states[write.Before.Name.Id] = write.State;
            _dues[write.Before.Name.Id] = write.DueAt;
        }

        foreach (var part in writes.Parts)
        {
            var participant = writes.Participants.Single(write => write.Before.Key == part.Name.ParticipantKey).Before.Name.Id;
            _parts.Remove((participant, part.Name.Key));
            if (part.Document is { } document)
            {
                _parts.Add((participant, part.Name.Key), Encoding.UTF8.GetString(document.Span));
            }
        }
    }

    /// <summary>Keys of the pieces that a journal writes.</summary>
    public static IReadOnlyList<string> PartKeys { get; } = ["a", "a:2026-01", "ä"];

    /// <summary>A participant's inputs, newest first.</summary>
    public IEnumerable<Written> Newest(string participant) =>
        Inputs.Where(input => input.Participant == participant)
            .OrderByDescending(input => input.Row.OccurredAt.UnixMicroseconds).ThenByDescending(input => input.Row.Seq);

    public static string Text(ParticipantState state) => Encoding.UTF8.GetString(StateDocument.Write(state));

    private LogRow Row(long participantKey, long seq, Draft draft, List<DerivedFact> facts, int number)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            FactDocument.Write(writer, facts);
        }

        var isTick = draft.Kind == InputKind.Tick;
        var occurredAt = new Timestamp(draft.OccurredAt);
        var receivedAt = new Timestamp(5_000_000 + (number * 250) + (_clockOffset += draft.ClockStep));
        var answer = Encoding.UTF8.GetBytes($$"""{"answer":{{number}}}""");
        return new LogRow(
            participantKey,
            seq,
            draft.Kind,
            FactId.StartOfBlock(receivedAt, ((ulong)environment.Value << 48) + ((ulong)number << 16)),
            isTick ? "" : draft.EventName,
            occurredAt,
            receivedAt,
            ProgramVersion: 1,
            Evaluator.EngineVersion,
            isTick ? null : Key(number),
            new UInt128(1, (ulong)number),
            isTick ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes($$"""{"n":{{number}}}"""),
            json.WrittenMemory,
            draft.Kind == InputKind.Event ? FactDocument.MaskOf(facts) : FactDocument.MaskOf(facts) & ~1,
            draft.Kind == InputKind.Event ? 1 + facts.Count : facts.Count,
            isTick ? [] : answer,
            number % 5 == 0 ? Encoding.UTF8.GetBytes($$"""{"outcome":{{number}}}""") : []);
    }

    private static DerivedFact Fact(int place) => (place % 3) switch
    {
        0 => new PointsAwarded(place, -1, new GrantSource("point_rule", "r"), "points", 1, 1),
        1 => new BadgeUnlocked(place, -1, new GrantSource("badge", "kind"), "kind", "A badge named \"kind\"", "common", null),
        _ => new PointsAwarded(place, -1, new GrantSource("point_rule", "s"), "gems", 1, 1),
    };

    // Some are never due, some later with each input, some at times that others share.
    private static Timestamp? Due(long participantKey, ParticipantState state) =>
        (participantKey + state.Seq) % 4 == 0 ? null : new Timestamp(9_000_000 + (participantKey % 3 == 0 ? state.Seq : state.Seq / 5));

    private static ParticipantState After(ParticipantState state, Draft draft, List<DerivedFact> facts)
    {
        var counts = new long[FactKinds.All.Count];
        state.FactCounts.CopyTo(counts, 0);
        var events = draft.Kind == InputKind.Event ? 1 : 0;
        counts[0] += events;
        facts.ForEach(fact => counts[fact.KindIndex]++);
        return state with
        {
            Seq = state.Seq + 1,
            TotalEvents = state.TotalEvents + events,
            FactCounts = counts,
            Balances = [new Balance("points", state.Seq + 1, state.Seq + 1, 0)],
        };
    }
}
