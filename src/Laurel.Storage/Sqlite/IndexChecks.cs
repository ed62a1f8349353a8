namespace Laurel.Storage.Sqlite;

/// <summary>Holds the tables that find things fast against the log, from which they could be made anew.</summary>
internal static class IndexChecks
{
    public static IEnumerable<string> Run(Connection connection) =>
        Pages(connection).Concat(Log(connection)).Concat(Keys(connection)).Concat(History(connection)).Concat(ClockSteps(connection));

    private static IEnumerable<string> Pages(Connection connection)
    {
        var check = connection.Prepare("pragma quick_check");
        while (check.Step())
        {
            if (check.Text(0) is not "ok" and var fault)
            {
                yield return $"The file is damaged: {fault}.";
            }
        }

        check.Reset();
    }

    private static IEnumerable<string> Log(Connection connection)
    {
        var missing = connection.Scalar("select through_log_id - (select inputs from removals) - (select count(*) from log) from folded");
        if (missing != 0)
        {
            yield return $"The log has gaps: {missing} inputs are missing from it.";
        }

        var strangers = connection.Scalar("select count(*) from log where participant_key not in (select key from participants)");
        if (strangers != 0)
        {
            yield return $"{strangers} inputs of the log belong to participants who are not there.";
        }
    }

    private static IEnumerable<string> Keys(Connection connection)
    {
        var select = connection.Prepare(
            """
            select l.participant_key, l.seq, k.log_id from log l left join idempotency_keys k on k.key_hash = l.key_hash
            where l.key_hash is not null and k.log_id is not l.id
            """);
        while (select.Step())
        {
            yield return $"The idempotency key of input {select.Long(1)} of participant {select.Long(0)} leads to {(select.IsNull(2) ? "nothing" : "another input")}.";
        }

        select.Reset();
        var extra = connection.Scalar("select (select count(*) from idempotency_keys) - (select count(distinct key_hash) from log)");
        if (extra > 0)
        {
            yield return $"{extra} idempotency keys lead to inputs that do not have them.";
        }
    }

    private static IEnumerable<string> History(Connection connection)
    {
        var select = connection.Prepare(
            """
            select l.participant_key, l.seq from log l
              left join history h not indexed on h.participant_key = l.participant_key and h.occurred_at = l.occurred_at and h.seq = l.seq
            where h.log_id is not l.id or h.name_hash is not l.name_hash or h.fact_mask is not l.fact_mask or h.fact_count is not l.fact_count
            """);
        while (select.Step())
        {
            yield return $"Input {select.Long(1)} of participant {select.Long(0)} stands in the history otherwise than in the log, or not at all.";
        }

        select.Reset();
        var extra = connection.Scalar("select (select count(*) from history) - (select count(*) from log)");
        if (extra > 0)
        {
            yield return $"{extra} entries of the history are of inputs that are not in the log.";
        }
    }

    // As InputSearch.MillisecondOf.
    private static IEnumerable<string> ClockSteps(Connection connection)
    {
        var select = connection.Prepare(
            """
            select l.id from log l cross join log before on before.id = l.id - 1
            where max(0, l.received_at / 1000) < max(0, before.received_at / 1000) and l.id not in (select log_id from clock_steps)
            """);
        while (select.Step())
        {
            yield return $"The clock was set back before input {select.Long(0)} of the log, and clock_steps does not say so: inputs by id may not be found.";
        }

        select.Reset();
    }
}
