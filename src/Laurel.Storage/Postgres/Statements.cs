using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Laurel.Facts;
using Npgsql;
using NpgsqlTypes;

namespace Laurel.Storage.Postgres;

/// <summary>Statements with their parameters, in order, and what the port's values are in PostgreSQL.</summary>
internal static class Statements
{
    /// <summary>A statement of our own text; parameters are <c>$1</c>, <c>$2</c>, …</summary>
    public static NpgsqlBatchCommand Sql(string text) => new(text);

    /// <summary>Adds a value, or an array of values, that is not null.</summary>
    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand statement, T value)
        where T : notnull
    {
        statement.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return statement;
    }

    public static NpgsqlBatchCommand WithOrNull(this NpgsqlBatchCommand statement, long? value) => statement.WithOrNull(value, NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand WithOrNull(this NpgsqlBatchCommand statement, int? value) => statement.WithOrNull(value, NpgsqlDbType.Integer);

    public static NpgsqlBatchCommand WithOrNull(this NpgsqlBatchCommand statement, double? value) => statement.WithOrNull(value, NpgsqlDbType.Double);

    public static NpgsqlBatchCommand WithOrNull(this NpgsqlBatchCommand statement, string? value) => statement.WithOrNull(value, NpgsqlDbType.Text);

    /// <summary>Adds UTF-8 as text.</summary>
    public static NpgsqlBatchCommand WithText(this NpgsqlBatchCommand statement, ReadOnlyMemory<byte> utf8)
    {
        statement.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = utf8, NpgsqlDbType = NpgsqlDbType.Text });
        return statement;
    }

    /// <summary>Adds an array of UTF-8 as texts.</summary>
    public static NpgsqlBatchCommand WithTexts(this NpgsqlBatchCommand statement, ReadOnlyMemory<byte>[] utf8)
    {
        statement.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = utf8, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return statement;
    }

    /// <summary>Adds an array of UTF-8 as texts, some of which may be null.</summary>
    public static NpgsqlBatchCommand WithTextsOrNull(this NpgsqlBatchCommand statement, byte[]?[] utf8)
    {
        statement.Parameters.Add(new NpgsqlParameter<byte[]?[]> { TypedValue = utf8, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return statement;
    }

    /// <summary>A batch of statements: they travel together, and their answers come back together.</summary>
    public static NpgsqlBatch BatchOf(this NpgsqlConnection connection, params ReadOnlySpan<NpgsqlBatchCommand> statements)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(statement);
        }

        return batch;
    }

    /// <summary>Runs one statement and answers the rows that it changed.</summary>
    public static async Task<int> RunAsync(this NpgsqlConnection connection, NpgsqlBatchCommand statement, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(statement);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs one statement and reads its rows.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlConnection connection, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(statement);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.RowsAsync(row, cancellationToken);
    }

    /// <summary>Runs one statement and gives its rows as they come, so that no number of them has to fit into memory. Nothing else runs on the connection meanwhile.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        this NpgsqlConnection connection, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> row, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var batch = connection.BatchOf(statement);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var isRead = false;
        try
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                yield return row(reader);
            }

            isRead = true;
        }
        finally
        {
            // Else closing would read all the rest.
            if (!isRead)
            {
                batch.Cancel();
            }
        }
    }

    /// <summary>The rest of the rows of the current statement.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public static long? LongOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A text as the UTF-8 that it was stored from.</summary>
    public static byte[] Utf8(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    public static Timestamp Time(this NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));

    public static Timestamp? TimeOrNull(this NpgsqlDataReader reader, int column) => reader.LongOrNull(column) is { } time ? new Timestamp(time) : null;

    /// <summary>128 bits as a uuid, most significant byte first, so that they sort as the numbers do.</summary>
    public static Guid ToUuid(this UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }

    public static UInt128 ToNumber(this Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static Guid ToUuid(this FactId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    public static FactId ToFactId(this Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new FactId(new Ulid(bytes));
    }

    private static NpgsqlBatchCommand WithOrNull(this NpgsqlBatchCommand statement, object? value, NpgsqlDbType type)
    {
        statement.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return statement;
    }
}
