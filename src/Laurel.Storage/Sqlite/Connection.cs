using SQLitePCL;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// One connection to a SQLite file with its prepared statements. Not thread-safe: whoever holds it uses it alone. Every failure is a
/// <see cref="StoreException"/>.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _handle;

    private Connection(sqlite3 handle) => _handle = handle;

    /// <summary>Opens <paramref name="path"/> with a page cache of <paramref name="cacheMiB"/>.</summary>
    public static Connection Open(string path, bool readOnly, int cacheMiB)
    {
        Batteries_V2.Init();
        var flags = (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE) | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(handle).utf8_to_string();
            handle.Dispose();
            throw new StoreException(StoreFault.Misconfigured, $"SQLite cannot open {path}: {message}. Check that the folder exists and may be written.");
        }

        var connection = new Connection(handle);
        connection.Execute("pragma busy_timeout = 5000");
        connection.Execute($"pragma cache_size = -{cacheMiB * 1024}");
        return connection;
    }

    /// <summary>Runs statements that give no rows, or whose rows nobody needs.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql), sql);

    /// <summary>The prepared statement of <paramref name="sql"/>, reset and ready to bind. Kept for the connection's life.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var prepared), sql);
            statement = new Statement(this, prepared, sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>The first column of the first row, as a whole number; 0 where there is no row.</summary>
    public long Scalar(string sql)
    {
        var statement = Prepare(sql);
        var value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>The same, with one whole number as <c>?1</c>.</summary>
    public long Count(string sql, long argument)
    {
        var statement = Prepare(sql).Bind(1, argument);
        var value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Whether the last call failed because the disk is full.</summary>
    public bool IsOutOfSpace => (raw.sqlite3_errcode(_handle) & 0xff) == raw.SQLITE_FULL;

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Pages written to the write-ahead log by this connection since it was asked last.</summary>
    public int TakePagesWritten()
    {
        _ = raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var current, out _, 1);
        return current;
    }

    /// <summary>Ends an open transaction without keeping it; never throws, since it runs while another failure is on its way.</summary>
    public void RollBack()
    {
        if (InTransaction)
        {
            _ = raw.sqlite3_exec(_handle, "rollback");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _handle.Dispose();
    }

    /// <summary>Throws what <paramref name="code"/> means for the caller; returns for success.</summary>
    internal void Check(int code, string sql)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return;
        }

        var message = raw.sqlite3_errmsg(_handle).utf8_to_string();
        throw (code & 0xff) switch
        {
            raw.SQLITE_FULL => new StoreException(StoreFault.Unavailable, "The disk that holds the store is full. Free space; Laurel goes on by itself."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreException(StoreFault.Unavailable, $"The store is locked by another process ({message}). Keep other SQLite tools off a live store."),
            raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY => new StoreException(StoreFault.Unavailable, $"The disk that holds the store fails ({message}). Check the disk and its permissions."),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new StoreException(StoreFault.Misconfigured, $"The store's file is damaged or no Laurel store ({message}). Restore a backup."),
            _ => new StoreException(StoreFault.Refused, $"SQLite refused a statement ({message}): {sql}"),
        };
    }
}
