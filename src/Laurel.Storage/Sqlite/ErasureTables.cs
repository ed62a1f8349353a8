using Laurel.Participants;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Takes erased participants, or a whole environment, out of the tables, within the open transaction. All inputs must be folded: they are found by <c>history</c>.
/// </summary>
internal static class ErasureTables
{
    // Whose inputs, before the one that erases.
    private const string Inputs = "history h where h.participant_key = ?1 and h.seq < ?2";

    private const string OfEnvironment = "participants p indexed by participants_by_environment cross join history h on h.participant_key = p.key";

    /// <summary>What is left of an attempt's error where there was no answer.</summary>
    public const string AttemptError = "the participant was erased";

    /// <summary>Takes out what callers, and receivers of webhooks, wrote.</summary>
    public static void Erase(Connection connection, Erasure erasure)
    {
        EraseWebhooks(connection, erasure);
        var nameHash = NameHashes.Compute(ErasedInput.Name);
        Of(
            connection,
            $"""
            update log set payload_hash = zeroblob(16), properties = '{ErasedInput.Properties}', event_name = iif(kind = 2, event_name, '{ErasedInput.Name}'),
              name_hash = iif(kind = 0, ?3, name_hash), answer = iif(answer = '', '', '{ErasedInput.Answer}')
            where id in (select h.log_id from {Inputs})
            """,
            erasure).Bind(3, nameHash).Run();
        Of(connection, $"update history set name_hash = ?3 where participant_key = ?1 and seq < ?2 and name_hash <> {NameHashes.None}", erasure).Bind(3, nameHash).Run();
        connection.Prepare("update participants set id = ?2, rate_arrival = 0 where key = ?1").Bind(1, erasure.ParticipantKey).Bind(2, erasure.Name).Run();
        connection.Prepare("delete from parts where participant_key = ?1").Bind(1, erasure.ParticipantKey).Run();
        connection.Prepare("delete from wakes where participant_key = ?1").Bind(1, erasure.ParticipantKey).Run();
        NoteScrubDue(connection);
    }

    /// <summary>Whether an input was erased; null where it is not there any more.</summary>
    public static bool? IsErased(Connection connection, long logId)
    {
        var select = connection.Prepare(
            $"select unicode(p.id) = 1 and l.event_name <> '{EraseInput.CommandName}' from log l join participants p on p.key = l.participant_key where l.id = ?1").Bind(1, logId);
        bool? isErased = select.Step() ? select.Int(0) == 1 : null;
        select.Reset();
        return isErased;
    }

    /// <summary>Removes all that participants of an environment ever did; answers how many there were.</summary>
    public static long Reset(Connection connection, EnvironmentKey environment)
    {
        Run($"delete from outbox where log_id in (select h.log_id from {OfEnvironment} where p.environment = ?1)");
        Run("delete from deliveries where endpoint_key in (select key from webhook_endpoints where environment = ?1)");
        Run("delete from webhook_attempts where endpoint_key in (select key from webhook_endpoints where environment = ?1)");
        Run($"delete from idempotency_keys where key_hash in (select l.key_hash from {OfEnvironment} cross join log l on l.id = h.log_id where p.environment = ?1 and l.key_hash is not null)");
        var inputs = Run($"delete from log where id in (select h.log_id from {OfEnvironment} where p.environment = ?1)");
        Run("delete from history where participant_key in (select key from participants where environment = ?1)");
        Run("delete from parts where participant_key in (select key from participants where environment = ?1)");
        Run("delete from wakes where participant_key in (select key from participants where environment = ?1)");
        Run("update reward_codes set participant_key = null, fact_id = null, issued_at = null where environment = ?1 and fact_id is not null");
        Run("delete from reward_stocks where environment = ?1 and codes_total = 0");
        Run("update reward_stocks set issued = 0, codes_free = codes_total where environment = ?1");
        connection.Prepare("update removals set inputs = inputs + ?1").Bind(1, inputs).Run();
        NoteScrubDue(connection);
        return Run("delete from participants where environment = ?1");

        int Run(string sql)
        {
            connection.Prepare(sql).Bind(1, environment.Value).Run();
            return connection.Changes;
        }
    }

    // Deliveries and attempts by each endpoint of the environment, since that is how they are found.
    private static void EraseWebhooks(Connection connection, Erasure erasure)
    {
        Of(connection, $"delete from outbox where log_id in (select h.log_id from {Inputs})", erasure).Run();
        Of(
            connection,
            """
            delete from deliveries where (endpoint_key, log_id) in (
              select e.key, h.log_id from participants p cross join webhook_endpoints e on e.environment = p.environment cross join history h on h.participant_key = p.key
              where p.key = ?1 and h.seq < ?2)
            """,
            erasure).Run();
        Of(
            connection,
            $"""
            update webhook_attempts set answer = x'', error = iif(status is null, '{AttemptError}', null) where id in (
              select a.id from participants p cross join history h on h.participant_key = p.key cross join log l on l.id = h.log_id
                cross join webhook_endpoints e on e.environment = p.environment
                cross join webhook_attempts a indexed by webhook_attempts_by_message
                  on a.endpoint_key = e.key and a.message_id between l.event_id and cast(substr(l.event_id, 1, 14) || x'ffff' as blob)
              where p.key = ?1 and h.seq < ?2)
            """,
            erasure).Run();
    }

    private static Statement Of(Connection connection, string sql, Erasure erasure) => connection.Prepare(sql).Bind(1, erasure.ParticipantKey).Bind(2, erasure.Seq);

    private static void NoteScrubDue(Connection connection) => connection.Prepare("update removals set is_scrub_due = 1").Run();
}
