using System.Diagnostics;
using System.Globalization;
using SQLitePCL;

namespace Laurel.Benchmarks.HandWritten;

/// <summary>
/// <c>write-by-hand --store FILE --events N --commit N</c>: writes so many events, so many a commit, and prints events per second and bytes per event. No HTTP, no
/// JSON, no rules. Tuned as one would by hand: write-ahead log, full sync, 64 MiB of cache, checkpoints on a thread of their own once the log has 256 MiB.
/// </summary>
internal static class HandWrittenProgram
{
    private const int Participants = 100_000;
    private const int PageBytes = 4096;
    private const int LogLimitPages = 256 * 1024 * 1024 / PageBytes;

    public static int Run(string[] args)
    {
        var path = BenchOptions.ValueOf(args, "--store", "");
        var events = BenchOptions.NumberOf(args, "--events", 100_000);
        var perCommit = BenchOptions.NumberOf(args, "--commit", 1000);
        using var database = new Database(path);
        database.Execute("pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 0");
        database.Execute(ReadSchema());

        var rows = new HandWrittenRows(database, Participants);
        var writing = new Lock();
        using var checkpoints = new Checkpoints(path, writing);
        var start = Stopwatch.GetTimestamp();
        for (var written = 0; written < events; written += perCommit)
        {
            lock (writing)
            {
                rows.WriteCommit(Math.Min(perCommit, events - written));
            }
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        checkpoints.Stop();
        if (database.Scalar("select count(*) from log") != events || database.Scalar("select count(*) from history") != events)
        {
            throw new BenchFailedException("Rows are missing.");
        }

        database.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        var bytes = new FileInfo(path).Length / (double)events;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{events / seconds:F1} {bytes:F1}"));
        return 0;
    }

    private static string ReadSchema()
    {
        using var stream = typeof(HandWrittenProgram).Assembly.GetManifestResourceStream("schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A thread that keeps the write-ahead log bounded, and stops the writer only for its last step.</summary>
    private sealed class Checkpoints : IDisposable
    {
        private readonly ManualResetEventSlim _stopping = new();
        private readonly Thread _thread;

        public Checkpoints(string path, Lock writing)
        {
            _thread = new Thread(() => Watch(path, writing));
            _thread.Start();
        }

        public void Stop()
        {
            _stopping.Set();
            _thread.Join();
        }

        public void Dispose()
        {
            Stop();
            _stopping.Dispose();
        }

        private void Watch(string path, Lock writing)
        {
            // -1 asks how much of the log is not copied yet, and copies nothing (SQLite 3.51 and later).
            const int Ask = -1;
            using var database = new Database(path);
            database.Execute("pragma synchronous = full");
            while (!_stopping.Wait(10))
            {
                if (database.Checkpoint(Ask) < LogLimitPages)
                {
                    continue;
                }

                database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
                lock (writing)
                {
                    database.Checkpoint(raw.SQLITE_CHECKPOINT_RESTART);
                }
            }
        }
    }
}
