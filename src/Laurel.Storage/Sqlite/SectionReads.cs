using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>All rows of the tables as records, streamed.</summary>
internal static class SectionReads
{
    private const string Participants =
        """
        select p.key, p.environment, p.id, p.created_at, p.rate_arrival, p.state, w.due_at
        from participants p left join wakes w on w.participant_key = p.key where p.key > ?1 and p.key <= ?2 order by p.key
        """;

    private const string Codes = "select environment, reward, value, participant_key, fact_id, issued_at from reward_codes";

    public static IEnumerable<StoreRecord> Of(Connection connection, StoreSection section) => section switch
    {
        StoreSection.Tenants => TenancyTables.Read(connection).Tenants.Select(tenant => new TenantRecord(tenant)),
        StoreSection.ApiKeys => TenancyTables.Read(connection).Keys.Select(key => new ApiKeyRecord(key)),
        StoreSection.Programs => Rows(connection, ProgramTable.SelectAll, ProgramTable.Record),
        StoreSection.WebhookVersions => Rows(
            connection,
            "select environment, version from webhook_versions order by environment",
            select => new WebhookVersionRecord(new EnvironmentKey(select.Int(0)), select.Int(1))),
        StoreSection.Endpoints => Rows(connection, WebhookEndpointTable.SelectAll, select => new EndpointRecord(WebhookEndpointTable.Read(select))),
        StoreSection.EndpointNotes => Rows(
            connection,
            "select endpoint_key, number, at, made_by, change, detail from webhook_notes order by endpoint_key, number",
            select => new EndpointNoteRecord(select.Int(0), select.Int(1), new EndpointNote(new Timestamp(select.Long(2)), select.Text(3), select.Text(4), select.Text(5)))),
        StoreSection.RewardStocks => Rows(
            connection,
            "select environment, reward, issued, codes_total, codes_free from reward_stocks order by environment, reward",
            select => new RewardStockRecord(
                new RewardName(new EnvironmentKey(select.Int(0)), select.Text(1)), new RewardStock(select.Long(2), select.Long(3), select.Long(4)))),
        StoreSection.RewardCodes => Rows(connection, $"{Codes} order by id", CodeOf),
        StoreSection.Participants => Rows(connection, Participants, ParticipantOf, 0, long.MaxValue),
        StoreSection.Parts => Rows(connection, "select participant_key, part_key, document from parts order by participant_key, part_key", PartOf),
        StoreSection.Inputs => Inputs(connection),
        StoreSection.Attempts => Rows(connection, WebhookAttemptTable.SelectAll, select => new AttemptRecord(WebhookAttemptTable.Attempt(select))),
        StoreSection.Audit => Rows(connection, AuditTable.SelectAll, select => new AuditRecord(AuditTable.Read(select))),
        _ => throw new InvalidOperationException($"Unknown section {section}."),
    };

    /// <summary>Participants of a range of keys, each with its parts and its log.</summary>
    public static IEnumerable<StoreRecord> WithLogs(Connection connection, long afterKey, long throughKey)
    {
        foreach (var participant in Rows(connection, Participants, ParticipantOf, afterKey, throughKey))
        {
            yield return participant;
            foreach (var part in Rows(
                connection, "select participant_key, part_key, document from parts where participant_key = ?1 order by part_key", PartOf, participant.Key))
            {
                yield return part;
            }

            // The places are sorted by themselves, without the rows: limit keeps SQLite from making one query of both.
            foreach (var input in Rows(
                connection,
                $"""
                select {LogReads.Columns}
                from (select log_id from history not indexed where participant_key = ?1 order by seq limit -1) h cross join log l on l.id = h.log_id
                """,
                select => new InputRecord(LogReads.Row(select), default, []),
                participant.Key))
            {
                yield return input;
            }
        }
    }

    /// <summary>A code of a pool; null where there is none.</summary>
    public static RewardCodeRecord? Code(Connection connection, RewardName reward, string value)
    {
        var select = connection.Prepare($"{Codes} where environment = ?1 and reward = ?2 and value = ?3").Bind(1, reward.Environment.Value).Bind(2, reward.Code).Bind(3, value);
        var code = select.Step() ? CodeOf(select) : null;
        select.Reset();
        return code;
    }

    // Outbox and deliveries are few beside the log: they are walked along with it.
    private static IEnumerable<StoreRecord> Inputs(Connection connection)
    {
        using var deliveries = Rows(
            connection,
            "select log_id, endpoint_key, place, attempts, queued_at, due_at, dead_at from deliveries order by log_id, endpoint_key, place",
            select => (LogId: select.Long(0), Delivery: DeliveryOf(select))).GetEnumerator();
        var hasDelivery = deliveries.MoveNext();
        var inputs = Rows(
            connection,
            $"select {LogReads.Columns}, l.id, o.targets from log l left join outbox o on o.log_id = l.id order by l.id",
            select => (LogId: select.Long(17), Row: LogReads.Row(select), Targets: select.Bytes(18).ToArray()));
        foreach (var (logId, row, targets) in inputs)
        {
            List<InputDelivery>? own = null;
            while (hasDelivery && deliveries.Current.LogId <= logId)
            {
                (own ??= []).Add(deliveries.Current.Delivery);
                hasDelivery = deliveries.MoveNext();
            }

            yield return new InputRecord(row, targets, own ?? []);
        }
    }

    private static IEnumerable<T> Rows<T>(Connection connection, string sql, Func<Statement, T> read, params ReadOnlySpan<long> arguments)
    {
        var select = connection.Prepare(sql);
        for (var i = 0; i < arguments.Length; i++)
        {
            select.Bind(i + 1, arguments[i]);
        }

        return Rows(select, read);
    }

    private static IEnumerable<T> Rows<T>(Statement select, Func<Statement, T> read)
    {
        while (select.Step())
        {
            yield return read(select);
        }

        select.Reset();
    }

    private static ParticipantRecord ParticipantOf(Statement select) => new(
        select.Long(0),
        new ParticipantName(new EnvironmentKey(select.Int(1)), select.Text(2)),
        new Timestamp(select.Long(3)),
        select.Long(4),
        TimeOrNull(select, 6),
        select.Bytes(5).ToArray());

    private static PartRecord PartOf(Statement select) => new(new PartName(select.Long(0), select.Text(1)), select.Bytes(2).ToArray());

    private static InputDelivery DeliveryOf(Statement select) => new(
        select.Int(1), select.Int(2), select.Int(3), new Timestamp(select.Long(4)), new Timestamp(select.Long(5)), TimeOrNull(select, 6));

    private static RewardCodeRecord CodeOf(Statement select) => new(
        new RewardName(new EnvironmentKey(select.Int(0)), select.Text(1)),
        select.Text(2),
        select.IsNull(4) ? null : new CodeTaken(select.Long(3), new FactId(new Ulid(select.Bytes(4))), new Timestamp(select.Long(5))));

    private static Timestamp? TimeOrNull(Statement select, int column) => select.LongOrNull(column) is { } time ? new Timestamp(time) : null;
}
