using Laurel.Participants;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Takes erased participants, or a whole environment, out of the tables, within the open transaction.</summary>
internal static class ErasureTables
{
    /// <summary>What is left of an attempt's error where there was no answer.</summary>
    public const string AttemptError = "the participant was erased";

    /// <summary>Whether the input <c>l</c> of the participant <c>p</c> was erased.</summary>
    public const string IsErased = $"{IsErasedParticipant} and l.event_name <> '{EraseInput.CommandName}'";

    /// <summary>Whether the participant <c>p</c> was erased: names that callers send begin with no control character.</summary>
    public const string IsErasedParticipant = "left(p.id, 1) = E'\\x01'";

    // Whose inputs, before the one that erases.
    private const string Inputs = "l.participant_key = $1 and l.seq < $2";

    // What waits is removed before what was answered, each in a statement of its own: whoever spreads, or completes a delivery, at this moment holds its row, and what it
    // wrote is seen by the next statement.
    private static readonly string[] _erase =
    [
        $"delete from outbox o using log l where {Inputs} and o.log_id = l.id",
        $"""
        delete from deliveries d using log l, participants p, webhook_endpoints e
        where {Inputs} and p.key = l.participant_key and e.environment = p.environment and d.endpoint_key = e.key and d.log_id = l.id
        """,
        $"""
        update webhook_attempts a set answer = '', error = case when a.status is null then '{AttemptError}' end from log l, participants p, webhook_endpoints e
        where {Inputs} and p.key = l.participant_key and e.environment = p.environment and a.endpoint_key = e.key
          and a.message_id >= l.event_id and a.message_id <= overlay(l.event_id::text placing 'ffff' from 33)::uuid
        """,
        $"""
        update log l set payload_hash = '00000000-0000-0000-0000-000000000000', properties = '{ErasedInput.Properties}',
          event_name = case l.kind when 2 then l.event_name else '{ErasedInput.Name}' end, answer = case l.answer when '' then '' else '{ErasedInput.Answer}' end
        where {Inputs}
        """,
    ];

    /// <summary>Takes out what callers, and receivers of webhooks, wrote.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Erase(Erasure erasure)
    {
        foreach (var sql in _erase)
        {
            yield return Statements.Sql(sql).With(erasure.ParticipantKey).With(erasure.Seq);
        }

        yield return Statements.Sql("delete from parts where participant_key = $1").With(erasure.ParticipantKey);
        yield return Statements.Sql(
            "update participants set id = $2, rate_arrival = 0, due_at = null, wake_lease_until = null, wake_lease_by = null where key = $1")
            .With(erasure.ParticipantKey).With(erasure.Name);
    }

    /// <summary>
    /// Removes all that participants of an environment ever did; answers how many there were. No batch is open meanwhile, of whatever environment, so that none can be
    /// half before it and half after it.
    /// </summary>
    public static async Task<long> ResetAsync(NpgsqlConnection connection, EnvironmentKey environment, CancellationToken cancellationToken)
    {
        await RunAsync("lock table participants in exclusive mode", hasParameter: false);
        await RunAsync("lock table outbox, deliveries in exclusive mode", hasParameter: false);
        await Sessions.PlanAsync(connection, byIndexOnly: false, cancellationToken);
        foreach (var sql in _reset)
        {
            await RunAsync(sql);
        }

        return await connection.ReadAllAsync(
            Statements.Sql("with gone as (delete from participants where environment = $1 returning created_at) select count(created_at) from gone").With(environment.Value),
            row => row.GetInt64(0),
            cancellationToken) is [var count] ? count : 0;

        async Task RunAsync(string sql, bool hasParameter = true) =>
            await connection.RunAsync(hasParameter ? Statements.Sql(sql).With(environment.Value) : Statements.Sql(sql), cancellationToken);
    }

    private static readonly string[] _reset =
    [
        "delete from outbox o using log l, participants p where o.log_id = l.id and p.key = l.participant_key and p.environment = $1",
        "delete from deliveries d using webhook_endpoints e where d.endpoint_key = e.key and e.environment = $1",
        "delete from webhook_attempts a using webhook_endpoints e where a.endpoint_key = e.key and e.environment = $1",
        "delete from idempotency_keys k using log l, participants p where k.log_id = l.id and k.key_hash = l.key_hash and p.key = l.participant_key and p.environment = $1",
        "delete from log l using participants p where p.key = l.participant_key and p.environment = $1",
        "delete from parts s using participants p where p.key = s.participant_key and p.environment = $1",
        "update reward_codes set participant_key = null, fact_id = null, issued_at = null where environment = $1 and fact_id is not null",
        "update reward_stocks set issued = 0, codes_free = codes_total where environment = $1",
    ];
}
