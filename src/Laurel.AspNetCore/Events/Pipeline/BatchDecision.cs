using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.RateCaps;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// One attempt to decide a batch, in memory and in order: replays, rate refusals, what is due, and what the rules conclude. Where the supply lacks something,
/// the attempt goes on to learn what else is lacking, and is void.
/// </summary>
internal sealed class BatchDecision(
    StoreBatch batch, IReadOnlyDictionary<EnvironmentKey, Governing> governing, BatchSupply supply, EventAnswers answers, Func<ulong> drawId, Timestamp now)
{
    // A tick may make 500 facts. What still waits after so many is left for the next batch, so that no participant holds up a lane for ever.
    private const int MostTicks = 200;
    private readonly Dictionary<ParticipantName, WorkingParticipant> _participants = Working(batch, governing, supply);
    private readonly Dictionary<KeyHash, StoredAnswer> _answered = [];

    public BatchWrites Writes { get; } = new();

    /// <summary>Derived facts of all inputs.</summary>
    public List<IReadOnlyList<DerivedFact>> Facts { get; } = [];

    /// <summary>What became of each command.</summary>
    public CommandOutcome[] Decide(List<PipelineCommand> commands)
    {
        var outcomes = new CommandOutcome[commands.Count];
        for (var i = 0; i < commands.Count; i++)
        {
            outcomes[i] = Decide(commands[i]);
        }

        foreach (var participant in _participants.Values)
        {
            if (participant.ToWrite(now) is { } write)
            {
                Writes.Participants.Add(write);
            }
        }

        return outcomes;
    }

    private CommandOutcome Decide(PipelineCommand command)
    {
        if (command.Key is { } key && (batch.Answers.TryGetValue(key, out var first) || _answered.TryGetValue(key, out first)))
        {
            return first.IsErased
                ? new CommandOutcome.Erased()
                : new CommandOutcome.Answered(first.Answer, IsReplay: true, first.PayloadHash != command.PayloadHash);
        }

        var participant = _participants[command.Participant];
        if (!ParticipantRateCap.Admits(command.Rate, participant.RateArrival, now, out var rateArrival, out var retryAfterSeconds))
        {
            return new CommandOutcome.RateRefused(retryAfterSeconds);
        }

        PassTime(participant);
        if (command.ToInput(FactId.StartOfBlock(now, drawId()), now) is not { } input || participant.Judge(input) is not { } decision)
        {
            return new CommandOutcome.Woken();
        }

        if (decision.Refusal is { } refusal)
        {
            return new CommandOutcome.Refused(refusal, participant.State, participant.Book);
        }

        var answer = answers.WriteAnswer(participant.Loaded.Name.Id, participant.Book, input, decision);
        Keep(participant, input, decision, command.Key, command.PayloadHash, answer);
        participant.RateArrival = rateArrival;
        if (decision.State.IsErased)
        {
            Writes.Erasures.Add(new Erasure(participant.Loaded.Key, decision.State.Seq, DerivedFact.IdOf(input.Id, 0)));
        }

        if (command.Key is { } used)
        {
            _answered.Add(used, new StoredAnswer(answer, command.PayloadHash));
        }

        return new CommandOutcome.Answered(answer, IsReplay: false, PayloadDiffers: false);
    }

    // What is due happens first, as inputs of its own: so an answer tells only what its own event earned.
    private void PassTime(WorkingParticipant participant)
    {
        for (var ticks = 0; ticks < MostTicks && participant.HasDue(now); ticks++)
        {
            var tick = new TickInput(FactId.StartOfBlock(now, drawId()), now);
            if (participant.Judge(tick) is not { } decision)
            {
                return;
            }

            Keep(participant, tick, decision, key: null, payloadHash: default, answer: []);
        }
    }

    private void Keep(WorkingParticipant participant, Input input, Decision decision, KeyHash? key, UInt128 payloadHash, byte[] answer)
    {
        var (kind, name, properties) = RowOf(input);
        participant.Apply(decision, Writes);
        Facts.Add(decision.Facts);
        var eventFacts = kind == InputKind.Event ? 1 : 0;
        var factMask = FactDocument.MaskOf(decision.Facts) & ~(1 - eventFacts);
        Writes.Log.Add(new LogRow(
            participant.Loaded.Key,
            decision.State.Seq,
            kind,
            input.Id,
            name,
            input.OccurredAt,
            input.ReceivedAt,
            participant.Book.Version,
            Evaluator.EngineVersion,
            key,
            payloadHash,
            properties.Json,
            answers.WriteFacts(decision.Facts),
            factMask,
            decision.Facts.Count + eventFacts,
            answer,
            EventAnswers.WriteOutcomes(participant.Allocations)));
        if (governing[participant.Loaded.Name.Environment].Subscribers.TargetsOf(factMask, decision.Facts) is { IsEmpty: false } targets)
        {
            Writes.Outbox.Add(new OutboxWrite(Writes.Log.Count - 1, targets));
        }

        NoteIssues(participant, input, decision);
    }

    private static (InputKind Kind, string Name, Properties Properties) RowOf(Input input) => input switch
    {
        EventInput happened => (InputKind.Event, happened.Name, happened.Properties),
        CommandInput command => (InputKind.Command, command.Name, command.Payload()),
        _ => (InputKind.Tick, "", Properties.Empty),
    };

    private void NoteIssues(WorkingParticipant participant, Input input, Decision decision)
    {
        var next = 0;
        for (var place = 0; place < decision.Facts.Count; place++)
        {
            if (decision.Facts[place] is RewardIssued issued)
            {
                var reward = participant.Book.FindReward(issued.RewardCode)!;
                var isAllocated = reward.Stock is not null || reward.HasCodePool;
                while (isAllocated && !participant.Allocations[next].Told.IsGranted)
                {
                    next++;
                }

                var code = isAllocated ? participant.Allocations[next++].Code : null;
                Writes.Rewards.Add(new RewardIssue(
                    new RewardName(participant.Loaded.Name.Environment, reward.Code), code, participant.Loaded.Key, input.Id.Plus(DerivedFact.IdOffset(place)), now));
            }
        }
    }

    private static Dictionary<ParticipantName, WorkingParticipant> Working(
        StoreBatch batch, IReadOnlyDictionary<EnvironmentKey, Governing> governing, BatchSupply supply)
    {
        var participants = new Dictionary<ParticipantName, WorkingParticipant>(batch.Participants.Count);
        foreach (var loaded in batch.Participants)
        {
            participants.Add(loaded.Name, new WorkingParticipant(loaded, governing[loaded.Name.Environment].Book, supply));
        }

        return participants;
    }
}
