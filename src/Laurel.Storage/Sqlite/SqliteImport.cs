using System.Globalization;
using Laurel.Storage.Transfer;

namespace Laurel.Storage.Sqlite;

/// <summary>Writes records into the tables of an empty store, within one open transaction: what does not fit into memory goes to the write-ahead log, and is void without the commit.</summary>
internal sealed class SqliteImport(Connection connection)
{
    private static readonly string[] _tables =
    [
        "tenants", "api_keys", "programs", "participants", "parts", "reward_stocks", "reward_codes", "log", "webhook_endpoints", "webhook_versions", "webhook_notes", "webhook_attempts", "audit",
    ];

    private readonly NameHashes _names = new();
    private long _lastLogId;
    private long _lastMillisecond;

    /// <summary>A table that has rows; null where none has.</summary>
    public static string? NotEmpty(Connection connection) => Array.Find(_tables, table => connection.Scalar($"select exists (select 1 from {table})") != 0);

    public void Write(StoreRecord record)
    {
        switch (record)
        {
            case TenantRecord tenant:
                TenancyTables.Write(connection, new([tenant.Tenant], []));
                break;
            case ApiKeyRecord key:
                TenancyTables.Write(connection, new([], [key.Key]));
                break;
            case ProgramRecord program:
                ProgramTable.Insert(connection, program.Program, program.IsUnswept);
                break;
            case WebhookVersionRecord version:
                connection.Prepare("insert into webhook_versions (environment, version) values (?1, ?2)").Bind(1, version.Environment.Value).Bind(2, version.Version).Run();
                break;
            case EndpointRecord endpoint:
                WebhookEndpointTable.Insert(connection, endpoint.Endpoint);
                break;
            case EndpointNoteRecord note:
                WebhookEndpointTable.InsertNote(connection, note.EndpointKey, note.Number, note.Note);
                break;
            case RewardStockRecord stock:
                WriteStock(stock);
                break;
            case RewardCodeRecord code:
                WriteCode(code);
                break;
            case ParticipantRecord participant:
                WriteParticipant(participant);
                break;
            case PartRecord part:
                PartTable.Write(connection, [new PartWrite(part.Name, part.Document)]);
                break;
            case InputRecord input:
                WriteInput(input);
                break;
            case AttemptRecord attempt:
                WebhookAttemptTable.Write(connection, [attempt.Attempt]);
                break;
            case AuditRecord audit:
                AuditTable.Insert(connection, audit.Entry);
                break;
            default:
                throw new InvalidOperationException($"Unknown record {record.GetType().Name}.");
        }
    }

    /// <summary>Makes what is looked up at random, from the whole log and sorted, so that one visit to a page serves all its rows.</summary>
    public void Finish()
    {
        connection.Execute(
            """
            insert into history (participant_key, occurred_at, seq, name_hash, fact_mask, fact_count, log_id)
            select participant_key, occurred_at, seq, name_hash, fact_mask, fact_count, id from log order by participant_key, occurred_at, seq
            """);
        connection.Execute("insert into idempotency_keys (key_hash, log_id) select key_hash, id from log where key_hash is not null order by key_hash");
        connection.Execute($"update folded set through_log_id = {_lastLogId.ToString(CultureInfo.InvariantCulture)}");
    }

    private void WriteStock(RewardStockRecord record) =>
        connection.Prepare("insert into reward_stocks (environment, reward, issued, codes_total, codes_free) values (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, record.Reward.Environment.Value).Bind(2, record.Reward.Code)
            .Bind(3, record.Stock.Issued).Bind(4, record.Stock.CodesTotal).Bind(5, record.Stock.CodesFree).Run();

    // Codes are taken in the order of their ids, which SQLite gives in the order of the records.
    private void WriteCode(RewardCodeRecord record)
    {
        var insert = connection.Prepare("insert into reward_codes (environment, reward, value, participant_key, fact_id, issued_at) values (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, record.Reward.Environment.Value).Bind(2, record.Reward.Code).Bind(3, record.Value);
        if (record.Taken is { } taken)
        {
            Span<byte> factId = stackalloc byte[16];
            taken.FactId.Value.TryWriteBytes(factId);
            insert.Bind(4, taken.ParticipantKey).BindBlob(5, factId).Bind(6, taken.At.UnixMicroseconds);
        }
        else
        {
            insert.BindNull(4).BindNull(5).BindNull(6);
        }

        insert.Run();
    }

    private void WriteParticipant(ParticipantRecord record)
    {
        connection.Prepare("insert into participants (key, environment, id, created_at, rate_arrival, state) values (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, record.Key).Bind(2, record.Name.Environment.Value).Bind(3, record.Name.Id)
            .Bind(4, record.CreatedAt.UnixMicroseconds).Bind(5, record.RateArrival).BindText(6, record.State.Span).Run();
        if (record.DueAt is not null)
        {
            WakeTable.Write(connection, record.Key, record.DueAt);
        }
    }

    // Ids of the log have no gaps, whatever they were where the records come from.
    private void WriteInput(InputRecord record)
    {
        var row = record.Row;
        var logId = ++_lastLogId;
        var insert = connection.Prepare(LogReads.Insert);
        LogReads.Bind(insert, logId, row, row.Kind == InputKind.Event ? _names.Of(row.EventName) : NameHashes.None);
        insert.Run();

        var millisecond = InputSearch.MillisecondOf(row.ReceivedAt.UnixMicroseconds);
        if (millisecond < _lastMillisecond)
        {
            connection.Prepare("insert into clock_steps (log_id) values (?1)").Bind(1, logId).Run();
        }

        _lastMillisecond = millisecond;
        if (!record.OutboxTargets.IsEmpty)
        {
            OutboxTable.Insert(connection, logId, row.ReceivedAt, record.OutboxTargets.Span);
        }

        foreach (var delivery in record.Deliveries)
        {
            DeliveryTable.Insert(connection, logId, delivery);
        }
    }
}
