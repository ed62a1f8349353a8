using SQLitePCL;

namespace Laurel.Benchmarks.HandWritten;

/// <summary>A SQLite connection, as thin as it can be: raw calls, no state, a failure ends the run.</summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 _handle;

    public Database(string path)
    {
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        Check(code);
        Execute("pragma busy_timeout = 5000");
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    /// <summary>Runs a bound statement that gives no rows, and readies it for the next values.</summary>
    public void Run(sqlite3_stmt statement)
    {
        Check(raw.sqlite3_step(statement));
        raw.sqlite3_reset(statement);
    }

    /// <summary>Whether a bound query finds a row.</summary>
    public bool Finds(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        Check(code);
        raw.sqlite3_reset(statement);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>The first column of the first row.</summary>
    public long Scalar(string sql)
    {
        using var statement = Prepare(sql);
        Check(raw.sqlite3_step(statement));
        return raw.sqlite3_column_int64(statement, 0);
    }

    /// <summary>Copies pages of the write-ahead log into the file; <paramref name="mode"/> is one of SQLite's. Returns the pages that are left.</summary>
    public int Checkpoint(int mode)
    {
        _ = raw.sqlite3_wal_checkpoint_v2(_handle, null, mode, out var pages, out var copied);
        return pages - copied;
    }

    public void Dispose() => _handle.Dispose();

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new BenchFailedException($"SQLite: {raw.sqlite3_errmsg(_handle).utf8_to_string()} ({code}).");
        }
    }
}
