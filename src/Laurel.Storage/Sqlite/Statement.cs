using System.Buffers.Binary;
using System.Text;
using SQLitePCL;

namespace Laurel.Storage.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0. Reset it after use, or it keeps its snapshot open.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle, string sql) : IDisposable
{
    /// <summary>Goes to the next row; false where there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            _ = raw.sqlite3_reset(handle);
            connection.Check(code, sql);
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready to bind again.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value), sql);
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, double? value)
    {
        connection.Check(value is { } number ? raw.sqlite3_bind_double(handle, index, number) : raw.sqlite3_bind_null(handle, index), sql);
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        connection.Check(value is null ? raw.sqlite3_bind_null(handle, index) : raw.sqlite3_bind_text(handle, index, value), sql);
        return this;
    }

    /// <summary>Binds UTF-8 as text.</summary>
    public Statement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        // An empty span has no address, which SQLite would take for null.
        connection.Check(utf8.IsEmpty ? raw.sqlite3_bind_text(handle, index, "") : raw.sqlite3_bind_text(handle, index, utf8), sql);
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        connection.Check(raw.sqlite3_bind_blob(handle, index, bytes), sql);
        return this;
    }

    /// <summary>Binds 16 bytes, most significant first, so that blobs sort as the numbers do.</summary>
    public Statement Bind(int index, UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return BindBlob(index, bytes);
    }

    public Statement BindNull(int index)
    {
        connection.Check(raw.sqlite3_bind_null(handle, index), sql);
        return this;
    }

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public double Double(int column) => raw.sqlite3_column_double(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <summary>The column's bytes, of a blob or of text as UTF-8; valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public UInt128 UInt128(int column) => BinaryPrimitives.ReadUInt128BigEndian(Bytes(column));

    public void Dispose() => handle.Dispose();
}
