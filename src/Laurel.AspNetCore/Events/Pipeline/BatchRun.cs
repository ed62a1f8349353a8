using System.Diagnostics;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Telemetry;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.RateCaps;
using Laurel.Rules;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// One batch from prefetch to answer. Evaluation is pure, so that a batch that failed may simply run again. Commands are completed only after the commit.
/// </summary>
internal sealed class BatchRun(ILaurelStore store, RuleBooks books, TimeProvider time, Func<ulong> drawId, LaurelTelemetry telemetry)
{
    /// <summary>Runs <paramref name="commands"/>. Throws what the store throws; then nothing was kept and nothing was completed.</summary>
    public async ValueTask RunAsync(List<EventCommand> commands)
    {
        var started = Stopwatch.GetTimestamp();
        using var activity = LaurelTelemetry.Source.StartActivity("laurel.batch");

        // 1. Prefetch, in one go.
        var request = Prefetch(commands);
        var batch = await store.OpenBatchAsync(request, CancellationToken.None);
        var outcomes = new CommandOutcome[commands.Count];
        var writes = new BatchWrites();
        var isOpen = true;
        try
        {
            var governing = new Dictionary<EnvironmentKey, RuleBook>(request.Environments.Count);
            for (var i = 0; i < request.Environments.Count; i++)
            {
                governing.Add(request.Environments[i], await books.GetAsync(request.Environments[i], batch.ProgramVersions[i], CancellationToken.None));
            }

            // 2. Decide, in memory and in order.
            Decide(commands, outcomes, batch, governing, writes);

            // 3. Commit, once for all who wait.
            isOpen = false;
            if (writes.Log.Count > 0)
            {
                await store.CommitAsync(batch, writes, CancellationToken.None);
            }
            else
            {
                await store.AbandonAsync(batch);
            }
        }
        finally
        {
            if (isOpen)
            {
                await store.AbandonAsync(batch);
            }
        }

        // 4. Answer.
        telemetry.NoteBatch(commands.Count, Stopwatch.GetElapsedTime(started));
        for (var i = 0; i < commands.Count; i++)
        {
            telemetry.NoteOutcome(outcomes[i]);
            commands[i].Complete(outcomes[i]);
        }
    }

    private static BatchRequest Prefetch(List<EventCommand> commands)
    {
        var participants = new HashSet<ParticipantName>(commands.Count);
        var keys = new HashSet<KeyHash>(commands.Count);
        var environments = new HashSet<EnvironmentKey>();
        foreach (var command in commands)
        {
            participants.Add(command.Participant);
            environments.Add(command.Participant.Environment);
            if (command.Key is { } key)
            {
                keys.Add(key);
            }
        }

        return new BatchRequest([.. participants], [.. keys], [.. environments]);
    }

    private void Decide(
        List<EventCommand> commands, CommandOutcome[] outcomes, StoreBatch batch, Dictionary<EnvironmentKey, RuleBook> governing, BatchWrites writes)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var participants = new Dictionary<ParticipantName, Working>(batch.Participants.Count);
        foreach (var loaded in batch.Participants)
        {
            participants.Add(loaded.Name, new Working(loaded));
        }

        var answered = new Dictionary<KeyHash, StoredAnswer>();
        using var answers = new EventAnswers();
        for (var i = 0; i < commands.Count; i++)
        {
            var command = commands[i];
            if (command.Key is { } key && (batch.Answers.TryGetValue(key, out var first) || answered.TryGetValue(key, out first)))
            {
                outcomes[i] = new CommandOutcome.Answered(first.Answer, IsReplay: true, first.PayloadHash != command.PayloadHash);
                continue;
            }

            var participant = participants[command.Participant];
            if (!ParticipantRateCap.Admits(command.Rate, participant.RateArrival, now, out var rateArrival, out var retryAfterSeconds))
            {
                outcomes[i] = new CommandOutcome.RateRefused(retryAfterSeconds);
                continue;
            }

            var row = Process(command, participant, governing[command.Participant.Environment], now, answers);
            participant.RateArrival = rateArrival;
            writes.Log.Add(row.Log);
            outcomes[i] = new CommandOutcome.Answered(row.Answer, IsReplay: false, PayloadDiffers: false);
            if (command.Key is { } used)
            {
                answered.Add(used, new StoredAnswer(row.Answer, command.PayloadHash));
            }
        }

        foreach (var participant in participants.Values)
        {
            if (participant.IsChanged)
            {
                var createdAt = participant.Loaded.IsNew ? now : participant.Loaded.CreatedAt;
                writes.Participants.Add(new ParticipantWrite(participant.Loaded, participant.State, participant.RateArrival, createdAt, DueAt: null));
            }
        }
    }

    private (LogRow Log, byte[] Answer) Process(EventCommand command, Working participant, RuleBook book, Timestamp now, EventAnswers answers)
    {
        var input = new EventInput(FactId.StartOfBlock(now, drawId()), command.EventName, command.Properties, command.OccurredAt ?? now, now);
        var decision = Evaluator.Evaluate(book, participant.State, input);
        participant.State = decision.State;
        participant.IsChanged = true;
        telemetry.NoteGrants(decision.Facts);
        var answer = answers.WriteAnswer(input, decision.Facts);
        var row = new LogRow(
            participant.Loaded.Key,
            decision.State.Seq,
            InputKind.Event,
            input.Id,
            input.Name,
            input.OccurredAt,
            input.ReceivedAt,
            book.Version,
            Evaluator.EngineVersion,
            command.Key,
            command.PayloadHash,
            input.Properties.Json,
            answers.WriteFacts(decision.Facts),
            FactDocument.MaskOf(decision.Facts),
            decision.Facts.Count + 1,
            answer,
            Outcomes: default);
        return (row, answer);
    }

    private sealed class Working(LoadedParticipant loaded)
    {
        public LoadedParticipant Loaded { get; } = loaded;

        public ParticipantState State { get; set; } = loaded.State;

        public long RateArrival { get; set; } = loaded.RateArrival;

        public bool IsChanged { get; set; }
    }
}
