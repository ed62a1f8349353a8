using Laurel.Benchmarks.HandWritten;
using SQLitePCL;

namespace Laurel.Benchmarks.Http;

/// <summary>What a stopped server left on disk: the last check that every answered event is there with all of its facts, and none is there twice.</summary>
internal static class StoredEvents
{
    /// <summary>
    /// Fails the run unless the store holds at least the events answered, and at most those and the ones still on their way when the load ended. Returns the events
    /// and the bytes that each takes, once the write-ahead log is in the file.
    /// </summary>
    public static (long Events, double BytesPerEvent) Verify(string folder, long answered, long underway, bool withThreeGrants)
    {
        var path = BenchedServer.StorePath(folder);
        using var database = new Database(path);
        var events = database.Scalar("select count(*) from log");
        var keys = database.Scalar("select count(distinct key_hash) from log");
        var incomplete = withThreeGrants ? database.Scalar("select count(*) from log where fact_count <> 4") : 0;
        if (events < answered || events > answered + underway || keys != events || incomplete > 0)
        {
            throw new BenchFailedException(
                $"{answered} events were answered and at most {underway} more sent; the store has {events}, with {keys} keys, {incomplete} of them without exactly three grants.");
        }

        database.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        return (events, new FileInfo(path).Length / (double)events);
    }
}
