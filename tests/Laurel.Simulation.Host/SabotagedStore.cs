using System.Text.Json;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Simulation.Host;

/// <summary>How a store is broken on purpose.</summary>
internal enum Sabotage
{
    /// <summary>A commit returns before anything is kept, and keeps it a moment later.</summary>
    AcknowledgeBeforeCommit,

    /// <summary>Idempotency keys are neither indexed nor found.</summary>
    NoKeyIndex,

    /// <summary>New deliveries are found by <c>id > last</c>, where <c>last</c> is kept when they are handed out, instead of claimed row by row (pitfall 3).</summary>
    PollByLast,

    /// <summary>A delivery ends when it is claimed, before it is sent.</summary>
    CompleteBeforeSend,

    /// <summary>What is to be delivered is not kept in the event's transaction, but in one of its own, a moment later.</summary>
    OutboxApart,

    /// <summary>Participants' rows are read before they are held, and not again.</summary>
    NoRowLock,
}

/// <summary>A store that breaks one promise, and keeps all others by leaving them to the real one.</summary>
internal sealed class SabotagedStore(ILaurelStore store, Sabotage sabotage) : ILaurelStore
{
    /// <summary>As long as a slow disk: without it, a kill would have to hit a fraction of a millisecond.</summary>
    private static readonly TimeSpan _commitDelay = TimeSpan.FromMilliseconds(20);

    public int WriteLanes => store.WriteLanes;

    public string Location => store.Location;

    public IWebhookStore Webhooks { get; } = new SabotagedWebhooks(store.Webhooks, sabotage, store.Location + ".cursors");

    public IStoreTransfer Transfer => store.Transfer;

    public SchemaChange? Schema => store.Schema;

    public ValueTask StartAsync(CancellationToken cancellationToken) => store.StartAsync(cancellationToken);

    public async ValueTask<StoreBatch> OpenBatchAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        if (sabotage == Sabotage.NoRowLock)
        {
            return await OpenUnseenAsync(request, cancellationToken);
        }

