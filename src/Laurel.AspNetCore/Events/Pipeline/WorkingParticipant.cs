using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>A participant while a batch is decided: its state after the commands decided so far.</summary>
internal sealed class WorkingParticipant(LoadedParticipant loaded, RuleBook book, BatchSupply supply)
{
    private static readonly Dictionary<string, ReadOnlyMemory<byte>?> NoParts = new(StringComparer.Ordinal);
    private Dictionary<string, ReadOnlyMemory<byte>?>? _parts;
    private List<RewardAllocation>? _allocations;

    public LoadedParticipant Loaded => loaded;

    public RuleBook Book => book;

    public ParticipantState State { get; private set; } = loaded.State;

    public long RateArrival { get; set; } = loaded.RateArrival;

    public bool IsChanged { get; private set; }

    /// <summary>What the last decision allocated, in the order wanted.</summary>
    public IReadOnlyList<RewardAllocation> Allocations => _allocations ?? [];

    /// <summary>Judges an input; null where something must be loaded first. Changes nothing yet.</summary>
    public Decision? Judge(Input input)
    {
        _allocations = null;
        while (true)
        {
            _parts ??= State.HasParts ? new Dictionary<string, ReadOnlyMemory<byte>?>(supply.PartsOf(loaded.Key), StringComparer.Ordinal) : null;
            var supplies = _parts is null && _allocations is null
                ? Supplies.None
                : new Supplies(_parts ?? NoParts, [.. Allocations.Select(allocation => allocation.Told)]);
            var decision = Evaluator.Evaluate(book, State, input, supplies);
            if (decision.MissingParts.Count > 0)
            {
                supply.Want(loaded.Key, decision.MissingParts);
                return null;
            }

            if (decision.WantedReward is not { } wanted)
            {
                return decision;
            }

            if (supply.Allocate(loaded.Name.Environment, book.FindReward(wanted)!) is not { } allocation)
            {
                return null;
            }

            (_allocations ??= []).Add(allocation);
        }
    }

    /// <summary>Whether time must pass before another input is judged.</summary>
    public bool HasDue(Timestamp now) => Evaluator.HasDue(book, State, now);

    /// <summary>Makes a decision true.</summary>
    public void Apply(Decision decision, BatchWrites writes)
    {
        State = decision.State;
        IsChanged = true;
        if (decision.Parts.Count == 0)
        {
            return;
        }

        _parts ??= new Dictionary<string, ReadOnlyMemory<byte>?>(supply.PartsOf(loaded.Key), StringComparer.Ordinal);
        foreach (var (key, document) in decision.Parts)
        {
            ReadOnlyMemory<byte>? kept = document is null ? null : new ReadOnlyMemory<byte>(document);
            _parts[key] = kept;
            writes.Parts.Add(new PartWrite(new PartName(loaded.Key, key), kept));
        }
    }

    /// <summary>What is to be kept; null where nothing changed, not even when the participant is due.</summary>
    public ParticipantWrite? ToWrite(Timestamp now)
    {
        var dueAt = Evaluator.NextDue(book, State);
        return IsChanged || (!loaded.IsNew && dueAt != loaded.DueAt)
            ? new ParticipantWrite(loaded, State, RateArrival, loaded.IsNew ? now : loaded.CreatedAt, dueAt)
            : null;
    }
}
