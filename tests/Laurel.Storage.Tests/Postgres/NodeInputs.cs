using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests.Postgres;

/// <summary>Plain inputs written by several nodes at once, as their pipelines would: prefetch, decide, commit, and again after a conflict.</summary>
internal static class NodeInputs
{
    public static readonly EnvironmentKey Environment = new(7);

    public static ParticipantName Name(string id) => new(Environment, id);

    public static KeyHash Key(int number) => new(new UInt128(7, (ulong)number));

    /// <summary>One event with an idempotency key; false where the key was used already. Throws what the store throws, but for conflicts.</summary>
    public static async Task<bool> AddAsync(ILaurelStore store, string participant, int key)
    {
        while (true)
        {
            try
            {
                var batch = await store.OpenBatchAsync(new BatchRequest([Name(participant)], [Key(key)], []), default);
                if (batch.Answers.TryGetValue(Key(key), out var answer))
                {
                    await store.AbandonAsync(batch);
                    Assert.Equal($$"""{"key":{{key}}}""", Encoding.UTF8.GetString(answer.Answer));
                    return false;
                }

                await store.CommitAsync(batch, Writes(batch, key), default);
                return true;
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Conflict)
            {
                // Another node was first.
            }
        }
    }

    /// <summary>What one event for each of the batch's participants writes; only the first has the key.</summary>
    public static BatchWrites Writes(StoreBatch batch, int? key)
    {
        var writes = new BatchWrites();
        foreach (var loaded in batch.Participants)
        {
            var counts = new long[FactKinds.All.Count];
            loaded.State.FactCounts.CopyTo(counts, 0);
            counts[0]++;
            var state = loaded.State with { Seq = loaded.State.Seq + 1, TotalEvents = loaded.State.TotalEvents + 1, FactCounts = counts };
            writes.Log.Add(Row(loaded.Key, state.Seq, writes.Log.Count == 0 ? key : null));
            writes.Participants.Add(new ParticipantWrite(loaded, state, state.Seq, new Timestamp(5), null));
        }

        return writes;
    }

    private static LogRow Row(long participantKey, long seq, int? key) => new(
        participantKey,
        seq,
        InputKind.Event,
        FactId.StartOfBlock(new Timestamp(5_000_000), (ulong)Random.Shared.NextInt64()),
        "e",
        new Timestamp(seq),
        new Timestamp(5_000_000),
        ProgramVersion: 1,
        Evaluator.EngineVersion,
        key is { } number ? Key(number) : null,
        new UInt128(1, 2),
        "{}"u8.ToArray(),
        "[]"u8.ToArray(),
        FactMask: 1,
        FactCount: 1,
        Encoding.UTF8.GetBytes($$"""{"key":{{key}}}"""),
        default);

    /// <summary>Every key has one input, every participant's log has no gap, and its state is at the log's end.</summary>
    public static async Task CheckAsync(TestDatabase database, IReadOnlyCollection<int> keys)
    {
        Assert.Equal(keys.Count, await database.ScalarAsync<long>("select count(*) from idempotency_keys"));
        Assert.Equal(keys.Count, await database.ScalarAsync<long>("select count(*) from log where key_hash is not null"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from idempotency_keys k left join log l on l.id = k.log_id where l.key_hash is distinct from k.key_hash"));
        Assert.Equal(
            0,
            await database.ScalarAsync<long>(
                """
                select count(*) from (
                  select p.key, p.state::json ->> 'seq' as seq, count(l.seq) as inputs, coalesce(max(l.seq), 0) as last
                  from participants p left join log l on l.participant_key = p.key where p.created_at is not null group by p.key) one
                where seq::bigint <> inputs or inputs <> last
                """));
    }
}