        var batch = await store.OpenBatchAsync(request, cancellationToken);
        return sabotage != Sabotage.NoKeyIndex
            ? batch
            : new StoreBatch
            {
                Participants = batch.Participants,
                Contended = batch.Contended,
                Answers = new Dictionary<KeyHash, StoredAnswer>(),
                ProgramVersions = batch.ProgramVersions,
                WebhookVersions = batch.WebhookVersions,
                Transaction = batch.Transaction,
            };
    }

    public ValueTask<IReadOnlyDictionary<PartName, ReadOnlyMemory<byte>>> LoadPartsAsync(
        StoreBatch batch, IReadOnlyList<PartName> names, CancellationToken cancellationToken) => store.LoadPartsAsync(batch, names, cancellationToken);

    public ValueTask<IReadOnlyList<RewardSupply>> LockRewardsAsync(
        StoreBatch batch, IReadOnlyList<RewardDemand> demands, CancellationToken cancellationToken) => store.LockRewardsAsync(batch, demands, cancellationToken);

    public ValueTask CommitAsync(StoreBatch batch, BatchWrites writes, CancellationToken cancellationToken) => sabotage switch
    {
        Sabotage.NoKeyIndex => store.CommitAsync(batch, Copy(writes, withKeys: false, withOutbox: true), cancellationToken),
        Sabotage.AcknowledgeBeforeCommit => CommitLater(batch, Copy(writes, withKeys: true, withOutbox: true)),
        Sabotage.OutboxApart => CommitOutboxLaterAsync(batch, Copy(writes, withKeys: true, withOutbox: false), Copy(writes, withKeys: true, withOutbox: true), cancellationToken),
        _ => store.CommitAsync(batch, writes, cancellationToken),
    };

    public ValueTask AbandonAsync(StoreBatch batch) => store.AbandonAsync(batch);

    public ValueTask<HistoryPage> ReadHistoryAsync(HistoryQuery query, CancellationToken cancellationToken) => store.ReadHistoryAsync(query, cancellationToken);

    public ValueTask<FactsPage?> ReadFactsAsync(FactsQuery query, CancellationToken cancellationToken) => store.ReadFactsAsync(query, cancellationToken);

    public ValueTask<ParticipantRow?> ReadParticipantAsync(EnvironmentKey environment, string participantId, CancellationToken cancellationToken) =>
        store.ReadParticipantAsync(environment, participantId, cancellationToken);

    public ValueTask<IReadOnlyList<ParticipantRow>> ReadParticipantsAsync(
        EnvironmentKey environment, long afterKey, int limit, CancellationToken cancellationToken) =>
        store.ReadParticipantsAsync(environment, afterKey, limit, cancellationToken);

    public ValueTask<ParticipantListPage> ListParticipantsAsync(ParticipantListQuery query, CancellationToken cancellationToken) =>
        store.ListParticipantsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> ReadPartsAsync(
        ParticipantName participant, IReadOnlyList<string> keys, CancellationToken cancellationToken) => store.ReadPartsAsync(participant, keys, cancellationToken);

    public ValueTask<IReadOnlyList<LogRow>> ReadLogAsync(ParticipantName participant, long afterSeq, int limit, CancellationToken cancellationToken) =>
        store.ReadLogAsync(participant, afterSeq, limit, cancellationToken);

    public ValueTask<EventPlace?> FindEventAsync(EnvironmentKey environment, FactId eventId, CancellationToken cancellationToken) =>
        store.FindEventAsync(environment, eventId, cancellationToken);

    public ValueTask<IReadOnlyList<DueParticipant>> ClaimDueAsync(Timestamp now, Timestamp leaseUntil, int limit, CancellationToken cancellationToken) =>
        store.ClaimDueAsync(now, leaseUntil, limit, cancellationToken);

    public ValueTask<long> ResetAsync(EnvironmentKey environment, CancellationToken cancellationToken) => store.ResetAsync(environment, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ScrubAsync(CancellationToken cancellationToken) => store.ScrubAsync(cancellationToken);

    public ValueTask<Timestamp?> ReadNextDueAsync(Timestamp now, CancellationToken cancellationToken) => store.ReadNextDueAsync(now, cancellationToken);

    public ValueTask<int> AddRewardCodesAsync(RewardName reward, IReadOnlyList<string> codes, CancellationToken cancellationToken) =>
        store.AddRewardCodesAsync(reward, codes, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, RewardStock>> ReadRewardStocksAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        store.ReadRewardStocksAsync(environment, cancellationToken);

    public ValueTask<ProgramRow?> ReadProgramAsync(EnvironmentKey environment, int? version, CancellationToken cancellationToken) =>
        store.ReadProgramAsync(environment, version, cancellationToken);

    public ValueTask<bool> PublishProgramAsync(ProgramRow program, CancellationToken cancellationToken) => store.PublishProgramAsync(program, cancellationToken);

    public ValueTask<ProgramVersionsPage> ReadProgramVersionsAsync(EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken) =>
        store.ReadProgramVersionsAsync(environment, page, pageSize, cancellationToken);

    public ValueTask<IReadOnlyList<(EnvironmentKey Environment, int Version)>> ReadUnsweptAsync(CancellationToken cancellationToken) =>
        store.ReadUnsweptAsync(cancellationToken);

    public ValueTask NoteSweptAsync(EnvironmentKey environment, int version, CancellationToken cancellationToken) =>
        store.NoteSweptAsync(environment, version, cancellationToken);

    public ValueTask<Tenancy> ReadTenancyAsync(CancellationToken cancellationToken) => store.ReadTenancyAsync(cancellationToken);

    public ValueTask<Tenancy> ChangeTenancyAsync(Func<Tenancy, Tenancy> decide, CancellationToken cancellationToken) => store.ChangeTenancyAsync(decide, cancellationToken);

    public ValueTask WriteAuditAsync(AuditEntry entry, CancellationToken cancellationToken) => store.WriteAuditAsync(entry, cancellationToken);

    public ValueTask<AuditPage> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken) => store.ReadAuditAsync(query, cancellationToken);

    public ValueTask<int> PurgeAuditAsync(Timestamp before, int limit, CancellationToken cancellationToken) => store.PurgeAuditAsync(before, limit, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    // Participants as they stood before their rows were held: whoever held them meanwhile is not seen.
    private async ValueTask<StoreBatch> OpenUnseenAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        var before = await store.OpenBatchAsync(request, cancellationToken);
        await store.AbandonAsync(before);
        var batch = await store.OpenBatchAsync(request, cancellationToken);
        var seen = before.Participants.ToDictionary(participant => participant.Name);
        return new StoreBatch
        {
            Participants = [.. batch.Participants.Select(participant => seen.TryGetValue(participant.Name, out var old) && old.Key == participant.Key ? old : participant)],
            Contended = batch.Contended,
            Answers = batch.Answers,
            ProgramVersions = batch.ProgramVersions,
            WebhookVersions = batch.WebhookVersions,
            Transaction = batch.Transaction,
        };
    }

    // The real store serves no other batch until this one is committed, so nothing but the acknowledgement comes too early.
    private ValueTask CommitLater(StoreBatch batch, BatchWrites copy)
    {
        _ = Task.Run(
            async () =>
            {
                await Task.Delay(_commitDelay, CancellationToken.None);
                await store.CommitAsync(batch, copy, CancellationToken.None);
            },
            CancellationToken.None);
        return ValueTask.CompletedTask;
    }

    private async ValueTask CommitOutboxLaterAsync(StoreBatch batch, BatchWrites without, BatchWrites all, CancellationToken cancellationToken)
    {
        await store.CommitAsync(batch, without, cancellationToken);
        _ = Task.Run(
            async () =>
            {
                await Task.Delay(_commitDelay, CancellationToken.None);
                foreach (var row in all.Outbox)
                {
                    await KeepTargetsAsync(batch, all.Log[row.LogPlace], row.Targets);
                }
            },
            CancellationToken.None);
    }

    // [[endpoint key, place, place, …], …]
    private async Task KeepTargetsAsync(StoreBatch batch, LogRow input, ReadOnlyMemory<byte> targets)
    {
        var environment = batch.Participants.First(participant => participant.Key == input.ParticipantKey).Name.Environment;
        using var document = JsonDocument.Parse(targets);
        foreach (var target in document.RootElement.EnumerateArray())
        {
            foreach (var place in target.EnumerateArray().Skip(1))
            {
                await store.Webhooks.ReplayMessageAsync(target[0].GetInt32(), environment, input.EventId, place.GetInt32(), input.ReceivedAt, CancellationToken.None);
            }
        }
    }

    /// <summary>The pipeline may use its buffers again once a commit has returned.</summary>
    private static BatchWrites Copy(BatchWrites writes, bool withKeys, bool withOutbox)
    {
        var copy = new BatchWrites();
        copy.Participants.AddRange(writes.Participants);
        copy.Log.AddRange(writes.Log.Select(row => row with
        {
            Key = withKeys ? row.Key : null,
            Properties = row.Properties.ToArray(),
            Facts = row.Facts.ToArray(),
            Answer = row.Answer.ToArray(),
            Outcomes = row.Outcomes.ToArray(),
        }));
        copy.Parts.AddRange(writes.Parts.Select(part => part with { Document = part.Document is { } document ? document.ToArray() : default(ReadOnlyMemory<byte>?) }));
        copy.Rewards.AddRange(writes.Rewards);
        copy.Erasures.AddRange(writes.Erasures);
        copy.Outbox.AddRange(withOutbox ? writes.Outbox.Select(row => row with { Targets = row.Targets.ToArray() }) : []);
        return copy;
    }
}
