using Laurel.Storage.Transfer;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Writes records into the tables of an empty store by COPY, within one open transaction. A connection copies into one table at a time, so what a record puts into a
/// second one waits until there is much of it, or the section ends.
/// </summary>
internal sealed class PostgresImport(NpgsqlConnection connection) : IAsyncDisposable
{
    private const int MostWaiting = 10_000;

    private static readonly string[] _tables =
    [
        "tenants", "api_keys", "programs", "unswept_programs", "participants", "parts", "reward_stocks", "reward_codes", "log", "idempotency_keys",
        "webhook_endpoints", "webhook_versions", "webhook_notes", "outbox", "deliveries", "webhook_attempts", "audit",
    ];

    private static readonly (string Table, string Column)[] _numbered = [("tenants", "key"), ("participants", "key"), ("webhook_endpoints", "key"), ("log", "id")];

    private readonly Dictionary<CopyTable, List<object?[]>> _waiting = [];
    private int _waitingRows;
    private long _lastLogId;
    private CopyTable? _table;
    private NpgsqlBinaryImporter? _copy;

    /// <summary>Keeps every other writer away until the transaction ends.</summary>
    public Task LockAsync(CancellationToken cancellationToken) =>
        connection.RunAsync(Statements.Sql($"lock table {string.Join(", ", _tables)} in exclusive mode"), cancellationToken);

    /// <summary>A table that has rows; null where none has.</summary>
    public async Task<string?> NotEmptyAsync(CancellationToken cancellationToken)
    {
        var filled = await connection.ReadAllAsync(
            Statements.Sql(string.Join(" union all ", _tables.Select(table => $"select '{table}' where exists (select 1 from {table})"))), row => row.GetString(0), cancellationToken);
        return filled.Count == 0 ? null : filled[0];
    }

    public async Task WriteAsync(StoreRecord record, CancellationToken cancellationToken)
    {
        // Ids of the log have no gaps, whatever they were where the records come from.
        var (table, row) = CopyTable.Of(record, record is InputRecord ? ++_lastLogId : 0);
        if (table != _table || _waitingRows >= MostWaiting)
        {
            await FlushAsync(cancellationToken);
            await BeginAsync(table, cancellationToken);
        }

        await WriteRowAsync(table, row, cancellationToken);
        switch (record)
        {
            case ProgramRecord { IsUnswept: true, Program: var program }:
                Later(CopyTable.UnsweptPrograms, program.Environment.Value, program.Version);
                break;
            case InputRecord input:
                WriteLater(input);
                break;
        }
    }

    /// <summary>Writes what waits, makes what is looked up by key, and sets the sequences behind what there is.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await connection.RunAsync(
            Statements.Sql("insert into idempotency_keys (key_hash, log_id) select key_hash, id from log where key_hash is not null order by key_hash"), cancellationToken);
        foreach (var (table, column) in _numbered)
        {
            await connection.RunAsync(
                Statements.Sql($"select setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false) from {table}"), cancellationToken);
        }
    }

    // What was begun and not completed is void.
    public async ValueTask DisposeAsync()
    {
        if (_copy is not null)
        {
            await _copy.DisposeAsync();
        }
    }

    private void WriteLater(InputRecord input)
    {
        if (!input.OutboxTargets.IsEmpty)
        {
            Later(CopyTable.Outbox, _lastLogId, input.Row.ReceivedAt.UnixMicroseconds, input.OutboxTargets);
        }

        foreach (var delivery in input.Deliveries)
        {
            Later(
                CopyTable.Deliveries, delivery.EndpointKey, _lastLogId, delivery.Place, delivery.Attempts,
                delivery.QueuedAt.UnixMicroseconds, delivery.DueAt.UnixMicroseconds, delivery.DeadAt?.UnixMicroseconds);
        }
    }

    private void Later(CopyTable table, params object?[] row)
    {
        if (!_waiting.TryGetValue(table, out var rows))
        {
            _waiting.Add(table, rows = []);
        }

        rows.Add(row);
        _waitingRows++;
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await EndAsync(cancellationToken);
        foreach (var (table, rows) in _waiting)
        {
            await BeginAsync(table, cancellationToken);
            foreach (var row in rows)
            {
                await WriteRowAsync(table, row, cancellationToken);
            }

            await EndAsync(cancellationToken);
        }

        _waiting.Clear();
        _waitingRows = 0;
    }

    private async Task BeginAsync(CopyTable table, CancellationToken cancellationToken)
    {
        _copy = await connection.BeginBinaryImportAsync(table.Sql, cancellationToken);
        _table = table;
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_copy is null)
        {
            return;
        }

        await _copy.CompleteAsync(cancellationToken);
        await _copy.DisposeAsync();
        (_copy, _table) = (null, null);
    }

    private async Task WriteRowAsync(CopyTable table, object?[] row, CancellationToken cancellationToken)
    {
        await _copy!.StartRowAsync(cancellationToken);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } value)
            {
                await _copy.WriteAsync(value, table.Types[i], cancellationToken);
            }
            else
            {
                await _copy.WriteNullAsync(cancellationToken);
            }
        }
    }
}
