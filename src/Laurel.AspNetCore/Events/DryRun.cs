using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Participants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Events;

/// <summary>What an event would come to, under the program version that judged it.</summary>
internal sealed record TriedEvent(int ProgramVersion, Decision Decision, Trace Trace);

/// <summary>
/// Judges an event against the participant as it is now and keeps nothing: no participant, no id, no rate, no stock. Any thread may use it.
/// </summary>
internal sealed class DryRun(ILaurelStore store, ParticipantReader participants, RuleBooks books, TimeProvider time)
{
    private const int MostTicks = 200;
    private const int MostAttempts = 10;

    /// <summary>Tries the event. Throws what the store throws.</summary>
    public async ValueTask<TriedEvent> RunAsync(ParticipantName name, EventRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryAsync(name, request, cancellationToken) is { } tried)
            {
                return tried;
            }

            if (attempt == MostAttempts)
            {
                throw new StoreException(StoreFault.Conflict, "The participant kept changing while the event was tried.");
            }
        }
    }

    // Null where the participant changed between two reads: then what was read does not belong together.
    private async ValueTask<TriedEvent?> TryAsync(ParticipantName name, EventRequest request, CancellationToken cancellationToken)
    {
        var found = await participants.FindAsync(name, cancellationToken);
        var present = new Present(
            name,
            found?.Row.State.Seq,
            found?.Book ?? await books.GetNewestAsync(name.Environment, cancellationToken),
            found?.State ?? ParticipantState.New,
            found is null ? new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal) : new(found.Parts, StringComparer.Ordinal));
        var now = found?.Now ?? Timestamp.From(time.GetUtcNow());

        // What is due and grants a reward waits for its allocation, which a reader never makes: here it is assumed.
        for (var ticks = 0; ticks < MostTicks && Evaluator.HasDue(present.Book, present.State, now); ticks++)
        {
            if (await JudgeAsync(present, new TickInput(default, now), cancellationToken) is not { } tick)
            {
                return null;
            }

            present.Apply(tick.Decision);
        }

        return await JudgeAsync(
            present, new EventInput(default, request.EventName, request.Properties, request.Timestamp ?? now, now), cancellationToken);
    }

    private async ValueTask<TriedEvent?> JudgeAsync(Present present, Input input, CancellationToken cancellationToken)
    {
        var allocations = new List<Allocation>();
        while (true)
        {
            // A trace of its own for each attempt: what an unfinished one noted is not what would happen.
            var trace = new Trace();
            var decision = Evaluator.Evaluate(present.Book, present.State, input, new Supplies(present.Parts, allocations), trace);
            if (decision.IsFinal)
            {
                return new TriedEvent(present.Book.Version, decision, trace);
            }

            if (decision.MissingParts.Count > 0 && !await LoadAsync(present, decision.MissingParts, cancellationToken))
            {
                return null;
            }

            if (decision.MissingParts.Count == 0)
            {
                present.Stocks ??= await store.ReadRewardStocksAsync(present.Name.Environment, cancellationToken);
                allocations.Add(present.Allocate(present.Book.FindReward(decision.WantedReward!)!));
            }
        }
    }

    private async ValueTask<bool> LoadAsync(Present present, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var documents = await store.ReadPartsAsync(present.Name, keys, cancellationToken);
        foreach (var key in keys)
        {
            present.Parts[key] = documents.TryGetValue(key, out var document) ? document : null;
        }

        var row = await store.ReadParticipantAsync(present.Name.Environment, present.Name.Id, cancellationToken);
        return row?.State.Seq == present.Seq;
    }

    /// <summary>The participant as the tried inputs leave it. <paramref name="seq"/> is that of what is kept; null where nothing is.</summary>
    private sealed class Present(ParticipantName name, long? seq, RuleBook book, ParticipantState state, Dictionary<string, ReadOnlyMemory<byte>?> parts)
    {
        private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);

        public ParticipantName Name => name;

        public long? Seq => seq;

        public RuleBook Book => book;

        public ParticipantState State { get; private set; } = state;

        public Dictionary<string, ReadOnlyMemory<byte>?> Parts => parts;

        public IReadOnlyDictionary<string, RewardStock>? Stocks { get; set; }

        public void Apply(Decision decision)
        {
            State = decision.State;
            foreach (var (key, document) in decision.Parts)
            {
                parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
            }
        }

        /// <summary>What would be allocated. Its code stays unknown: it is whose it will be.</summary>
        public Allocation Allocate(CatalogueReward reward)
        {
            var stock = Stocks!.GetValueOrDefault(reward.Code) ?? new RewardStock(0, 0, 0);
            var taken = _taken.GetValueOrDefault(reward.Code);
            var isThere = !(stock.Issued + taken >= reward.Stock) && (!reward.HasCodePool || taken < stock.CodesFree);
            _taken[reward.Code] = taken + (isThere ? 1 : 0);
            return new Allocation(reward.Code, isThere, CodeValue: null);
        }
    }
}
