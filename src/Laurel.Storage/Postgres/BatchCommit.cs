using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>The writes of a batch: one round trip, and COMMIT another.</summary>
internal static class BatchCommit
{
    /// <summary>
    /// Writes within the open transaction. Throws <see cref="StoreFault.Conflict"/> where somebody used a key or a <c>seq</c> meanwhile, and
    /// <see cref="StoreFault.Refused"/> where the writes contradict each other.
    /// </summary>
    public static async Task WriteAsync(OpenBatch open, BatchWrites writes, CancellationToken cancellationToken)
    {
        var (changed, onlyDue) = Sort(writes);
        var expected = new List<(NpgsqlBatchCommand Statement, int Rows)>();
        await using var batch = new NpgsqlBatch(open.Connection);
        if (writes.Log.Count > 0)
        {
            batch.BatchCommands.Add(LogTable.Insert(writes.Log, writes.Outbox));
        }

        foreach (var update in ParticipantTable.Update(changed, onlyDue, open.Places))
        {
            expected.Add((update, expected.Count == 0 && changed.Count > 0 ? changed.Count : onlyDue.Count));
        }

        foreach (var update in PartTable.Update(writes.Parts))
        {
            batch.BatchCommands.Add(update);
        }

        expected.AddRange(RewardTables.Update(writes.Rewards));
        expected.ForEach(update => batch.BatchCommands.Add(update.Statement));
        if (open.New.Except(changed.Select(write => write.Before)).ToList() is { Count: > 0 } names)
        {
            batch.BatchCommands.Add(ParticipantTable.RemoveNames(names));
        }

        foreach (var erase in writes.Erasures.SelectMany(ErasureTables.Erase))
        {
            batch.BatchCommands.Add(erase);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.NextResultAsync(cancellationToken))
            {
                // Writes give no rows, but their errors come here.
            }
        }

        foreach (var (update, rows) in expected)
        {
            if (update.RecordsAffected != rows)
            {
                throw new StoreException(
                    StoreFault.Refused, $"A batch changes {rows} rows of which {update.RecordsAffected} are there and may be changed: something stands in it twice, or is another's.");
            }
        }
    }

    // A state is the fold of a log: without an input it stays as it is.
    private static (List<ParticipantWrite> Changed, List<ParticipantWrite> OnlyDue) Sort(BatchWrites writes)
    {
        var withInput = writes.Log.Select(row => row.ParticipantKey).ToHashSet();
        var seen = new HashSet<long>();
        var (changed, onlyDue) = (new List<ParticipantWrite>(), new List<ParticipantWrite>());
        foreach (var write in writes.Participants)
        {
            if (!seen.Add(write.Before.Key))
            {
                throw new StoreException(StoreFault.Refused, $"Participant {write.Before.Key} stands twice in a batch.");
            }

            if (withInput.Contains(write.Before.Key))
            {
                changed.Add(write);
            }
            else if (write.Before.IsNew || write.State.Seq != write.Before.State.Seq)
            {
                throw new InvalidOperationException($"Participant {write.Before.Key} has no input in the batch, but another state.");
            }
            else if (write.DueAt != write.Before.DueAt)
            {
                onlyDue.Add(write);
            }
        }

        return (changed, onlyDue);
    }
}
