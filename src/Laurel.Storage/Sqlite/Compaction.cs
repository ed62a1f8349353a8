namespace Laurel.Storage.Sqlite;

/// <summary>
/// Rewrites the file and empties the write-ahead log, so that nothing is left in them of what was erased: SQLite only marks deleted bytes as free, keeps them where rows moved
/// from, and keeps old pages in the log. The caller holds the store's write semaphore, and no transaction is open.
/// </summary>
internal static class Compaction
{
    /// <summary>Whether something was erased since the file was last rewritten.</summary>
    public static bool IsDue(Connection connection) => connection.Scalar("select is_scrub_due from removals") != 0;

    /// <summary>Rewrites a file of at most <paramref name="limitBytes"/> if that is due. A failure leaves it due: what was erased is erased, and its bytes go later.</summary>
    public static void RunIfSmall(Connection connection, Checkpointer checkpointer, long limitBytes)
    {
        try
        {
            if (IsDue(connection) && connection.Scalar("pragma page_count") * connection.Scalar("pragma page_size") <= limitBytes)
            {
                Run(connection, checkpointer);
            }
        }
        catch (StoreException)
        {
            // A full or failing disk; the next commit tells its caller.
        }
    }

    /// <summary>Rewrites the file; answers null, or what could not be done. Throws where the disk has no room for a second copy.</summary>
    public static string? Run(Connection connection, Checkpointer checkpointer)
    {
        connection.Execute("vacuum");
        connection.Execute("update removals set is_scrub_due = 0");
        if (checkpointer.TryTruncate(connection))
        {
            return null;
        }

        connection.Execute("update removals set is_scrub_due = 1");
        return "The write-ahead log could not be emptied, since somebody reads the store. Run scrub again when nobody does.";
    }
}
