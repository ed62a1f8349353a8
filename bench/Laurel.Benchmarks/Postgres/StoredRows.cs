namespace Laurel.Benchmarks.Postgres;

/// <summary>What stands in a database when nobody writes any more: each event that was answered is there, with all that belongs to it, and none is there twice.</summary>
internal static class StoredRows
{
    /// <summary>
    /// Laurel's tables: at least <paramref name="answered"/> events, at most <paramref name="underway"/> more, each with its own key and exactly three grants, and each
    /// participant's state at the end of its log with 64 points for each event. Returns the events and the bytes that each takes, with its indexes.
    /// </summary>
    public static async Task<(long Events, double BytesPerEvent)> VerifyLaurelAsync(PostgresServer postgres, string database, long answered, long underway)
    {
        var row = await postgres.RowAsync(
            database,
            """
            select (select count(*) from log), (select count(*) from idempotency_keys), (select count(*) from log join idempotency_keys k on k.log_id = log.id and k.key_hash = log.key_hash),
              (select count(*) from log where fact_count <> 4),
              (select count(*) from participants p join (select participant_key, max(seq) as seq, count(*) as events from log group by 1) l on l.participant_key = p.key
                where (state::jsonb ->> 'seq')::bigint <> l.seq or l.events <> l.seq or (state::jsonb -> 'balances' -> 0 ->> 'current')::bigint <> 64 * l.seq),
              pg_database_size(current_database())
            """);
        var (events, keys, paired, incomplete, wrong) = ((long)row[0], (long)row[1], (long)row[2], (long)row[3], (long)row[4]);
        if (events < answered || events > answered + underway || keys != events || paired != events || incomplete > 0 || wrong > 0)
        {
            throw new BenchFailedException(
                $"{database}: {answered} events were answered and at most {underway} more sent; there are {events}, {keys} keys ({paired} of them the events'), {incomplete} without exactly three grants, and {wrong} participants whose state is not the end of their log.");
        }

        return (events, (long)row[5] / (double)events);
    }

    /// <summary>The peer's tables, in the same way: three ledger lines and one outbox row for each event, and balances that are the sum of the ledger.</summary>
    public static async Task VerifyEfCoreAsync(PostgresServer postgres, string database, long answered, long underway)
    {
        var row = await postgres.RowAsync(
            database,
            """
            select (select count(*) from events), (select count(*) from ledger), (select count(*) from outbox), (select sum(balance)::bigint from participants),
              (select coalesce(sum("Amount"), 0)::bigint from ledger)
            """);
        var (events, lines, messages, balance, total) = ((long)row[0], (long)row[1], (long)row[2], (long)row[3], (long)row[4]);
        if (events < answered || events > answered + underway || lines != 3 * events || messages != events || balance != 64 * events || total != balance)
        {
            throw new BenchFailedException(
                $"{database}: {answered} events were answered and at most {underway} more sent; there are {events}, {lines} ledger lines of {total} points, {messages} messages, and {balance} points of participants.");
        }
    }
}
