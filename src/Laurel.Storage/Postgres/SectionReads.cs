using System.Runtime.CompilerServices;
using Laurel.Storage.Transfer;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of the tables as records: a section's statement, and what it reads.</summary>
internal static class SectionReads
{
    /// <summary>The columns of <see cref="ReadParticipant"/>. A row without <c>created_at</c> is a name only, and no participant.</summary>
    public const string Participants =
        "select key, environment, id, created_at, rate_arrival, due_at, state from participants where created_at is not null";

    /// <summary>The columns of <see cref="ReadPart"/>.</summary>
    public const string Parts = "select participant_key, part_key, document from parts";

    private const string Codes = "select environment, reward, value, participant_key, fact_id, issued_at from reward_codes";

    /// <summary>The statement for a section, but for inputs: those have <see cref="Inputs"/>.</summary>
    public static NpgsqlBatchCommand Of(StoreSection section) => Statements.Sql(section switch
    {
        StoreSection.Tenants => TenancyTables.SelectTenants,
        StoreSection.ApiKeys => TenancyTables.SelectKeys,
        StoreSection.Programs =>
            """
            select p.environment, p.version, p.document, p.published_at, p.published_by, p.zones, u.version is not null
            from programs p left join unswept_programs u on u.environment = p.environment and u.version = p.version order by p.environment, p.version
            """,
        StoreSection.WebhookVersions => "select environment, version from webhook_versions order by environment",
        StoreSection.Endpoints => WebhookEndpointTable.SelectEvery,
        StoreSection.EndpointNotes => "select endpoint_key, number, at, made_by, change, detail from webhook_notes order by endpoint_key, number",

        // A row with nothing in it was made to be locked.
        StoreSection.RewardStocks =>
            "select environment, reward, issued, codes_total, codes_free from reward_stocks where issued > 0 or codes_total > 0 order by environment, reward",
        StoreSection.RewardCodes => $"{Codes} order by id",
        StoreSection.Participants => $"{Participants} order by key",
        StoreSection.Parts => $"{Parts} order by participant_key, part_key",
        StoreSection.Attempts =>
            "select endpoint_key, message_id, type, number, at, latency_ms, outcome, status, error, answer from webhook_attempts order by id",
        StoreSection.Audit => AuditTable.SelectAll,
        _ => throw new InvalidOperationException($"Section {section} has no statement of its own."),
    });

    /// <summary>A row of <see cref="Of"/>.</summary>
    public static StoreRecord Read(StoreSection section, NpgsqlDataReader row) => section switch
    {
        StoreSection.Tenants => new TenantRecord(TenancyTables.ReadTenant(row)),
        StoreSection.ApiKeys => new ApiKeyRecord(TenancyTables.ReadKey(row)),
        StoreSection.Programs => new ProgramRecord(
            new ProgramRow(new EnvironmentKey(row.GetInt32(0)), row.GetInt32(1), row.Utf8(2), row.Time(3), row.GetString(4), row.Utf8(5)), row.GetBoolean(6)),
        StoreSection.WebhookVersions => new WebhookVersionRecord(new EnvironmentKey(row.GetInt32(0)), row.GetInt32(1)),
        StoreSection.Endpoints => new EndpointRecord(WebhookEndpointTable.Read(row)),
        StoreSection.EndpointNotes => new EndpointNoteRecord(
            row.GetInt32(0), row.GetInt32(1), new EndpointNote(row.Time(2), row.GetString(3), row.GetString(4), row.GetString(5))),
        StoreSection.RewardStocks => new RewardStockRecord(
            new RewardName(new EnvironmentKey(row.GetInt32(0)), row.GetString(1)), new RewardStock(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))),
        StoreSection.RewardCodes => ReadCode(row),
        StoreSection.Participants => ReadParticipant(row),
        StoreSection.Parts => ReadPart(row),
        StoreSection.Attempts => new AttemptRecord(new WebhookAttempt(
            row.GetInt32(0), row.GetGuid(1).ToFactId(), row.GetString(2), row.GetInt32(3), row.Time(4), row.GetInt32(5), row.GetString(6),
            row.IsDBNull(7) ? null : row.GetInt32(7), row.TextOrNull(8), row.GetFieldValue<byte[]>(9))),
        StoreSection.Audit => new AuditRecord(AuditTable.Read(row)),
        _ => throw new InvalidOperationException($"Unknown section {section}."),
    };

    public static ParticipantRecord ReadParticipant(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        new ParticipantName(new EnvironmentKey(row.GetInt32(1)), row.GetString(2)),
        row.Time(3),
        row.GetInt64(4),
        row.TimeOrNull(5),
        row.Utf8(6));

    public static PartRecord ReadPart(NpgsqlDataReader row) => new(new PartName(row.GetInt64(0), row.GetString(1)), row.Utf8(2));

    /// <summary>A code of a pool.</summary>
    public static NpgsqlBatchCommand Code(RewardName reward, string value) =>
        Statements.Sql($"{Codes} where environment = $1 and reward = $2 and value = $3").With(reward.Environment.Value).With(reward.Code).With(value);

    public static RewardCodeRecord ReadCode(NpgsqlDataReader row) => new(
        new RewardName(new EnvironmentKey(row.GetInt32(0)), row.GetString(1)),
        row.GetString(2),
        row.IsDBNull(4) ? null : new CodeTaken(row.LongOrNull(3) ?? 0, row.GetGuid(4).ToFactId(), row.TimeOrNull(5) ?? default));

    /// <summary>The log in its order, with what the outbox has of it.</summary>
    public static NpgsqlBatchCommand Inputs() =>
        Statements.Sql($"select {LogTable.Columns}, l.id, o.targets from log l left join outbox o on o.log_id = l.id order by l.id");

    public static (long LogId, LogRow Row, byte[] Targets) ReadInput(NpgsqlDataReader row) =>
        (row.GetInt64(LogTable.ColumnCount), LogTable.Read(row), row.IsDBNull(LogTable.ColumnCount + 1) ? [] : row.Utf8(LogTable.ColumnCount + 1));

    /// <summary>All deliveries in the order of the log.</summary>
    public static NpgsqlBatchCommand Deliveries() =>
        Statements.Sql("select log_id, endpoint_key, place, attempts, queued_at, due_at, dead_at from deliveries order by log_id, endpoint_key, place");

    public static (long LogId, InputDelivery Delivery) ReadDelivery(NpgsqlDataReader row) =>
        (row.GetInt64(0), new InputDelivery(row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.Time(4), row.Time(5), row.TimeOrNull(6)));

    /// <summary>Inputs with their deliveries: these are few beside the log, and are walked along with it.</summary>
    public static async IAsyncEnumerable<StoreRecord> WithDeliveries(
        IAsyncEnumerable<(long LogId, LogRow Row, byte[] Targets)> inputs,
        IAsyncEnumerable<(long LogId, InputDelivery Delivery)> all,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var deliveries = all.GetAsyncEnumerator(cancellationToken);
        var hasDelivery = await deliveries.MoveNextAsync();
        await foreach (var (logId, row, targets) in inputs.WithCancellation(cancellationToken))
        {
            List<InputDelivery>? own = null;
            while (hasDelivery && deliveries.Current.LogId <= logId)
            {
                (own ??= []).Add(deliveries.Current.Delivery);
                hasDelivery = await deliveries.MoveNextAsync();
            }

            yield return new InputRecord(row, targets, own ?? []);
        }
    }
}
