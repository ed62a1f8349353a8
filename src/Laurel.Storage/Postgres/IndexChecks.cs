using System.Runtime.CompilerServices;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Holds what Laurel keeps beside the log against it. Indexes are the server's own; but that nothing stands twice is counted, for a unique index may have been dropped.</summary>
internal static class IndexChecks
{
    private static readonly string[] _checks =
    [
        """
        select format('Participant %s has %s inputs with the seq %s.', participant_key, count(*), seq) from log group by participant_key, seq having count(*) > 1
        """,
        """
        select format('%s inputs of the log belong to participants who are not there.', count(*)) from log l
        where not exists (select 1 from participants p where p.key = l.participant_key and p.created_at is not null) having count(*) > 0
        """,
        """
        select format('%s participants of environment %s have the same id, ''%s''.', count(*), environment, id) from participants group by environment, id having count(*) > 1
        """,
        """
        select format('The idempotency key of input %s of participant %s leads to %s.', l.seq, l.participant_key, case when k.log_id is null then 'nothing' else 'another input' end)
        from log l left join idempotency_keys k on k.key_hash = l.key_hash where l.key_hash is not null and k.log_id is distinct from l.id
        """,
        """
        select format('%s idempotency keys lead to inputs that do not have them.', count(*)) from idempotency_keys k
        where not exists (select 1 from log l where l.id = k.log_id and l.key_hash = k.key_hash) having count(*) > 0
        """,
        """
        select format('An idempotency key stands %s times.', count(*)) from idempotency_keys group by key_hash having count(*) > 1
        """,
        """
        select format('%s inputs of the outbox are not in the log.', count(*)) from outbox o where not exists (select 1 from log l where l.id = o.log_id) having count(*) > 0
        """,
        """
        select format('%s deliveries are of inputs that are not in the log.', count(*)) from deliveries d where not exists (select 1 from log l where l.id = d.log_id) having count(*) > 0
        """,
    ];

    /// <summary>Runs all checks; each reads whole tables, so that for them the planner may do what it likes.</summary>
    public static async IAsyncEnumerable<string> RunAsync(NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Sessions.PlanAsync(connection, byIndexOnly: false, cancellationToken);
        foreach (var check in _checks)
        {
            await foreach (var sentence in connection.StreamAsync(Statements.Sql(check), row => row.GetString(0), cancellationToken))
            {
                yield return sentence;
            }
        }

        await Sessions.PlanAsync(connection, byIndexOnly: true, cancellationToken);
    }
}
