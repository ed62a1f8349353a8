using System.Diagnostics;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Telemetry;
using Laurel.AspNetCore.Webhooks;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>
/// One batch from prefetch to answer. Evaluation is pure, so that a batch that failed may simply run again. Commands are completed only after the commit.
/// </summary>
internal sealed class BatchRun(
    ILaurelStore store, RuleBooks books, SubscriberSets subscribers, OutboxSignal outbox, TimeProvider time, Func<ulong> drawId, LaurelTelemetry telemetry)
{
    private static readonly List<PipelineCommand> None = [];

    /// <summary>
    /// Runs <paramref name="commands"/>, and answers those it could not run because their participants are held elsewhere and <paramref name="skipsContended"/> says
    /// not to wait. Throws what the store throws; then nothing was kept and nothing was completed.
    /// </summary>
    public async ValueTask<List<PipelineCommand>> RunAsync(List<PipelineCommand> commands, bool skipsContended)
    {
        var started = Stopwatch.GetTimestamp();
        using var activity = LaurelTelemetry.Source.StartActivity("laurel.batch");

        // 1. Prefetch, in one go.
        var request = Prefetch(commands) with { SkipsContended = skipsContended };
        var batch = await store.OpenBatchAsync(request, CancellationToken.None);
        var contended = None;
        if (batch.Contended.Count > 0)
        {
            contended = commands.FindAll(command => batch.Contended.Contains(command.Participant));
            commands = commands.FindAll(command => !batch.Contended.Contains(command.Participant));
        }

        CommandOutcome[] outcomes;
        BatchDecision decision;
        var isOpen = true;
        try
        {
            var governing = await GovernAsync(request, batch);

            // 2. Decide, in memory and in order; again where old parts or rewards had to be loaded first.
            var supply = new BatchSupply();
            using var answers = new EventAnswers();
            while (true)
            {
                decision = new BatchDecision(batch, governing, supply, answers, drawId, Timestamp.From(time.GetUtcNow()));
                outcomes = decision.Decide(commands);
                if (!supply.IsWanted)
                {
                    break;
                }

                await supply.LoadAsync(store, batch);
                supply.Restart();
            }

            // 3. Commit, once for all who wait.
            isOpen = false;
            if (decision.Writes.Log.Count > 0 || decision.Writes.Participants.Count > 0)
            {
                await store.CommitAsync(batch, decision.Writes, CancellationToken.None);
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
        Answer(commands, outcomes, decision, Stopwatch.GetElapsedTime(started));
        return contended;
    }

    private void Answer(List<PipelineCommand> commands, CommandOutcome[] outcomes, BatchDecision decision, TimeSpan duration)
    {
        if (decision.Writes.Outbox.Count > 0)
        {
            outbox.Set();
        }

        telemetry.NoteBatch(commands.Count, duration);
        decision.Facts.ForEach(telemetry.NoteGrants);
        for (var i = 0; i < commands.Count; i++)
        {
            if (commands[i] is EventCommand)
            {
                telemetry.NoteOutcome(outcomes[i]);
            }

            commands[i].Complete(outcomes[i]);
        }
    }

    private async ValueTask<Dictionary<EnvironmentKey, Governing>> GovernAsync(BatchRequest request, StoreBatch batch)
    {
        var governing = new Dictionary<EnvironmentKey, Governing>(request.Environments.Count);
        for (var i = 0; i < request.Environments.Count; i++)
        {
            var environment = request.Environments[i];
            governing.Add(environment, new Governing(
                await books.GetAsync(environment, batch.ProgramVersions[i], CancellationToken.None),
                await subscribers.GetAsync(environment, batch.WebhookVersions[i], CancellationToken.None)));
        }

        return governing;
    }

    private static BatchRequest Prefetch(List<PipelineCommand> commands)
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
}
